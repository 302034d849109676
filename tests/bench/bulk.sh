#!/bin/bash
# esbulk against what people would post a bulk stream with, into sink.c, a server that costs little: CPU and wall time, memory,
# and what faults cost.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
. "$here/clients.sh"

for f in "$top"/test_pcaps/*.pcap; do tshark -n -r "$f" -T ek 2>/dev/null || true; done | "$bin/esreshape" >one
repeat $(($(sized 20000000 275000000) / $(stat -c %s one) + 1)) one >stream
sed -n 2~2p stream >documents
bytes=$(stat -c %s stream)
mkdir chunks
awk -v size=8000000 '{ if (NR % 2 && len > size) { close(f); len = 0; k++ }
	f = sprintf("chunks/%05d", k); len += length($0) + 1; print > f }' stream
post="curl -s -o /dev/null -H Content-Type:application/x-ndjson --data-binary"
note "esbulk: a bulk stream of $((bytes / 1000000)) MB, $(($(wc -l <stream) / 2)) documents; curl posts it in chunks of 8 MB"

declare -A what=([esbulk]='esbulk, from a file' [pipe]='cat | esbulk' [curl]='curl, a chunk at a time' [xargs]='xargs -P 4 curl'
	[esutil]="Go, esutil.BulkIndexer" [miku]='Go, the other esbulk' [python]='Python, parallel_bulk')
declare -A how=()
start_sink none
how[esbulk]="$bin/esbulk -q --retry 10 --node=$url stream"
how[pipe]="cat stream | $bin/esbulk -q --retry 10 --node=$url"
how[curl]="for f in chunks/*; do $post @\$f '$url/_bulk?filter_path=items.*.error'; done"
how[xargs]="printf '%s\n' chunks/* | xargs -P 4 -I{} $post @{} $url/_bulk"
how[esutil]="${have[esutil]:-} $url stream"
how[miku]="${have[miku]:-} -server $url -index packets -type '' documents"
how[python]="python3 $here/python_clients.py stream $url stream"
clients=(esbulk pipe curl xargs)
for name in esutil miku python; do [[ -z ${have[$name]:-} ]] || clients+=("$name"); done
for ((i = 0; i < rounds; i++)); do
	for name in "${clients[@]}"; do
		[[ $name == python && $i != 0 ]] || measure "$name" "${how[$name]}"
	done
done
for name in "${clients[@]}"; do
	row 'Posting a bulk stream to a sink' "client=${what[$name]}" "wall s=${wall[$name]}" \
		"CPU s/GB=$(calc "${cpu[$name]} * 1e9 / $bytes")" "CPU, of esbulk's=$(calc "${cpu[$name]} / ${cpu[esbulk]}")" \
		"status=${status[$name]}"
done
against() { [[ -z ${cpu[$1]:-} ]] || figure "esbulk: CPU of $2" "${cpu[esbulk]} / ${cpu[$1]}" '<=' "$3"; } # CLIENT ITS-NAME TARGET
against curl 'curl --data-binary' 0.7
against esutil "Go's esutil.BulkIndexer" 1
against miku 'the other esbulk, in Go' 0.4
against python "Python's parallel_bulk" 0.08
figure 'esbulk: wall time of xargs -P 4 curl' "${wall[esbulk]} / ${wall[xargs]}" '<=' 1

# The bound of the manual page; what it takes without any work is not counted.
# By a sink whose answers take a while all connections are in use at once, in a short run as in a long one.
start_sink slow
idle=$(kilobytes "$bin/esbulk -q --retry 10 --node=$url </dev/null")
longest=$(awk '{ if (length($0) > n) n = length($0) } END { print int(n / 1024) }' one)
small=$(kilobytes "cat stream | $bin/esbulk -q --retry 10 --node=$url")
large=$(kilobytes "repeat $(sized 4 36) stream | $bin/esbulk -q --retry 10 --node=$url")
figure "esbulk: peak memory on $((bytes * $(sized 4 36) / 1000000)) MB against $((bytes / 1000000)) MB" "$large / $small" '<=' 1.1
figure 'esbulk: peak memory of its bound, (4 connections + 2) x 5 MiB, 4 x 0.5 MiB, three documents, 2 MiB' \
	"($large - $idle) / (6 * 5 * 1024 + 4 * 512 + 3 * $longest + 2048)" '<=' 1

# What faults cost, and whether they lose or double any of 25,360 documents of about 3 kB.
awk 'BEGIN { pad = sprintf("%02900d", 0); for (i = 0; i < 25360; i++)
	printf "{\"create\":{\"_index\":\"t\",\"_id\":\"%d\"}}\n{\"n\":%d,\"pad\":\"%s\"}\n", i, i, pad }' >ids
sed '1~2s/.*/{"index":{"_index":"t"}}/' ids >plain
declare -A net=()
lost=0
faults=(none requests items bad after before)
turns=$(sized 1 5)
for ((turn = 1; turn <= turns; turn++)); do
	for fault in "${faults[@]}"; do
		for stream in plain ids; do
			run="$fault, $stream, $turn"
			start_sink "$fault"
			measure "$run" "$bin/esbulk -q --retry 30 --node=$url --rejects=refused --stats=stats $stream"
			missing=$((25360 - $(arrived .distinct))) doubled=$(arrived .doubled) rejected=$(jq .rejected stats)
			# Without ids esbulk cannot know what a server took whose answer was cut, and says so.
			[[ $fault == after && $stream == plain ]] || lost=$((lost + missing - rejected + doubled))
			backoff=$(jq .seconds.backoff stats)
			net[$fault]=$(least ${net[$fault]:+"${net[$fault]}"} "$(calc "${wall[$run]} - $backoff")")
			((turn == turns)) || continue
			row 'esbulk and faults' "fault=$fault" "stream=$stream" "missing=$missing" "doubled=$doubled" "rejected=$rejected" \
				"unknown=$(jq .unknown stats)" "status=${status[$run]}" "wall s=${wall[$run]}" "backoff s=$backoff"
		done
	done
done
for fault in "${faults[@]:1}"; do slowest=$(most ${slowest:+"$slowest"} "$(calc "${net[$fault]} / ${net[none]}")"); done
figure 'esbulk: documents that faults lose or double (ids where an answer is cut)' "$lost" '<=' 0
figure 'esbulk: time with a fault, less backoff, of the time without: the worst' "$slowest" '<=' 1.5
