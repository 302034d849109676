# What the fields of scripts/packet_fields.tsv must be found by: reads the documents (NDJSON, -n) and prints, for each field under each
# of its names and for some of the values it has there, {name, type, value, wanted, query}; wanted is the number of documents
# that have the value, counted here.  A field that no document has is printed without a query.
# --rawfile table FILE, --argjson normalizer BOOL (whether flags match in all their forms on that server).
def scalars_at($path): # through arrays at every depth, as the servers look
	if $path == [] then (if type == "array" then .[] | scalars_at([]) else . end)
	elif type == "array" then .[] | scalars_at($path)
	elif type == "object" then .[$path[0]] | scalars_at($path[1:])
	else empty end;
def fits($type):
	if $type == "integer" then test("^-?[0-9]{1,9}$") elif $type == "long" then test("^-?[0-9]{1,18}$")
	elif $type == "ip" then test("^[0-9a-f.:]+$") elif $type == "date" then test("^[0-9]+$") else length < 8192 end;
def plain($type): if $type == "flag" and $normalizer then {"true": "1", "false": "0"}[.] // . else . end;
def flag_forms: if . == "1" then ("1", 1, true, "true") else ("0", 0, false, "false") end;

[inputs] as $documents
| ($table | split("\n")[] | select(test("^[^#]")) | split("\t")) as [$field, $type, $since, $older, $what]
| [$field, ($older | split(",")[])] as $names
| [$documents[] | [. as $d | $names[] | split(".") as $path | $d | scalars_at($path) | select(. != null and type != "object") | tostring
	| select(fits($type)) | plain($type)] | unique] as $values
| [$values[][]] | group_by(.) | map({value: .[0], wanted: length})
| if . == [] then {name: $field, type: $type, value: null}
  else (sort_by(.wanted) | [.[0], .[length / 2 | floor], .[-1]] | unique[]) as $v
	| $names[] as $name
	| (if $type == "flag" and $normalizer then $v.value | flag_forms else $v.value end) as $asked
	| {name: $name, type: $type, value: $asked, wanted: $v.wanted}
	| if $type == "protocols" then .query = {term: {($name + ".raw"): $asked}} else .query = {term: {($name): $asked}} end
  end
