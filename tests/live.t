#!/bin/bash
# escapture live: many tsharks, restarts, several interfaces, packets that kill tshark.
. "$(dirname "$0")/tap.sh"
port=40411
. "$top/tests/live.sh"
. "$top/tests/cable.sh"

# --- many tsharks ---
for n in 1 2 3; do
	start --jobs $n
	send 1 300
	ok "N = $n: the last packet comes" wait_for 60 seen 300
	finish INT
	is "$status" 0 "N = $n: SIGINT is its normal end"
	is "$(stat_of documents) $(stat_of tsharks) $(stat_of dropped)" "$(stat_of received) $n 0" "N = $n: packets in = documents out"
	is "$(documents live)" "$(stat_of documents)" "N = $n: counted"
	is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 300 | md5sum)" "N = $n: each packet once, in order"
	(until [ -e "counted$n" ]; do send 1 20 200; done) &
	sender=$!
	run escapture --nic lo --bpf "udp dst port $port" --jobs $n --count 37
	touch "counted$n"
	wait "$sender"
	is "$status $(documents out)" '0 37' "N = $n: --count is exact"
done
# The stream is that of one tshark on what was captured: only the difference to the packet displayed before could tell them apart.
is "$(jq -r 'select(.layers) | .layers.frame | select(.frame_frame_time_delta != .frame_frame_time_delta_displayed) | .frame_frame_number' live)" '' 'differences of time as one tshark prints them'

# --- what came right before a signal: the kernel hands it over a quarter of a second later ---
for signal in INT TERM; do
	start --jobs 2
	send 1 300
	finish $signal
	is "$status $(stat_of documents)" "0 $(stat_of received)" "SIG$signal right behind the packets: packets in = documents out"
	is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 300 | md5sum)" "SIG$signal right behind the packets: none is missing"
done

# --- dumpcap, or the buffer, is killed before it could hand over what came ---
kill_children() { # NAME SIGNAL
	local child
	for child in $(pgrep -P "$pid"); do
		[ "$(<"/proc/$child/comm")" != "$1" ] || kill -"$2" "$child"
	done
}
start --jobs 1
kill_children dumpcap STOP
send 1 50
kill -TERM "$pid"
kill_children dumpcap KILL
ended
is "$status" 3 'dumpcap is killed behind SIGTERM: status'
like "$(cat live.err)" 'the capture ended by itself' 'and it is said'
start --jobs 1
kill_children escapture STOP
send 1 50
kill -TERM "$pid"
kill_children escapture KILL
ended
is "$status" 3 'the buffer is killed behind SIGTERM: status'

# --- the reader is a socket, and goes ---
/usr/bin/python3 - "$port" <<'END' && gone=1 || gone=0
import socket, subprocess, sys, time
ours, theirs = socket.socketpair()
p = subprocess.Popen(["escapture", "--nic", "lo", "--bpf", "udp dst port " + sys.argv[1]], stdout=theirs, stderr=subprocess.PIPE)
theirs.close()
ours.close()
try:
    sys.exit(0 if p.wait(30) == 3 and b"the reader has gone" in p.stderr.read() else 1)
except subprocess.TimeoutExpired:
    p.kill()
    sys.exit(1)
END
is "$gone" 1 'a socket whose reader has gone ends it'

# --- --duration ---
start --duration 2.5
ended
is "$status $(stat_of documents)" "0 $(stat_of received)" '--duration ends it, with status 0'

