#!/bin/bash
# packet_template.sh: its options, and that packets are found by every field it maps, on a real node.
. "$(dirname "$0")/tap.sh"
need tshark jq curl
. "$top/tests/node.sh"
. "$top/tests/fields.sh"
template=$top/scripts/packet_template.sh
prefix=packets-template-t-$$
at_end eval "curl -sS -X DELETE '$node/$prefix-*' >/dev/null"

# --- the body, and the options ---
run "$template" --print
is "$status" 0 '--print needs no node'
is "$(jq -c '[.index_patterns, .template.settings.index.number_of_shards, .template.settings.index.codec, .template.mappings.dynamic]' out)" \
	'[["packets-*"],1,"best_compression","false"]' 'the settings without an option'
is "$(jq '.template.settings.index | has("number_of_replicas") or has("refresh_interval")' out)" false 'and those left to the server'
jq -r '.template.mappings | paths(type == "object" and (.type? | type) == "string") | join(".") | gsub("properties\\."; "") | select(test("\\.fields\\.") | not)' out | sort >mapped
grep -v '^#' "$top/scripts/packet_fields.tsv" | awk -F '\t' '{ print $1; n = split($4, o, ","); for (i = 1; i <= n; i++) print o[i] }' | sort >listed
ok 'the mapping has the fields of the table, each once' cmp mapped listed
is "$(sort -u listed | wc -l)" "$(wc -l <listed)" 'no name is there twice'
cat >original <<'END'
layers.frame.frame_frame_protocols
layers.frame.frame_interface_id_frame_interface_name
layers.ip.ip_ip_dst
layers.ip.ip_ip_src
layers.ip.ip_ip_version
layers.tcp.tcp_flags_tcp_flags_ack
layers.tcp.tcp_flags_tcp_flags_fin
layers.tcp.tcp_flags_tcp_flags_push
layers.tcp.tcp_flags_tcp_flags_reset
layers.tcp.tcp_flags_tcp_flags_str
layers.tcp.tcp_flags_tcp_flags_syn
layers.tcp.tcp_flags_tcp_flags_urg
layers.tcp.tcp_tcp_ack
layers.tcp.tcp_tcp_dstport
layers.tcp.tcp_tcp_seq
layers.tcp.tcp_tcp_srcport
layers.tcp.tcp_tcp_window_size
layers.udp.udp_udp_dstport
layers.udp.udp_udp_srcport
timestamp
END
is "$(comm -23 original mapped)" '' 'the fields of the original are among them'

echo '{"mappings":{"properties":{"site":{"type":"keyword"},"layers":{"properties":{"sip":{"properties":{"sip_sip_Method":{"type":"keyword"}}}}}}},"settings":{"index":{"mapping":{"total_fields":{"limit":500}}}}}' >extra.json
run "$template" --print --shards=3 --replicas 2 --refresh 30s --codec=default --extra extra.json
is "$(jq -c '.template | [.settings.index.number_of_shards, .settings.index.number_of_replicas, .settings.index.refresh_interval, .settings.index.codec,
	.settings.index.mapping.total_fields.limit, .mappings.properties.site.type, .mappings.properties.layers.properties.sip.properties.sip_sip_Method.type,
	.mappings.properties.layers.properties.ip.properties.ip_ip_src.type]' out)" '[3,2,"30s","default",500,"keyword","keyword","ip"]' 'the options, and --extra beside ours'
"$top/tests/fields-table" >table
is "$(sed -n '/^\.\\" The table:/,/^\.\\" End of the table/p' "$top/man/packet_template.8" | sed '1d;$d')" "$(cat table)" \
	'packet_template(8) shows the table (tests/fields-table --write)'
wrong_use() { # DESCRIPTION PATTERN OPTION...
	local what=$1 pattern=$2
	shift 2
	run "$template" "$@"
	is "$status" 2 "$what: status 2"
	like "$err" "$pattern" "$what: said"
}
echo '[1]' >list.json
echo '{"mappings":' >cut.json
echo 'password' >secret && chmod 600 secret
wrong_use 'no node' 'usage:'
wrong_use 'two nodes' 'usage:' a b
wrong_use 'an unknown option' 'no such option' --nope=1 "$node"
wrong_use 'an option without its value' 'needs an argument' --shards
wrong_use 'no shard' 'at least' --shards=0 "$node"
wrong_use 'shards that are no number' 'number' --shards=x "$node"
wrong_use 'a refresh that is no time' 'time' --refresh='1 day' "$node"
wrong_use 'a codec that is no name' 'codec' --codec='"' "$node"
wrong_use '--extra, no object' 'object' --extra=list.json "$node"
wrong_use '--extra, no JSON' 'cut.json' --extra=cut.json "$node"
wrong_use '--extra, not there' 'nothere' --extra=nothere "$node"
wrong_use 'a node that is none' 'host:port' 'a b'
wrong_use '--user-file, not there' "can't be read" --user-file=nothere "$node"
wrong_use '--user-file without a colon' 'USER:PASSWORD' --user-file=secret "$node"
wrong_use '--ca, not there' "can't be read" --ca=nothere https://127.0.0.1:1
run "$template" 127.0.0.1:1
is "$status" 4 'nobody listens: status 4'
run "$template" --codec=no_such_codec "$node"
is "$status" 3 'what the server refuses is status 3'
like "$err" 'HTTP 400.*no_such_codec' 'with its words'

