# Whether packets are found by each field of scripts/packet_fields.tsv; source it after tests/node.sh, or set $node and $curl yourself.
# shellcheck shell=bash disable=SC2154 # tap.sh sets tmp and top
curl=()

# fields_check INDEX DOCUMENTS NORMALIZER: ask the node for each field under each name, in INDEX, which holds DOCUMENTS.  What was
# not found as often as it should goes to the file wrong; $fields_asked is the number of queries, and fields in the file
# absent are those that no document has.
fields_check() {
	local all=$2.asked-$3 # the same for each server
	[ -s "$all" ] || jq -n -c --rawfile table "$top/scripts/packet_fields.tsv" --argjson normalizer "$3" -f "$top/tests/fields.jq" "$2" >"$all" || return
	jq -r 'select(.query == null) | .name' "$all" >absent
	jq -c 'select(.query)' "$all" >asked
	fields_asked=$(wc -l <asked)
	jq -c --arg index "$1" '{index: $index}, {size: 0, query}' asked |
		curl -sS -m 100 "${curl[@]}" -H 'Content-Type: application/x-ndjson' --data-binary @- "$node/_msearch" >answers || return
	jq -c '.responses[] | if .error then {error: .error.reason} else .hits.total | .value? // . end' answers >got
	jq -c '[.name, .value, .wanted]' asked | paste asked got - | awk -F '\t' '
		{ match($1, /"wanted":[0-9]+/); if (substr($1, RSTART + 9, RLENGTH - 9) != $2) print $3 " got " $2 }' >wrong
	[ "$fields_asked" -gt 0 ] && [ "$(wc -l <got)" = "$fields_asked" ] && [ ! -s wrong ]
}
