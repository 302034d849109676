#!/bin/bash
# escapture live: many tsharks, the buffer, restarts, packets that kill tshark, and every way to end.
. "$(dirname "$0")/tap.sh"
. "$top/tests/cable.sh"
need tshark dumpcap python3 jq

tshark=$(command -v tshark)
port=40411
stat_of() { jq -r ".$1" stats; }
send() { # FROM COUNT [PER-SECOND [TEXT]]: datagrams "FROM", "FROM + 1", ... to a port where nobody listens
	python3 - "$@" <<'END'
import socket, sys, time
first, count = int(sys.argv[1]), int(sys.argv[2])
rate = float(sys.argv[3]) if len(sys.argv) > 3 else 0
text = sys.argv[4] if len(sys.argv) > 4 else "packet"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(first, first + count):
    s.sendto(b"%s %06d" % (text.encode(), i), ("127.0.0.1", 40411))
    if rate and i % 50 == 0:
        time.sleep(50 / rate)
END
}
# The numbers that were sent, in the order of the documents in FILE.
numbers() { jq -r 'select(.layers) | .layers.data.data_data_data | select(.) | gsub(":"; "") | .[14:26]' "$1" | sed 's/3\(.\)/\1/g' | sed 's/^0*\(.\)/\1/'; }
documents() { echo $(($(wc -l <"$1") / 2)); }

# start ARGUMENT...: a capture in the background, which has begun when this returns; its packets go to the file live.
start() {
	rm -f live stats
	env --default-signal=INT escapture --nic lo --bpf "udp dst port $port" --stats stats "$@" >live 2>live.err &
	pid=$!
	wait_for 30 has_begun || diag "$(cat live.err)"
}
has_begun() { send 0 1 0 begin && { [ -s live ] || ! kill -0 "$pid" 2>/dev/null; }; }
finish() { # SIGNAL: and the status in $status
	kill -"$1" "$pid"
	status=0
	wait "$pid" || status=$?
}
seen() { grep -qa "$(printf '%s %06d' "${2:-packet}" "$1" | od -An -tx1 | tr -d ' \n' | sed 's/../&:/g; s/:$//')" live; }

if ! timeout 20 bash -c "$(declare -f send); (until [ -e probed ]; do send 0 1; sleep 0.1; done) & escapture --nic lo --bpf 'udp dst port $port' --count 1" >probe 2>&1; then
	touch probed
	diag "$(cat probe)"
	skip_all 'nothing can be captured on lo here'
fi
touch probed

# --- many tsharks ---
for n in 1 2 3; do
	start --jobs $n
	send 1 300
	ok "N = $n: the last packet comes" wait_for 30 seen 300
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

# --- --duration ---
start --duration 2.5
status=0
wait "$pid" || status=$?
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
wait_for 20 both
send 1 3000 3000
ok '--memory: the last packet comes' wait_for 60 seen 3000
# They are looked at once a second.
others() { ! kill -0 "${first[@]}" 2>/dev/null; } # not even one of them is there
wait_for 20 others
finish INT
is "$status $(stat_of documents)" "0 $(stat_of received)" '--memory: packets in = documents out'
ok "--memory: restarted ($(stat_of restarts))" test "$(stat_of restarts)" -ge 1
is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 3000 | md5sum)" '--memory: each packet once, in order'

# --- several interfaces: pcapng instead of pcap ---
other=$(esifaces | grep -m 1 -vx 'lo\|any')
if [ -n "$other" ]; then
	start --nic "$other" --restart-packets 20 --jobs 2
	send 1 100 1000
	ok 'two interfaces: the last packet comes' wait_for 30 seen 100
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
fi

# --- tsharks that die ---
start --jobs 2
send 1 100
wait_for 20 seen 100
kill -KILL "$(pgrep -P "$pid" tshark | head -n 1)"
again() { grep -q 'it is started again' live.err; }
trigger() { send 101 1 && again; }
ok 'tshark killed: started again' wait_for 20 trigger
send 200 100
ok 'tshark killed: the last packet comes' wait_for 30 seen 299
finish INT
is "$status $(stat_of documents) $(stat_of bad)" "0 $(stat_of received) 0" 'tshark killed: nothing is lost'
{ printf '#!/bin/bash\nreal=%q\n' "$tshark" && cat; } >fragile <<'END'
"$real" "$@" | sed -u '/6b:69:6c:6c:65:72/Q3'
[ "${PIPESTATUS[1]}" = 0 ] || kill -SEGV $$
END
chmod 755 fragile
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

