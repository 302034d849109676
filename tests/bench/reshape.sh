#!/bin/bash
# How fast esreshape is, against what it is made of and what could do its work.  By CPU seconds: it is one process and waits for
# nothing else, while wall time on a shared machine tells of the others on it.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

${CC:-cc} -O2 -o bare_jsmn "$here/bare_jsmn.c"
zcat "$top/tests/samples/tshark-4.0.ndjson.gz" >one
repeat "$(sized 10 160)" one >stream
bytes=$(stat -c %s stream)
longest=$(awk '{ if (length($0) > n) n = length($0) } END { print n }' one)
note "esreshape: a stream of tshark 4.0 of $((bytes / 1000000)) MB, $(./bare_jsmn <stream) tokens, longest line $longest bytes"

for ((i = 0; i < rounds; i++)); do
	measure jsmn './bare_jsmn <stream'
	measure esreshape "$bin/esreshape <stream"
	measure id "$bin/esreshape --id <stream"
	((i < 3)) || continue # they take long
	measure jq 'jq -c . <stream'
	measure python "python3 $here/streams.py merge <stream"
done
figure 'esreshape: speed against bare jsmn' "${cpu[jsmn]} / ${cpu[esreshape]}" '>=' 0.5
figure 'esreshape: speed with --id against without' "${cpu[esreshape]} / ${cpu[id]}" '>=' 0.6
figure 'esreshape: speed against jq -c, which merges nothing' "${cpu[jq]} / ${cpu[esreshape]}" '>=' 12
figure "esreshape: speed against Python's json" "${cpu[python]} / ${cpu[esreshape]}" '>=' 5

small=$(kilobytes "$bin/esreshape --id <stream")
large=$(kilobytes "repeat 10 stream | $bin/esreshape --id")
figure "esreshape: peak memory on $((bytes / 100000)) MB against $((bytes / 1000000)) MB, kB more" "$large - $small" '<=' 1024
figure 'esreshape: peak memory of 16 MB and four longest lines' "$large * 1024 / (16777216 + 4 * $longest)" '<=' 1
rm stream

# Streams of one shape each, all measured in turns, and what a byte of them costs in nanoseconds.
size=$(sized 25000000 250000000)
lengths=(1000 10000 100000 1000000 10000000 40000000)
for members in 70 70000; do
	"$here/streams.py" members $members 1 "$size" >"same-$members"
	"$here/streams.py" members $members $members "$size" >"different-$members"
done
for length in "${lengths[@]}"; do "$here/streams.py" lines "$length" "$size" >"lines-$length"; done
for ((i = 0; i < 3 * rounds; i++)); do
	for shape in {same,different}-{70,70000} "${lengths[@]/#/lines-}"; do measure "$shape" "$bin/esreshape <$shape"; done
done
cost() { calc "${cpu[$1]} * 1e9 / $(stat -c %s "$1")"; } # SHAPE
for names in different same; do
	figure "esreshape: 70,000 members in an object, names $names, against 70: cost of a byte" \
		"$(cost $names-70000) / $(cost $names-70)" '<=' 1.5
done
for length in "${lengths[@]:1}"; do worst=$(most ${worst:+"$worst"} "$(cost "lines-$length")"); done
figure 'esreshape: lines of 10 kB to 40 MB against 1 kB: cost of a byte, the dearest' "$worst / $(cost lines-1000)" '<=' 1.5
line=$(head -n 1 lines-40000000 | wc -c)
figure 'esreshape: peak memory, lines of 40 MB, of 16 MB and four lines' \
	"$(kilobytes "$bin/esreshape <lines-40000000") * 1024 / (16777216 + 4 * $line)" '<=' 1
