#!/bin/bash
# Coming from the original: an index as it made them, with its mapping and its documents, is searched together with new ones.
. "$(dirname "$0")/tap.sh"
need tshark jq curl
. "$top/tests/node.sh"
# Of another name than packets-*, as it was made before our template was there.
old=old-upgrade-t-$$-2017-08-14
new=packets-upgrade-t-$$
at_end eval "curl -sS -X DELETE '$node/old-upgrade-t-$$-*,$new*' >/dev/null"

# The original's mapping: its fields and types.
jq -n 'def all($type): map({key: ., value: {type: $type}}) | from_entries;
	{mappings: {dynamic: "false", properties: {timestamp: {type: "date"}, layers: {properties: {
		frame: {properties: {frame_interface_id_frame_interface_name: {type: "keyword"}, frame_frame_protocols: {type: "text", analyzer: "simple"}}},
		ip: {properties: ((["ip_ip_src", "ip_ip_dst"] | all("ip")) + {ip_ip_version: {type: "integer"}})},
		udp: {properties: (["udp_udp_srcport", "udp_udp_dstport"] | all("integer"))},
		tcp: {properties: (((["urg", "ack", "push", "reset", "syn", "fin"] | map("tcp_flags_tcp_flags_" + .)) + ["tcp_tcp_srcport", "tcp_tcp_dstport",
			"tcp_tcp_seq", "tcp_tcp_ack", "tcp_tcp_window_size"] | all("integer")) + {tcp_flags_tcp_flags_str: {type: "keyword"}})}}}}}}' >mapping.json
es PUT "/$old" "$(cat mapping.json)" >created
is "$(jq .acknowledged created)" true 'an index with the mapping of the original'
# Its documents: what tshark 2.x printed, as Python read it: of repeated members the last, and what its mapping refused is not there.
gzip -dc "$top/tests/samples/tshark-3.4.ndjson.gz" | sed -n 2~2p | python3 -c 'import json, sys
for line in sys.stdin: print(json.dumps(json.loads(line)))' | jq -c --rawfile table "$top/scripts/packet_fields.tsv" -f "$top/tests/older.jq" >old.ndjson
sed "s/.*/{\"index\":{\"_index\":\"$old\"}}\n&/" old.ndjson >old.bulk
run esbulk --node="$node" --refresh=true --stats=stats --rejects=lost old.bulk
is "$(jq '.indexed + .rejected' stats)" "$(wc -l <old.ndjson)" 'and documents of the shape that it made'
diag "the original's mapping refuses $(jq .rejected stats) of $(wc -l <old.ndjson) packets"
escapture -q --dir "$top/test_pcaps" 2>/dev/null | esreshape --index="$new" >new.bulk
esbulk -q --node="$node" --refresh=true new.bulk

hits() { # INDEX QUERY
	jq -n --arg q "$2" '{query: {query_string: {query: $q}}}' >query
	es POST "/$1/_count" "$(cat query)" | jq -c 'if .error then .error.reason elif ._shards.failed > 0 then "failed" else .count end'
}
# The queries that espcap(7) names as those for both.
sed -n '/^\.Ss Coming from/,/^\.S[sh] /p' "$top/man/espcap.7" | sed -n "s/^\.Dl .*localhost:9200 '\(.*\)'\$/\1/p" | sed 's/\\(dq/"/g; s/\\e/\\/g' >queries
ok 'espcap(7) has some' test "$(wc -l <queries)" -ge 3
while IFS= read -r q; do
	o=$(hits "$old" "$q") n=$(hits "$new" "$q")
	like "$o $n" '^[1-9][0-9]* [1-9][0-9]*$' "finds packets in the old index and in the new one: $q"
	is "$(hits "$old,$new" "$q")" "$((o + n))" 'and in both together'
	run "$top/scripts/packet_query.sh" --size 1000 --index="$old,$new" "$node" "$q"
	is "$status $(tail -n 1 out)" "0 $((o + n)) of $((o + n)) packets" 'packet_query.sh does'
done <queries
is "$(hits "$old" 'layers.tcp.tcp_flags_tcp_flags_syn:1') $(hits "$new" 'layers.tcp.tcp_flags_tcp_flags_syn:1')" \
	"$(jq -c 'select(.layers.tcp.tcp_flags_tcp_flags_syn? == "1")' old.ndjson | wc -l) $(sed -n 2~2p new.bulk | jq -c 'select(.layers.tcp.tcp_tcp_flags_syn? == true)' | wc -l)" \
	'all packets with SYN, by the name of the original'
run "$top/scripts/packet_query.sh" --size 1000 --index="$old" "$node" 'layers.frame.frame_frame_protocols:dns'
like "$out" 'www\.example\.org is host\.example\.org, 198\.51\.100' 'old documents are shown like new ones'
run "$top/scripts/packet_report.sh" --json --index="$old,$new" "$node" 2025-12-31
is "$status $(jq .packets out)" "0 $(cat old.ndjson <(sed -n 2~2p new.bulk) | jq -c 'select((.timestamp | tonumber) >= 1767139200000 and (.timestamp | tonumber) < 1767225600000)' | wc -l)" \
	'packet_report.sh counts both'

# Made again under the new template, old packets are found by all the fields.
es POST '/_reindex?refresh=true' "{\"source\":{\"index\":\"$old\"},\"dest\":{\"index\":\"$new-again\"}}" >reindexed
is "$(jq -c '[.created, .failures]' reindexed)" "[$(wc -l <old.ndjson),[]]" '_reindex takes all of them'
is "$(hits "$new-again" 'layers.dns.dns_dns_qry_name:www.example.org')" "$(jq -c 'select([.layers.dns?.text_dns_qry_name?] | flatten | index("www.example.org"))' old.ndjson | wc -l)" \
	'and then they are found by the fields that are new'
done_testing