for form in '' -6.x -7.x; do
	run "$top/scripts/packet_template$form.sh" "$node"
	is "$status" 0 "packet_template$form.sh: status"
	like "$out" 'installed on .*\(composable\)' "packet_template$form.sh: says the form"
done
run "$template" "127.0.0.1:1,$node"
is "$status" 0 'of several nodes the next is asked when one is not there'

# --- each field finds the packets that have it ---
escapture -q --dir "$top/test_pcaps" 2>/dev/null | esreshape --tag sensor=lab >all.bulk
sed -n 2~2p all.bulk >new.ndjson
jq -c --rawfile table "$top/scripts/packet_fields.tsv" -f "$top/tests/older.jq" new.ndjson >older.ndjson
for generation in new older; do
	sed "s/.*/{\"index\":{\"_index\":\"$prefix-$generation\"}}\n&/" "$generation.ndjson" >"$generation.bulk"
	run esbulk --node="$node" --stats=stats --rejects=rejects "$generation.bulk"
	is "$status $(jq -c '[.indexed, .rejected]' stats)" "0 [$(wc -l <new.ndjson),0]" "$generation names: all indexed, none refused"
	es POST "/$prefix-$generation/_refresh" >/dev/null
	rm -f wrong absent
	ok "$generation names: asked for" fields_check "$prefix-$generation" "$generation.ndjson" true
	is "$(cat wrong)" '' "$generation names: each field, by each of its names, finds the packets that have the value ($fields_asked queries)"
	is "$(cat absent)" '' "$generation names: test_pcaps has a packet for every field"
done
ok 'the older names were there' grep -q '"tcp_flags_tcp_flags_syn":"1"' older.ndjson

hits() { # LUCENE-QUERY
	jq -n --arg q "$1" '{query: {query_string: {query: $q}}}' >query
	es POST "/$prefix-new/_count" "$(cat query)" | jq .count
}
count() { jq -c "select($1)" new.ndjson | wc -l; }
for name in tcp_tcp_flags_syn tcp_flags_tcp_flags_syn; do
	for form in 1 '"1"' true; do
		is "$(hits "layers.tcp.$name:$form")" "$(count '.layers.tcp.tcp_tcp_flags_syn? == true')" "Lucene: layers.tcp.$name:$form"
	done
done
is "$(hits 'layers.frame.frame_frame_protocols:tls')" "$(count '.layers.frame.frame_frame_protocols | split(":") | index("tls")')" 'a protocol as a word'
is "$(hits 'layers.ip.ip_ip_src:"10.2.0.0/16"')" 2 'an address inside a tunnel, by its network'
is "$(hits 'layers.tcp.tcp_tcp_seq:>=2147483648')" "$(count '[.layers.tcp? | .. | .tcp_tcp_seq?] | flatten | map(tonumber? // 0) | any(. >= 2147483648)')" \
	'sequence numbers above 2^31'

# --- a value that does not fit costs the search, not the document ---
grep -v '^#' "$top/scripts/packet_fields.tsv" | jq -R -n -c '[inputs | split("\t") | [.[0], (.[3] | split(",")[])][] | select(. != "sensor")] as $names
	| ("no such value", "", "-1", "99999999999999999999", true, null, [], ["x", null, "1"], ("long" * 10000), 1.5, "2026-13-99") as $bad
	| reduce $names[] as $n ({}; setpath($n | split("."); $bad)) | .timestamp = (if $bad | type == "string" then $bad else "1767225600000" end)' >odd.ndjson
sed "s/.*/{\"index\":{\"_index\":\"$prefix-odd\"}}\n&/" odd.ndjson >odd.bulk
run esbulk --node="$node" --stats=stats --rejects=rejects.odd odd.bulk
is "$status $(jq -c '[.documents, .rejected]' stats)" '0 [11,0]' 'documents whose every field is malformed are indexed'
[ "$status" = 0 ] || diag "$(cat rejects.odd.why)"
done_testing
