#!/bin/bash
# escapture against tshark itself: one large capture, many small ones; and espcap, which also reshapes and posts.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"

"$here/tile.py" --http "$(sized 3000 30000)" big.pcap
"$here/tile.py" "$(sized 3000 30000)" mixed.pcap
mkdir small
many=${MANY:-$(sized 100 1000)}
"$here/tile.py" --split "$many" small
chmod 755 . # for the user that escapture's tsharks run as
cmp <(tshark -n -r big.pcap -T ek 2>/dev/null) <("$bin/escapture" --file big.pcap)
packets=$(($(tshark -n -r big.pcap -T ek 2>/dev/null | wc -l) / 2))
size() { echo "$(($(stat -c %s "$1") / 1000)) kB"; }
note "escapture: BIG is one capture of $packets packets, $(size big.pcap), of web pages; MIXED one of small packets of many protocols, $(size mixed.pcap); on $(nproc) processors"
start_sink none

layers='frame eth ip ipv6 tcp udp dns'
for ((i = 0; i < rounds; i++)); do
	for _ in 1 2 3; do # what has a target is worth more turns
		measure tshark 'tshark -n -r big.pcap -T ek'
		measure escapture "$bin/escapture --file big.pcap"
		measure espcap "$bin/espcap --file big.pcap --node $url"
	done
	measure tshark-mixed 'tshark -n -r mixed.pcap -T ek'
	measure mixed "$bin/escapture --file mixed.pcap"
	measure espcap-mixed "$bin/espcap --file mixed.pcap --node $url"
	measure tshark-J "tshark -n -r big.pcap -T ek -J '$layers'"
	measure layers "$bin/escapture --layers '$layers' big.pcap"
	for n in 1 2 4 8; do ((n == $(nproc))) || measure "jobs $n" "$bin/escapture --jobs $n big.pcap"; done
	((i < 2)) || continue # a loop takes minutes
	# shellcheck disable=SC2016 # measure's shell expands it
	measure loop 'for f in small/*; do tshark -n -r $f -T ek; done'
	measure dir "$bin/escapture --dir small"
done
wall[jobs $(nproc)]=${wall[escapture]} cpu[jobs $(nproc)]=${cpu[escapture]} # so many are its default
figure 'escapture --file BIG: wall time of tshark -n -r BIG -T ek' "${wall[escapture]} / ${wall[tshark]}" '<=' 0.62
figure 'espcap --file BIG --node SINK: wall time of that tshark' "${wall[espcap]} / ${wall[tshark]}" '<=' 0.72
figure 'escapture --file MIXED: wall time of tshark -n -r MIXED -T ek' "${wall[mixed]} / ${wall[tshark-mixed]}"
figure 'espcap --file MIXED --node SINK: wall time of that tshark' "${wall[espcap-mixed]} / ${wall[tshark-mixed]}"
figure 'escapture --layers: wall time of tshark -J' "${wall[layers]} / ${wall[tshark-J]}"
figure "$many captures of 10 packets: wall time of a loop over tshark" "${wall[dir]} / ${wall[loop]}" '<=' 0.6
for n in 1 2 4 8; do
	row Jobs "tsharks side by side=$n" "wall time, of one tshark=$(calc "${wall[jobs $n]} / ${wall[tshark]}")" \
		"CPU s=${cpu[jobs $n]}" "CPU time, of one tshark=$(calc "${cpu[jobs $n]} / ${cpu[tshark]}")"
done
