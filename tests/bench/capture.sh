#!/bin/bash
# escapture against tshark itself: one large capture, many small ones.  capture.sh [BUILD [PACKETS [ROUNDS]]]
# Ratios of runs taken in turn; times alone mean nothing on a shared machine.  Of the rounds the fastest counts, for each command.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "${1:-$top/build}" && pwd)
packets=${2:-60000} rounds=${3:-3}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/espcap-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C TZ=UTC WIRESHARK_CONFIG_DIR=/nonexistent WIRESHARK_EXTCAP_DIR=/nonexistent TIMEFORMAT='%R %U %S'

# best NAME COMMAND...: run it, keep the fastest of its runs in wall[NAME], with its CPU seconds in cpu[NAME].
declare -A wall=() cpu=()
best() {
	local name=$1 real user sys
	shift
	read -r real user sys < <({ time "$@" >/dev/null 2>"$tmp/err" </dev/null; } 2>&1) || true
	if [[ -z ${wall[$name]:-} ]] || awk "BEGIN { exit !($real < ${wall[$name]}) }"; then
		wall[$name]=$real
		cpu[$name]=$(awk "BEGIN { print $user + $sys }")
	fi
}

report() { # NAME AGAINST [TARGET]
	awk -v name="$1" -v w="${wall[$1]}" -v c="${cpu[$1]}" -v b="${wall[$2]}" -v target="${3:-}" \
		'BEGIN { printf "%-34s %8.2f s %8.2f s CPU %8.2f%s\n", name, w, c, w / b, target == "" ? "" : "  (at most " target ": " (w / b <= target ? "yes" : "NO") ")" }'
}

plain_loop() {
	local f
	for f in "$1"/*; do tshark -n -r "$f" -T ek; done
}

"$top/tests/bench/tile.py" "$packets" "$tmp/big.pcap"
mkdir "$tmp/small"
"$top/tests/bench/tile.py" --split 1000 "$tmp/small"

cmp <(tshark -n -r "$tmp/big.pcap" -T ek 2>/dev/null) <("$bin/escapture" --file "$tmp/big.pcap")
printf '%s processors; one capture of %s packets, %s MB; fastest of %s\n' "$(nproc)" "$(($(tshark -n -r "$tmp/big.pcap" -T ek 2>/dev/null | wc -l) / 2))" \
	"$(($(wc -c <"$tmp/big.pcap") / 1000000))" "$rounds"
layers='frame eth ip ipv6 tcp udp dns'
for ((i = 0; i < rounds; i++)); do
	best 'tshark -n -r BIG -T ek' tshark -n -r "$tmp/big.pcap" -T ek
	best 'escapture --file BIG' "$bin/escapture" --file "$tmp/big.pcap"
	best "tshark, -J" tshark -n -r "$tmp/big.pcap" -T ek -J "$layers"
	best 'escapture --layers' "$bin/escapture" --layers "$layers" "$tmp/big.pcap"
	for n in 1 2 4 8; do best "escapture --jobs $n" "$bin/escapture" --jobs $n "$tmp/big.pcap"; done
done
best '1,000 small: a loop of tshark' plain_loop "$tmp/small"
best '1,000 small: escapture --dir' "$bin/escapture" --dir "$tmp/small"

printf '%-34s %10s %14s %8s\n' '' wall '' ratio
report 'tshark -n -r BIG -T ek' 'tshark -n -r BIG -T ek'
report 'escapture --file BIG' 'tshark -n -r BIG -T ek' 0.62
for n in 1 2 4 8; do report "escapture --jobs $n" 'tshark -n -r BIG -T ek'; done
report 'tshark, -J' 'tshark -n -r BIG -T ek'
report 'escapture --layers' 'tshark, -J'
report '1,000 small: a loop of tshark' '1,000 small: a loop of tshark'
report '1,000 small: escapture --dir' '1,000 small: a loop of tshark' 0.6
