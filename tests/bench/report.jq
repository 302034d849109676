# The results of the benches (--slurp) as Markdown: a table for each name, its rows in the order they came in.  With $short, for the
# README: the comparisons of the whole way, and of the targets those that are missed.
def cell: if type == "number" then
		if . == floor or . >= 1000 then round else (. * 1000 | round) / 1000 end | tostring
	else gsub("\\|"; "\\|") end;
def table: (.[0] | keys_unsorted) as $columns
	| "| \($columns | join(" | ")) |", "|\($columns | map("---|") | add)", (.[] | "| \([.[$columns[]] | cell] | join(" | ")) |");
def rows($name): map(select(.table == $name).row);

(rows("Machine")[0] | "Measured on \(.date[:10]): \(.processor), \(.processors) processors, \(.memory_gb) GB, load \(.load)",
	"at the start; \(.versions)."),
"",
(if any(rows("Machine")[]; .quick != "") then "- Some of it is of a quick run: its figures mean nothing." else empty end),
(rows("Notes") | unique[] | "- \(.text)"),
(rows("Targets") | map(select(.met != "")) | "- \(map(select(.met == "yes")) | length) of \(length) targets are met."),
if $short == "" then
	(reduce (.[].table | select(. != "Notes" and . != "Machine")) as $t ([]; if index([$t]) then . else . + [$t] end))[] as $t
	| "", "**\($t)**", "", (rows($t) | table)
else
	("The whole way, into a real node", "One fault: who loses what") as $t
	| "", "**\($t)**", "", (rows($t) | if . == [] then empty else table end)
end,
if $short == "" then empty else
	(rows("Targets") | map(select(.met == "NO") | del(.met)) | if . == [] then empty else "", "**Targets missed**", "", table end),
	"", "![Cost and memory from 10,000 packets up, and N tsharks on one capture](tests/bench/growth.svg)"
end