# --- restarts ---
start --jobs 2 --restart-packets 25
send 1 510 1000
ok 'restarts: the last packet comes' wait_for 180 seen 510
finish TERM
is "$status $(stat_of documents)" "0 $(stat_of received)" 'restarts: packets in = documents out'
ok "restarts: 20 at least ($(stat_of restarts))" test "$(stat_of restarts)" -ge 20
is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 510 | md5sum)" 'restarts: each packet once, in order'
is "$(jq -r 'select(.layers) | .layers.frame.frame_frame_number' live | sort -n | tail -n 1)" 25 'restarts: at the packet asked for'
start --jobs 2 --memory 1M
both() { mapfile -t first < <(pgrep -x -P "$pid" tshark) && ((${#first[@]} == 2)); }
wait_for 60 both
send 1 3000 3000
ok '--memory: the last packet comes' wait_for 60 seen 3000
# They are looked at once a second.
others() { ! kill -0 "${first[@]}" 2>/dev/null; } # not even one of them is there
wait_for 60 others
finish INT
is "$status $(stat_of documents)" "0 $(stat_of received)" '--memory: packets in = documents out'
ok "--memory: restarted ($(stat_of restarts))" test "$(stat_of restarts)" -ge 1
is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 3000 | md5sum)" '--memory: each packet once, in order'

# --- several interfaces: pcapng instead of pcap ---
other=espcap-l0
at_end eval 'ip link del espcap-l0 2>/dev/null'
if make_cable "$other" 0; then
	start --nic "$other" --restart-packets 20 --jobs 2
	send 1 100 1000
	ok 'two interfaces: the last packet comes' wait_for 60 seen 100
	finish INT
	is "$status $(stat_of documents)" "0 $(stat_of received)" 'two interfaces: packets in = documents out'
	ok 'two interfaces: restarts' test "$(stat_of restarts)" -ge 4
	is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 100 | md5sum)" 'two interfaces: each packet once, in order'
	start --nic "$other"
	spill=$(pgrep -P "$pid" escapture)
	kill -STOP "$spill"
	send 1 5000
	kill -CONT "$spill"
	ok 'two interfaces, a burst: the last packet comes' wait_for 60 seen 5000
	finish INT
	is "$status $(stat_of dropped)" '0 0' 'two interfaces, a burst: without a drop'
elif [ -n "${CI:-}" ]; then
	tap_result 1 'an interface can be made (ip link add ... type veth)'
fi

# --- tsharks that die ---
start --jobs 2
send 1 100
wait_for 60 seen 100
kill -KILL "$(pgrep -P "$pid" tshark | head -n 1)"
again() { grep -q 'it is started again' live.err; }
trigger() { send 101 1 && again; }
ok 'tshark killed: started again' wait_for 60 trigger
send 200 100
ok 'tshark killed: the last packet comes' wait_for 60 seen 299
finish INT
is "$status $(stat_of documents) $(stat_of bad)" "0 $(stat_of received) 0" 'tshark killed: nothing is lost'
for n in 1 3; do
	rm -f bad.pcap
	start --jobs $n --tshark ./fragile --bad-packets bad.pcap
	send 1 60
	send 60 1 0 killer
	send 61 100
	# Its pipe is seen to be gone when the next packet is printed.
	passed() { send 161 1 && grep -q 'which is passed over' live.err; }
	ok "killer, N = $n: passed over" wait_for 40 passed
	ok "killer, N = $n: those behind it come" wait_for 40 seen 160
	finish INT
	is "$status $(stat_of bad) $(($(stat_of documents) + 1))" "1 1 $(stat_of received)" "killer, N = $n: counted, status 1"
	is "$(numbers live | grep -v '^0$\|161' | md5sum)" "$(seq 1 160 | md5sum)" "killer, N = $n: all others, once, in order"
	is "$("$tshark" -r bad.pcap -T fields -e data.data 2>/dev/null)" "$(printf 'killer 000060' | od -An -tx1 | tr -d ' \n')" "killer, N = $n: it is in --bad-packets"
done
printf '#!/bin/bash\nread -r -N 60 -t 5; kill -ABRT $$\n' >hopeless
chmod 755 hopeless
(until [ -e hopeless.done ]; do send 1 20 50; done) &
sender=$!
run escapture --nic lo --bpf "udp dst port $port" --tshark ./hopeless
touch hopeless.done
wait "$sender"
is "$status" 3 'a tshark that always dies: status 3'
like "$err" 'tshark was ended by signal 6, too often' 'a tshark that always dies: said'

for words in '--duration 0' '--duration x' '--memory x' '--buffer 1' '--restart-packets -1'; do
	# shellcheck disable=SC2086
	run escapture --nic lo $words
	is "$status" 2 "wrong use: $words"
done
run escapture --duration 5 file.pcap
is "$status" 2 'wrong use: --duration with a file'
done_testing