# --- the buffer ---
{ printf '#!/bin/bash\nreal=%q\n' "$tshark" && cat; } >slow <<'END'
until [ -e go ]; do sleep 0.1; done
exec "$real" "$@"
END
chmod 755 slow
mkdir buffers
listening() { dumpcap=$(pgrep -P "$pid" dumpcap) && find "/proc/$dumpcap/fd" -lname 'socket:*' | grep -q .; }
blocked() { # ARGUMENT...: a capture whose tsharks wait
	rm -f live stats go
	env --default-signal=INT escapture --nic lo --bpf "udp dst port $port" --stats stats --tshark ./slow --buffer-dir buffers "$@" >live 2>live.err &
	pid=$!
	wait_for 20 listening
	spill=''
	has_spill() { spill=$(pgrep -P "$pid" escapture); }
	wait_for 10 has_spill
	read_so_far() { sed -n 's/^rchar: //p' "/proc/$spill/io"; }
	first_one() { send 0 1 && [ "$(read_so_far)" -gt 200 ]; }
	wait_for 20 first_one
}
took() { [ "$(read_so_far)" -gt "$1" ]; }
blocked --buffer 100M
send 1 20000 20000
ok 'burst: taken while no tshark reads' wait_for 60 took 1300000
is "$(ls -A buffers)" '' 'burst: the buffer has no name'
touch go
ok 'burst: worked off' wait_for 120 seen 20000
finish INT
is "$status $(stat_of dropped) $(stat_of documents)" "0 0 $(stat_of received)" 'burst: without a drop'
is "$(numbers live | grep -v '^0$' | md5sum)" "$(seq 1 20000 | md5sum)" 'burst: each packet once, in order'
blocked --buffer 1M
full() { send 1 3000 && grep -q 'lo: the buffer is full: packets are being dropped' live.err; }
ok 'a full buffer is told' wait_for 60 full
kill -INT "$pid"
touch go
status=0
wait "$pid" || status=$?
is "$status $(stat_of documents)" "0 $(stat_of received)" 'a full buffer: what was captured is printed'
mkdir little
if mount -t tmpfs -o size=64k tmpfs little 2>/dev/null; then
	at_end umount "$tmp/little"
	blocked --buffer 100M --buffer-dir little
	no_space() { send 1 3000 && grep -q "the buffer can't be written: packets are being dropped (--buffer-dir)" live.err; }
	ok 'no space for the buffer is told' wait_for 60 no_space
	kill -INT "$pid"
	touch go
	status=0
	wait "$pid" || status=$?
	is "$status $(stat_of documents)" "0 $(stat_of received)" 'no space for the buffer: what was captured is printed'
	head -c 65536 /dev/zero >little/all 2>/dev/null
	start --tshark ./fragile --bad-packets little/bad.pcap
	send 1 10
	send 11 1 0 killer
	not_kept() { send 12 1 && grep -q 'little/bad.pcap: No space left on device' live.err; }
	ok 'no space for --bad-packets is told' wait_for 40 not_kept
	finish INT
	is "$status $(($(stat_of documents) + 1))" "1 $(stat_of received)" 'no space for --bad-packets: the others are printed, status 1'
elif [ -n "${CI:-}" ]; then
	tap_result 1 'a tmpfs can be mounted'
fi
blocked
send 1 1000
wait_for 20 took 60000
children=$(pgrep -P "$pid" | tr '\n' ' ')
kill -INT "$pid"
no_dumpcap() { ! pgrep -P "$pid" dumpcap; }
wait_for 20 no_dumpcap
sleep 0.6 # two signals within half a second are one
finish INT
is "$status" 3 'a second signal: status 3'
like "$(cat live.err)" 'interrupted again: of [0-9]+ packets captured [0-9]+ were not dissected and are lost' 'a second signal: what is lost is counted'
for c in $children; do ok "a second signal: child $c is gone" test ! -e "/proc/$c"; done
blocked
send 1 1000
children=$(pgrep -P "$pid" | tr '\n' ' ')
kill -KILL "$pid"
wait "$pid" 2>/dev/null
for c in $children; do
	gone() { [ ! -e "/proc/$c" ] || grep -q '^State:.Z' "/proc/$c/status"; }
	ok "killed: child $c is gone" wait_for 10 gone
