#!/bin/bash
# escapture live: the buffer, what the kernel drops, an interface that goes or comes, and a capture that is killed.
. "$(dirname "$0")/tap.sh"
port=40412
. "$top/tests/live.sh"
. "$top/tests/cable.sh"

# --- the buffer ---
{ printf '#!/bin/bash\nreal=%q\n' "$tshark" && cat; } >slow <<'END'
until [ -e go ]; do sleep 0.1; done
exec "$real" "$@"
END
chmod 755 slow
mkdir buffers
listening() { dumpcap=$(pgrep -P "$pid" dumpcap) && find "/proc/$dumpcap/fd" -lname 'socket:*' | grep -q .; }
blocked() { # ARGUMENT...: a capture whose tsharks wait
	rm -f live live.err stats go
	env --default-signal=INT escapture --nic lo --bpf "udp dst port $port" --stats stats --tshark ./slow --buffer-dir buffers "$@" >live 2>live.err &
	pid=$!
	wait_for 60 listening
	spill=''
	has_spill() { spill=$(pgrep -P "$pid" escapture); }
	wait_for 60 has_spill
	read_so_far() { sed -n 's/^rchar: //p' "/proc/$spill/io"; }
	first_one() { send 0 1 && [ "$(read_so_far)" -gt 200 ]; }
	wait_for 60 first_one
}
worked_off() { # SIGNAL WHAT: it ends such a capture, whose tsharks then begin
	kill -"$1" "$pid"
	touch go
	ended
	is "$status $(stat_of documents)" "0 $(stat_of received)" "$2: what was captured is printed"
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
worked_off INT 'a full buffer'
mkdir little
if mount -t tmpfs -o size=64k tmpfs little 2>/dev/null; then
	at_end umount "$tmp/little"
	blocked --buffer 100M --buffer-dir little
	no_space() { send 1 3000 && grep -q "the buffer can't be written: packets are being dropped (--buffer-dir)" live.err; }
	ok 'no space for the buffer is told' wait_for 60 no_space
	worked_off INT 'no space for the buffer'
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
wait_for 60 took 60000
children=$(pgrep -P "$pid" | tr '\n' ' ')
kill -INT "$pid"
no_dumpcap() { ! pgrep -P "$pid" dumpcap; }
wait_for 60 no_dumpcap
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
for c in $children; do ok "killed: child $c is gone" wait_for 60 has_ended "$c"; done
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
	wait_for 60 listening
	wait_for 60 has_spill
	firsts=0
	first_large() { ((++firsts)) && large 1 && [ "$(read_so_far)" -gt 1400 ]; }
	wait_for 60 first_large
	sent=20000
	large $sent
	told() { grep -q 'espcap-d0: so far [1-9][0-9]* packets were dropped before they could be captured' live.err; }
	ok 'drops are told while they happen' wait_for 60 told
	large $sent
	is "$(grep -c 'so far' live.err)" 1 'once a minute at most'
	worked_off TERM 'drops'
	begun=$(($(stat_of documents) + $(stat_of dropped) - 2 * sent))
	ok "drops: all but the packets before ($begun) are printed or counted" test "$begun" -ge 0 -a "$begun" -le "$firsts"
	rm live
	escapture --nic espcap-d0 --bpf "udp dst port $port" >live 2>live.err &
	pid=$!
	comes() { large 1 && [ -s live ]; }
	wait_for 60 comes
	ip link del espcap-d0
	ended
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
wait_for 60 minds_signals "$pid" escapture
if ip link add espcap-t0 type veth peer name espcap-t1 && ip addr add 192.0.2.1/24 dev espcap-t0; then
	is "$(wc -c <live) $(cat live.err)" '0 ' '--wait-nic: an interface that is down is waited for too'
	ip link set espcap-t0 up && ip link set espcap-t1 up
	out_there() { ! kill -0 "$pid" 2>/dev/null || { python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 9))'; false; }; }
	ok '--wait-nic: it is waited for' wait_for 60 out_there
	wait "$pid"
	is "$? $(documents live)" '0 1' '--wait-nic: and captured from'
else
	finish INT
	[ -z "${CI:-}" ] || tap_result 1 'an interface can be made (ip link add ... type veth)'
fi
env --default-signal=INT escapture --wait-nic --nic no-such-nic >live 2>live.err &
pid=$!
wait_for 60 minds_signals "$pid" escapture
finish INT
is "$status" 0 '--wait-nic: a signal ends the wait'

done_testing
