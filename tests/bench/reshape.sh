#!/bin/bash
# How fast esreshape is, against what it is made of and what could do its work; all ratios are of CPU seconds (user and
# system, the least of several runs in turns), since wall time on a shared machine tells of the others on it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "${ESPCAP_BIN:-$here/../../build}" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/espcap-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
measure() { python3 "$here/measure.py" "$@"; }
missed=0

# ratio NAME A B ['>=' TARGET]: print A / B, and whether it meets the target.
ratio() {
	awk -v name="$1" -v a="$2" -v b="$3" -v how="${4-}" -v target="${5-}" 'BEGIN {
		r = a / b; met = how == ">=" ? r >= target : how == "<=" ? r <= target : 1
		printf "%-58s %7.2f  %s\n", name, r, how == "" ? "" : sprintf("(%s %s: %s)", how, target, met ? "met" : "MISSED")
		exit !met }' || missed=1
}

${CC:-cc} -O2 -o "$tmp/bare_jsmn" "$here/bare_jsmn.c"
zcat "$here/../samples/tshark-4.0.ndjson.gz" >"$tmp/one"
for ((i = 0; i < 160; i++)); do cat "$tmp/one"; done >"$tmp/stream"
longest=$(awk '{ if (length($0) > n) n = length($0) } END { print n }' "$tmp/one")
bytes=$(stat -c %s "$tmp/stream")
printf 'tshark 4.0 stream of %d MB, %d tokens, longest line %d\n' $((bytes / 1000000)) "$("$tmp/bare_jsmn" <"$tmp/stream")" "$longest"

mapfile -t t < <(measure cpu 7 "$tmp/stream" "$tmp/bare_jsmn" "$bin/esreshape" "$bin/esreshape --id")
printf 'CPU seconds: bare jsmn %s, esreshape %s, esreshape --id %s\n' "${t[@]}"
ratio 'speed against bare jsmn' "${t[0]}" "${t[1]}" '>=' 0.5
ratio 'speed with --id against without' "${t[1]}" "${t[2]}" '>=' 0.6
mapfile -t slow < <(measure cpu 1 "$tmp/stream" "jq -c ." "python3 $here/measure.py merge")
printf 'CPU seconds: jq -c (even without merging) %s, Python %s\n' "${slow[@]}"
ratio 'speed against jq -c' "${slow[0]}" "${t[1]}" '>=' 12
ratio "speed against Python's json" "${slow[1]}" "${t[1]}" '>=' 5

small=$(measure memory "$tmp/stream" 1 "$bin/esreshape --id") large=$(measure memory "$tmp/stream" 10 "$bin/esreshape --id")
printf 'peak memory: %d kB on %d MB, %d kB on %d MB\n' "$small" $((bytes / 1000000)) "$large" $((bytes / 100000))
ratio 'peak memory, kB: ten times the stream, more by' $((large > small ? large - small : 0)) 1 '<=' 1024
ratio 'peak memory, of 16 MB and four longest lines' $((large * 1024)) $((16777216 + 4 * longest)) '<=' 1
rm "$tmp/stream"

# per_byte NAME BASE: nanoseconds a byte of $tmp/shape, against BASE (empty: it is the base); sets $ns
per_byte() {
	local seconds
	seconds=$(measure cpu 3 "$tmp/shape" "$bin/esreshape")
	ns=$(awk -v s="$seconds" -v b="$(stat -c %s "$tmp/shape")" 'BEGIN { printf "%.3f", s * 1e9 / b }')
	if [[ -z $2 ]]; then printf '%-58s %7s  ns a byte\n' "$1" "$ns"; else ratio "$1" "$ns" "$2" '<=' 1.5; fi
}
size=250000000
measure members 70 70 $size >"$tmp/shape"
per_byte '70 members in an object, names different' ''
base=$ns
measure members 70000 70000 $size >"$tmp/shape"
per_byte '70,000 members, against 70: cost of a byte' "$base"
measure members 70 1 $size >"$tmp/shape"
per_byte '70 members in an object, all of one name' ''
base=$ns
measure members 70000 1 $size >"$tmp/shape"
per_byte '70,000 members of one name, against 70: cost of a byte' "$base"
measure lines 1000 $size >"$tmp/shape"
per_byte 'lines of 1 kB' ''
base=$ns
for length in 10000 100000 1000000 10000000 40000000; do
	measure lines $length $size >"$tmp/shape"
	per_byte "lines of $length bytes, against 1 kB: cost of a byte" "$base"
done
measure lines 40000000 $size >"$tmp/shape"
line=$(head -n 1 "$tmp/shape" | wc -c)
ratio 'peak memory, lines of 40 MB, of 16 MB and four lines' $(($(measure memory "$tmp/shape" 1 "$bin/esreshape") * 1024)) \
	$((16777216 + 4 * line)) '<=' 1
exit $missed