done
is "$(ls -A buffers)" '' 'killed: no file stays'
run escapture --nic lo --buffer-dir /nonexistent
is "$status" 3 '--buffer-dir that is not there: status'
like "$err" 'buffer-dir: /nonexistent: No such file' '--buffer-dir that is not there: said'

# --- what the kernel drops: on lo it counts twice, so two ends of a cable ---
large() { python3 "$top/tests/numbered.py" "$cable_address" $port 1 "$1" 0 1400 >/dev/null; } # COUNT
at_end eval 'ip link del espcap-d0 2>/dev/null'
if make_cable espcap-d0 64; then
	rm -f go
	escapture --nic espcap-d0 --bpf "udp dst port $port" --stats stats --tshark ./slow --buffer 1M >live 2>live.err &
	pid=$!
	wait_for 20 listening
	wait_for 10 has_spill
	firsts=0
	first_large() { ((++firsts)) && large 1 && [ "$(read_so_far)" -gt 1400 ]; }
	wait_for 20 first_large
	sent=20000
	large $sent
	told() { grep -q 'espcap-d0: so far [1-9][0-9]* packets were dropped before they could be captured' live.err; }
	ok 'drops are told while they happen' wait_for 20 told
	large $sent
	is "$(grep -c 'so far' live.err)" 1 'once a minute at most'
	kill -TERM "$pid"
	touch go
	status=0
	wait "$pid" || status=$?
	is "$status $(stat_of documents)" "0 $(stat_of received)" 'drops: what was captured is printed'
	begun=$(($(stat_of documents) + $(stat_of dropped) - 2 * sent))
	ok "drops: all but the packets before ($begun) are printed or counted" test "$begun" -ge 0 -a "$begun" -le "$firsts"
	escapture --nic espcap-d0 --bpf "udp dst port $port" >live 2>live.err &
	pid=$!
	comes() { large 1 && [ -s live ]; }
	wait_for 30 comes
	ip link del espcap-d0
	status=0
	wait "$pid" || status=$?
	is "$status" 3 'the interface is gone: status 3'
	like "$(cat live.err)" 'espcap-d0: the capture ended by itself' 'the interface is gone: said'
elif [ -n "${CI:-}" ]; then
	tap_result 1 'a cable can be made (ip link add ... type veth)'
fi

# --- an interface that comes later ---
at_end ip link del espcap-t0
run escapture --nic espcap-t0 --count 1
is "$status" 3 'an interface that is not there: status 3'
env --default-signal=INT escapture --wait-nic --nic espcap-t0 --count 1 >live 2>live.err &
pid=$!
wait_for 10 minds_signals "$pid" escapture
if ip link add espcap-t0 type veth peer name espcap-t1 && ip addr add 192.0.2.1/24 dev espcap-t0; then
	is "$(wc -c <live) $(cat live.err)" '0 ' '--wait-nic: an interface that is down is waited for too'
	ip link set espcap-t0 up && ip link set espcap-t1 up
	out_there() { ! kill -0 "$pid" 2>/dev/null || { python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 9))'; false; }; }
	ok '--wait-nic: it is waited for' wait_for 30 out_there
	wait "$pid"
	is "$? $(documents live)" '0 1' '--wait-nic: and captured from'
else
	finish INT
	[ -z "${CI:-}" ] || tap_result 1 'an interface can be made (ip link add ... type veth)'
fi
env --default-signal=INT escapture --wait-nic --nic no-such-nic >live 2>live.err &
pid=$!
wait_for 10 minds_signals "$pid" escapture
finish INT
is "$status" 0 '--wait-nic: a signal ends the wait'

for words in '--duration 0' '--duration x' '--memory x' '--buffer 1' '--restart-packets -1'; do
	# shellcheck disable=SC2086
	run escapture --nic lo $words
	is "$status" 2 "wrong use: $words"
done
run escapture --duration 5 file.pcap
is "$status" 2 'wrong use: --duration with a file'
done_testing
