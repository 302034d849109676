# The results of the benches (--slurp) as Markdown: a table for each name, its rows in the order they came in.
def cell: if type == "number" then
		if . == floor or . >= 1000 then round else (. * 1000 | round) / 1000 end | tostring
	else gsub("\\|"; "\\|") end;
def table: (.[0] | keys_unsorted) as $columns
	| "| \($columns | join(" | ")) |", "|\($columns | map("---|") | add)", (.[] | "| \([.[$columns[]] | cell] | join(" | ")) |");

map(select(.table != "Notes" and .table != "Machine")) as $rows
| (reduce $rows[].table as $t ([]; if index([$t]) then . else . + [$t] end)) as $names
| ([.[] | select(.table == "Machine").row][0] |
   "Measured on \(.date): \(.processor), \(.processors) processors, \(.memory_gb) GB, load \(.load) at the start; "
   + .versions + "."),
  "",
  (.[] | select(.table == "Notes") | "- \(.row.text)"),
  ($names[] as $t | "", "**\($t)**", "", ([$rows[] | select(.table == $t).row] | table))
