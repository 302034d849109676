#!/bin/bash
# escapture live, on a cable of its own: what it holds without a drop, a burst, how long a packet takes, ever-new flows.  Needs root;
# NODE_KIND= leaves out the real node.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=../cable.sh
. "$top/tests/cable.sh"

export ESPCAP_NODES=$work/nodes XDG_STATE_HOME=$work
nic=espcap-perf port=20000
at_exit+=("$top/scripts/node.sh stop" "ip link del $nic")
chmod 755 . # for the user that escapture's tsharks run as
make_cable $nic 192 || {
	note 'escapture live: not measured, no interface can be made here'
	at_exit=(stop_sink)
	exit
}

send() { "$top/tests/numbered.py" "$cable_address" $port 1 "$@" >/dev/null; } # COUNT [RATE [SIZE [FLOWS]]]
stat_of() { jq ".$1" stats; }
milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }
# capture COUNT ARGUMENT...: begun in the background; it ends with packet COUNT, of which the first has come.
capture() {
	rm -f documents
	"$bin/escapture" --nic $nic --bpf "udp dst portrange $port-65000" --stats stats --count "$@" >documents &
	pid=$!
	until [[ -s documents ]]; do
		send 1
		sleep 0.05
	done
}
# As the one above, but what it is flooded with begins at once when it captures: when its packet socket runs.
flooded() { # COMMAND...
	"$@" >/dev/null 2>complaints &
	pid=$!
	until awk -v nic="$(<"/sys/class/net/$nic/ifindex")" '$5 == nic && $6 == 1 { found = 1 } END { exit !found }' /proc/net/packet; do
		kill -0 $pid
		sleep 0.05
	done
	began=$(date +%s%N)
}
replay() { tcpreplay -q -i $nic --preload-pcap "$@" >/dev/null; } # OPTION... FILE

# --- a flood: so many packets at once, and the time until all are printed ---
# They are of web pages, as in the benches of files, and come from memory, since who sends takes part of the same processors; in pieces,
# since all at once are more than the kernel holds.
count=$(sized 3000 120000) # of which the start of the tsharks is little
"$here/tile.py" --http "$count" tiled.pcap
editcap -F pcap -r tiled.pcap flood.pcap "1-$count" 2>/dev/null
editcap -F pcap -c 10000 flood.pcap piece.pcap
declare -A seconds=()
for ((i = 0; i < $(sized 1 3); i++)); do
	for n in 1 2 tshark; do
		if [[ $n == tshark ]]; then
			flooded timeout 60 tshark -n -i $nic -B 64 -c "$count" -T ek
		else
			flooded "$bin/escapture" --nic $nic --jobs $n --stats stats
		fi
		for piece in piece*.pcap; do replay --topspeed "$piece"; done
		[[ $n == tshark ]] || kill -TERM $pid # what came before is printed
		wait $pid
		seconds[$n]=$(least "$(calc "$(milliseconds "$began") / 1000")" ${seconds[$n]:+"${seconds[$n]}"})
		[[ $n == tshark || $(stat_of documents) == "$count" ]] || note "escapture live, --jobs $n: $(stat_of dropped) dropped"
	done
done
for n in 1 2; do
	figure "escapture --nic, flooded, --jobs $n: documents a second without a drop" "$count / ${seconds[$n]}"
done
figure 'escapture --nic, flooded: documents of --jobs 2 for one of --jobs 1' "${seconds[1]} / ${seconds[2]}" '>=' 1.4
figure 'escapture --nic, flooded: documents of --jobs 2 for one of tshark -i' "${seconds[tshark]} / ${seconds[2]}"

# --- ten seconds at ten times that ---
rate=$(calc "int($count / ${seconds[2]})")
burst=$((10 * $(sized 1 10) * rate))
flooded "$bin/escapture" --nic $nic --jobs 2 --stats stats
replay --timer=select --pps $((10 * rate)) --loop $((burst / count + 1)) --limit "$burst" flood.pcap
took=$(milliseconds "$began")
kill -TERM $pid
wait $pid
note "escapture live, burst: $burst packets in $(calc "$took / 1000") s, $(stat_of received) captured, $(stat_of documents) documents, worked off $(
	calc "int(($(milliseconds "$began") - $took) / 1000)") s after its end"
figure 'escapture --nic, a burst of 10 s at ten times that: packets dropped' "$(stat_of dropped)" '<=' 0
figure 'and packets without a document' "$burst - $(stat_of documents)" '<=' 0

# --- from wire to stdout ---
for n in 1 2; do
	read -r median worst < <("$here/latency.py" "$cable_address" $port "$(sized 5 30)" "$bin/escapture" --nic $nic --bpf "udp dst port $port" --jobs $n)
	figure "escapture --nic --jobs $n, idle: ms from the wire to stdout, the median" "$median" '<=' 300
	note "escapture live, --jobs $n, idle: $worst ms from the wire to stdout at worst"
done

# --- from wire to a document that is found ---
if [[ -n ${NODE_KIND=os-2.19.1} ]]; then
	node=$("$top/scripts/node.sh" start "$NODE_KIND")
	"$top/scripts/packet_template.sh" "$node" >/dev/null
	"$bin/espcap" -q --nic $nic --bpf "udp dst portrange $port-65000" --node "$node" --index packets-bench --flush 1 &
	pid=$!
	found() { curl -s "$node/packets-bench/_count?q=layers.udp.udp_udp_dstport:$1" | jq -e '.count > 0' >/dev/null; }
	until found $port; do
		send 1
		sleep 0.2
	done
	for i in {1..15}; do
		port=$((20000 + i))
		sleep 0.$((RANDOM % 10))$((RANDOM % 10)) # not always just after the index was refreshed, as the one before was found
		began=$(date +%s%N)
		send 1
		until found $port; do sleep 0.02; done
		milliseconds "$began"
	done | sort -n >delays
	kill -TERM $pid
	wait $pid
	figure 'espcap --nic --flush 1, idle: ms from the wire to a document that is found, the median' "$(sed -n 8p delays)" '<=' 2000
fi

# --- ever-new flows: the tsharks' memory with and without restarts ---
flows=$(sized 4250 42500)
for restart in 0 $((flows / 21)); do
	capture "$flows" --jobs 2 --restart-packets "$restart"
	send "$flows" 0 0 40000 &
	sender=$! largest=0
	while kill -0 $pid 2>/dev/null; do
		sum=$(pgrep -P $pid tshark | sed 's,.*,/proc/&/status,' | xargs cat 2>/dev/null | awk '/^VmRSS/ { s += $2 } END { print int(s / 1024) }') || true
		((${sum:-0} <= largest)) || largest=$sum
		sleep 0.1
	done
	wait $pid $sender
	note "escapture live, ever-new flows, --restart-packets $restart: $(stat_of restarts) restarts, the tsharks had $largest MB at most"
	figure "escapture --nic --restart-packets $restart, ever-new flows: packets without a document" "$(stat_of received) - $(stat_of documents)" '<=' 0
done
