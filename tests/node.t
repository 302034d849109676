#!/bin/bash
# The whole family against a real node: every packet that tshark prints is found in the index, field for field.
. "$(dirname "$0")/tap.sh"
need tshark jq curl
. "$top/tests/node.sh"

prefix=node-t-$$
at_end eval "curl -sS -X DELETE '$node/$prefix-*' >/dev/null"
run "$top/scripts/packet_template.sh" "$node"
is "$status" 0 'the template is taken'
like "$out" 'installed on' 'and said so'

run espcap --dir="$top/test_pcaps" --node="$node" --index="$prefix-%Y-%m-%d" --stats=stats --rejects=rejects
is "$status" 1 'all captures of test_pcaps, of which one is cut: status 1'
printed=0
for f in "$top"/test_pcaps/*.pcap* "$top"/test_pcaps/*.gz; do
	case $f in *.pcap.gz) continue ;; esac
	printed=$((printed + $(tshark -n -r "$f" -T ek 2>/dev/null | wc -l) / 2))
done
printed=$((printed + $(tshark -n -r "$top/test_pcaps/dns_again.pcap.gz" -T ek 2>/dev/null | wc -l) / 2))
is "$(jq -c '[.captured, .reshaped, .bad, .indexed, .duplicate, .rejected, .left, .balanced]' stats)" "[$printed,$printed,0,$printed,0,0,0,true]" \
	"the account: all $printed packets are indexed"
diag "packets that tshark prints: $printed"
is "$(es_count "$prefix-*,packets-undated")" "$printed" 'the node has as many'

# node.sh stop removes the folders of nodes, and nothing else that is there.
mkdir -p others/mine
ESPCAP_NODES=$PWD/others run "$top/scripts/node.sh" stop
is "$status $(ls others)" '0 mine' 'node.sh stop leaves alone what it did not make'

# Field for field: what is in the index is what esreshape wrote, and that is what tshark printed but for repeated members.
escapture -q --dir "$top/test_pcaps" 2>/dev/null | esreshape | sed -n 2~2p | jq -S -c . | sort >wanted
es GET "/$prefix-*,packets-undated/_search?ignore_unavailable=true&size=10000" | jq -S -c '.hits.hits[]._source' | sort >got
ok 'each document, field for field' cmp wanted got
es GET "/_cat/indices/$prefix-*?h=index" | sort >indices
ok 'an index a day, at both sides of midnight' bash -c "grep -qx '$prefix-2024-02-29' indices && grep -qx '$prefix-2024-03-01' indices"
is "$(es_count "$prefix-2024-02-29") $(es_count "$prefix-2024-03-01")" '3 3' 'each with its own packets'

# Twice with --id: duplicates, no double packets.
run espcap --file="$top/test_pcaps/dns.pcap" --node="$node" --index="$prefix-id" --id --stats=stats
is "$status $(jq -c '[.indexed, .duplicate]' stats)" '0 [11,0]' '--id, the first time'
cp "$top/test_pcaps/dns.pcap" other-name.pcap
run espcap --file=other-name.pcap --node="$node" --index="$prefix-id" --id --stats=stats
is "$status $(jq -c '[.indexed, .duplicate]' stats)" '0 [0,11]' '--id, again under another name: duplicates'
is "$(es_count "$prefix-id")" 11 'the node has each once'

# The stages as a user pipes them, and from files.
bash -o pipefail -c "tshark -n -r '$top/test_pcaps/vlan.pcap' -T ek 2>/dev/null | esreshape --index='$prefix-pipe' | esbulk --node='$node'" 2>err
is "$? $(es_count "$prefix-pipe")" '0 2' 'tshark | esreshape | esbulk'
escapture "$top/test_pcaps/vlan.pcap" >v.ek && esreshape --index="$prefix-pipe" v.ek >v.bulk && esbulk --node="${node#http://}" v.bulk
is "$? $(es_count "$prefix-pipe")" '0 4' 'stage by stage, through files'

# A refused document is kept, and goes in once the mapping is mended.
es PUT "/$prefix-strict" '{"mappings":{"properties":{"n":{"type":"integer"}}}}' >/dev/null
printf '{"index":{"_index":"%s"}}\n{"n":%s}\n' "$prefix-strict" 1 "$prefix-strict" '"no number"' "$prefix-strict" 3 >mixed.bulk
run esbulk --node="$node" --rejects=refused --stats=stats mixed.bulk
is "$status $(jq -c '[.documents, .indexed, .rejected]' stats)" '1 [3,2,1]' 'a document that the mapping refuses'
is "$(cat refused)" "{\"index\":{\"_index\":\"$prefix-strict\"}}
{\"n\":\"no number\"}" 'is kept as a bulk stream'
is "$(jq -c '[.status, .type, .index, .line]' refused.why)" "[400,\"mapper_parsing_exception\",\"$prefix-strict\",3]" 'with the reason'
es DELETE "/$prefix-strict" >/dev/null
run esbulk --node="$node" refused
is "$status $(es_count "$prefix-strict")" '0 1' 'and goes in when the mapping is mended'

# All four actions of the bulk format.
cat >actions <<END
{"index":{"_index":"$prefix-ops","_id":"a"}}
{"v":1}
{ "create" : { "_index" : "$prefix-ops" , "_id" : "b" } }
{"v":2}

{"update":{"_index":"$prefix-ops","_id":"a"}}
{"doc":{"v":3}}
{"delete":{"_index":"$prefix-ops","_id":"b"}}
{"delete":{"_index":"$prefix-ops","_id":"never-there"}}
END
run esbulk --node="$node" --stats=stats actions
is "$status $(jq -c '[.documents, .indexed]' stats)" '0 [5,5]' 'index, create, update, delete'
es POST "/$prefix-ops/_refresh" >/dev/null
is "$(es GET "/$prefix-ops/_search" | jq -c '[.hits.hits[] | [._id, ._source.v]]')" '[["a",3]]' 'did what they say'

run "$top/scripts/packet_query.sh" --size 3 "$node" 'layers.tls.tls_tls_handshake_extensions_server_name:*'
is "$status" 0 'packet_query.sh: status'
run esbulk --node="$node" --dry-run
is "$status $out" "0 $node: ok" '--dry-run'
run esbulk --node=127.0.0.1:1 --dry-run
is "$status" 4 '--dry-run where nobody listens'
done_testing
