#!/bin/bash
# What a packet costs each stage, and the stage's memory, from 10,000 to 5,000,000 small UDP packets.  esreshape and esbulk get a
# stream of as many; escapture, where tshark takes 100 microseconds a packet, captures of up to $CAPTURE_PACKETS (1,000,000).  What a
# further packet costs is the difference between two sizes, so that no start is in it: in the first 10,000 there is, for each of
# several processes, connections or chunks.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
read -ra sizes <<<"10000 100000 $(sized '' '1000000 5000000')"

"$here/tile.py" --udp 40 40.pcap
tshark -n -r 40.pcap -T ek >40.ek 2>/dev/null
"$bin/esreshape" 40.ek >40.bulk
start_sink none
mkfifo packets
chmod 755 . # escapture reads as another user

# stage NAME COMMAND SIZE [INPUT]: COMMAND with SIZE packets; INPUT (40.ek or 40.bulk) comes over and over through the fifo.
declare -A kb=()
stage() {
	[[ -z ${4:-} ]] || (trap - EXIT && yes "$(<"$4")" | head -n $((2 * $3)) >packets) &
	measure "$1 $3" "/usr/bin/time -q -f %M -o kb $2"
	wait $!
	kb[$1 $3]=$(most "$(<kb)" ${kb[$1 $3]:+"${kb[$1 $3]}"})
}
# The sizes take turns, the small ones several times in each, the captures in half of them.  The mean of each counts, for the best of
# many short runs and of few long ones can't be compared: in a long one something always comes between.
declare -A times=([10000]=8 [100000]=8 [1000000]=2 [5000000]=1)
turns=$(sized 1 6)
for ((turn = 0; turn < turns; turn++)); do
	for size in "${sizes[@]}"; do
		for ((i = 0; i < times[$size]; i++)); do
			stage esreshape "$bin/esreshape --id <packets" "$size" 40.ek
			stage esbulk "$bin/esbulk -q --retry 10 --node=$url <packets" "$size" 40.bulk
		done
	done
	((turn % 2 == 0)) || continue
	for size in "${sizes[@]}"; do
		((size <= ${CAPTURE_PACKETS:-1000000})) || continue
		[[ -e $size.pcap ]] || "$here/tile.py" --udp "$size" "$size.pcap"
		for ((i = 0; i < (times[$size] + 1) / 2; i++)); do
			stage escapture "$bin/escapture $size.pcap" "$size"
			stage tshark "tshark -n -r $size.pcap -T ek" "$size"
		done
	done
done

for name in tshark escapture esreshape esbulk; do
	costs=() memories=()
	last=0 cost=0
	for size in "${sizes[@]}"; do
		[[ -n ${mean_cpu[$name $size]:-} ]] || continue
		further=$(calc "(${mean_cpu[$name $size]} - $cost) * 1e6 / ($size - $last)")
		((last == 0)) || costs+=("$further")
		last=$size cost=${mean_cpu[$name $size]}
		memories+=("$(calc "${kb[$name $size]} / 1024")")
		row Growth "stage=$name" "packets=$size" "CPU, microseconds a packet=$(calc "$cost * 1e6 / $size")" \
			"a further packet=$further" "peak memory MB=${memories[-1]}"
	done
	[[ $name != tshark ]] || continue
	figure "$name: cost of a further packet from 10,000 to $last, the dearest against the cheapest" \
		"$(most "${costs[@]}") / $(least "${costs[@]}")" '<=' 1.1
	figure "$name: peak memory (its largest process) of $last packets against 10,000" "${memories[-1]} / ${memories[0]}" '<=' 1.1
done
