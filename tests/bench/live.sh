#!/bin/bash
# escapture live, on a cable of its own: what it holds without a drop, a burst, how long a packet takes, ever-new flows.  Needs root;
# NODE_KIND= leaves out the real node.
. "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
# shellcheck source=../cable.sh
. "$top/tests/cable.sh"

export ESPCAP_NODES=$work/nodes XDG_STATE_HOME=$work
nic=espcap-perf port=20000
size=700 # bytes in the packets of the flood and the burst, as packets on a busy link have on average
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
# CPU seconds so far of the capture's processes: of all of them, and of the one that took most.
cpu_so_far() {
	# shellcheck disable=SC2046 # a word a process
	sed 's/.*) //' $(printf '/proc/%s/stat ' $pid $(pgrep -P $pid)) 2>/dev/null |
		awk -v ticks="$(getconf CLK_TCK)" '{ one = ($12 + $13) / ticks; all += one; if (one > most) most = one } END { print all + 0, most + 0 }'
}

# --- what it holds: so many packets at once, and the time until all are printed ---
# Besides, what they take of the processors, which others on the machine change little: on two that are idle the rate is what the busiest
# process can do, or all of them on two.
count=$(sized 2000 20000)
declare -A seconds=() ideal=()
for ((i = 0; i < $(sized 1 3); i++)); do
	for n in 1 2; do
		capture "$count" --jobs $n
		read -r all_first busiest_first < <(cpu_so_far)
		all=0 busiest=0 began=$(date +%s%N)
		send "$count" 0 $size &
		sender=$!
		while kill -0 $pid 2>/dev/null; do
			read -r now_all now_busiest < <(cpu_so_far)
			all=$(most "$all" "$now_all") busiest=$(most "$busiest" "$now_busiest")
			sleep 0.1
		done
		wait $pid $sender
		[[ $(stat_of dropped) == 0 ]] || note "escapture live, --jobs $n: $(stat_of dropped) dropped"
		one=$(calc "$(milliseconds "$began") / 1000")
		seconds[$n]=$(least "$one" ${seconds[$n]:+"${seconds[$n]}"})
		one=$(most "$(calc "$busiest - $busiest_first")" "$(calc "($all - $all_first) / 2")")
		ideal[$n]=$(least "$one" ${ideal[$n]:+"${ideal[$n]}"})
	done
done
for n in 1 2; do
	figure "escapture --nic, flooded by packets of $size bytes, --jobs $n: documents a second without a drop" "$count / ${seconds[$n]}"
done
figure 'escapture --nic, flooded: documents of --jobs 2 for one of --jobs 1' "${seconds[1]} / ${seconds[2]}" '>=' 1.4
figure 'the same by their CPU time, as on two processors that are idle' "${ideal[1]} / ${ideal[2]}" '>=' 1.4

# --- ten seconds at ten times that ---
rate=$(calc "int($count / ${seconds[2]})")
burst=$((10 * $(sized 1 10) * rate))
capture "$burst" --jobs 2
began=$(date +%s%N)
send "$burst" $((10 * rate)) $size
took=$(milliseconds "$began")
wait $pid
note "escapture live, burst: $burst packets of $size bytes in $(calc "$took / 1000") s, $(stat_of received) captured, $(stat_of documents) documents, worked off $(
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
