#!/bin/bash
# The whole way, from a capture into a real node, by espcap and by what people would use instead: time, memory, and what arrives;
# then with one fault of the server.  Faults need a server that makes them, sink.c.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
. "$here/clients.sh"
rounds=${ROUNDS:-$(sized 1 3)}

export ESPCAP_NODES=$work/nodes ESPCAP_HEAP=1g XDG_STATE_HOME=$work/state
chmod 755 . # for the user that escapture's tsharks run as
node=$("$top/scripts/node.sh" start)
stop_node() { "$top/scripts/node.sh" stop; }
at_exit=(stop_node "${at_exit[@]}")
"$top/scripts/packet_template.sh" "$node" >&2
"$here/tile.py" "$(sized 3000 25000)" packets.pcap
packets=$(($(tshark -r packets.pcap -T ek 2>/dev/null | wc -l) / 2))
note "The whole way: $packets packets of $(stat -c %s packets.pcap) bytes, into OpenSearch 2.19.1 here; faults: into a sink"

# Each of them as a shell line; $url is the server.  split's chunks are of as many documents as those of the others.
tshark='tshark -r packets.pcap -T ek'
each_packet="jq -c 'select(.layers) | {_index: \"packets-elasticdump\", _source: .}'"
mend_action="jq -c 'if .index then {index: {_index: .index._index}} else . end'"
# shellcheck disable=SC2016 # measure's shell expands it
post_chunks='split -l 2000 --filter="curl -sS --fail -o answer -H Content-Type:application/x-ndjson --data-binary @- $url/_bulk"'
declare -A what=() how=()
client() { what[$1]=$2 how[$1]=$3 && clients+=("$1"); } # NAME DESCRIPTION LINE
client tshark 'tshark alone, to /dev/null' "$tshark"
if [[ -n ${have[python]:-} ]]; then
	client original 'the original espcap (Python)' "python3 $here/python_clients.py original \$url packets.pcap"
	client buffered 'the original, reading mended' "python3 $here/python_clients.py buffered \$url packets.pcap"
	client parallel 'that with parallel_bulk' "python3 $here/python_clients.py parallel \$url packets.pcap"
fi
client curl 'tshark, jq, split, curl' "$tshark | $mend_action | $post_chunks"
[[ -z ${have[elasticdump]:-} ]] ||
	client elasticdump 'tshark, jq, elasticdump' \
		"$tshark | $each_packet | ${have[elasticdump]} --input=\$ --output=\$url/packets-elasticdump --limit=1000"
[[ -z ${have[miku]:-} ]] ||
	client miku 'tshark, jq, the other esbulk (Go)' \
		"$tshark | jq -c 'select(.layers)' | ${have[miku]} -server \$url -index packets-miku -type ''"
client pipe 'tshark, esreshape, esbulk' "$tshark | $bin/esreshape | $bin/esbulk -q --retry 30 --rejects=refused --node=\$url"
client espcap 'espcap' "$bin/espcap --file packets.pcap --retry 30 --rejects refused --node \$url"

indexed() { # documents in the node, which are then removed
	curl -s -X POST "$node/packets-*/_refresh" >/dev/null
	curl -s "$node/packets-*/_count" | jq .count
	curl -s -X DELETE "$node/packets-*" >/dev/null
}

export url=$node
measure warm-up "${how[pipe]}" # a node that was just started is slow
indexed >/dev/null
watch=1
declare -A got=()
for ((i = 0; i < rounds; i++)); do
	for name in "${clients[@]}"; do
		[[ $name != original ]] || ((i == 0)) || continue
		measure "$name" "${how[$name]}"
		got[$name]=$(indexed)
	done
done
for name in "${clients[@]}"; do
	row 'The whole way, into a real node' "with=${what[$name]}" "wall s=${wall[$name]}" "CPU s=${cpu[$name]}" \
		"peak memory MB=$((memory[$name] / 1024))" "documents arrived=${got[$name]}" "status=${status[$name]}"
done
figure 'espcap: packets that arrived in a real node, of those captured' "${got[espcap]} / $packets" '>=' 1
[[ -z ${have[python]:-} ]] || figure 'espcap: speed against the original' "${wall[original]} / ${wall[espcap]}"

# The same bulk stream by what posts one, as fast as the node takes it.
if [[ -n ${have[esutil]:-}${have[python]:-}${have[miku]:-} ]]; then
	"$bin/espcap" -q --file packets.pcap >stream
	split -l 2000 stream chunk.
	others=()
	post() { others+=("$1") && how[$1]=$2; }
	curl_chunk="curl -s -o /dev/null -H Content-Type:application/x-ndjson --data-binary"
	post xargs "printf '%s\n' chunk.* | xargs -P 4 -I{} $curl_chunk @{} $url/_bulk"
	[[ -z ${have[esutil]:-} ]] || post esutil "${have[esutil]} $url stream"
	[[ -z ${have[python]:-} ]] || post python "python3 $here/python_clients.py stream $url stream"
	for ((i = 0; i < 2 * rounds; i++)); do
		for name in esbulk "${others[@]}"; do
			[[ $name != python ]] || ((i < rounds)) || continue # it takes several times as long
			measure "stream, $name" "${how[$name]:-$bin/esbulk -q --retry 30 --node=$url stream}"
			got[$name]=$(indexed)
		done
	done
	fastest=$(for name in "${others[@]}"; do ((got[$name] < packets)) || echo "${wall[stream, $name]}"; done | sort -g | head -n 1)
	figure 'esbulk: documents a second into a real node, of the best other client' "$fastest / ${wall[stream, esbulk]}" '>=' 1
fi

# A slow trickle: the first document can be found a flush (1 s) and a refresh of the index (1 s) after it was written.
curl -s -o /dev/null -X PUT "$node/trickle"
for ((i = 1; i <= rounds; i++)); do
	mkfifo hold
	begin=$EPOCHREALTIME
	{ printf '{"index":{"_index":"trickle"}}\n{"n":%d}\n' "$i" && cat hold; } | "$bin/esbulk" -q --retry 30 --node="$node" &
	exec 3>hold
	until [[ $(curl -s "$node/trickle/_count") == *'"count":'$i,* ]]; do :; done
	found=$(most ${found:+"$found"} "$(calc "$EPOCHREALTIME - $begin")")
	exec 3>&-
	wait $!
	rm hold
done
figure 'esbulk: seconds until the first document of a trickle is found: the worst' "$found" '<=' 2

# One fault: what does not arrive though the server would take it, and whether the exit status tells.
declare -A lost=() doubled=()
for fault in request document; do
	for name in "${clients[@]:1}"; do
		start_sink "$fault"
		measure "$name, $fault" "${how[$name]}"
		lost[$name, $fault]=$((packets - $(arrived .distinct)))
		doubled[$name, $fault]=$(arrived .doubled)
	done
done
for name in "${clients[@]:1}"; do
	row 'One fault: who loses what' "with=${what[$name]}" "one 429: lost=${lost[$name, request]}" \
		"doubled=${doubled[$name, request]}" "status=${status[$name, request]}" \
		"one bad document: others lost=$((lost[$name, document] - 1))" "and doubled=${doubled[$name, document]}" \
		"and status=${status[$name, document]}"
done
figure 'espcap: documents lost or doubled by one 429, and beside one bad document' \
	"${lost[espcap, request]} + ${doubled[espcap, request]} + ${lost[espcap, document]} - 1 + ${doubled[espcap, document]}" '<=' 0
