# A live capture on lo for a test, and its packets: datagrams to $port, a number and no one's but the test's.  Source it after tap.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # status is for the tests; tap.sh sets tmp and top
need tshark dumpcap python3 jq

tshark=$(command -v tshark)
stat_of() { jq -r ".$1" stats; }
send() { # FROM COUNT [PER-SECOND [TEXT]]: datagrams "FROM", "FROM + 1", ... to a port where nobody listens
	python3 - "$port" "$@" <<'END'
import socket, sys, time
port, first, count = (int(a) for a in sys.argv[1:4])
rate = float(sys.argv[4]) if len(sys.argv) > 4 else 0
text = sys.argv[5] if len(sys.argv) > 5 else "packet"
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(first, first + count):
    s.sendto(b"%s %06d" % (text.encode(), i), ("127.0.0.1", port))
    if rate and i % 50 == 0:
        time.sleep(50 / rate)
END
}
# The numbers that were sent, in the order of the documents in FILE.
numbers() { jq -r 'select(.layers) | .layers.data.data_data_data | select(.) | gsub(":"; "") | .[14:26]' "$1" | sed 's/3\(.\)/\1/g' | sed 's/^0*\(.\)/\1/'; }
documents() { echo $(($(wc -l <"$1") / 2)); }

# start ARGUMENT...: a capture in the background, which has begun when this returns; its packets go to the file live.
start() {
	rm -f live live.err stats
	env --default-signal=INT escapture --nic lo --bpf "udp dst port $port" --stats stats "$@" >live 2>live.err &
	pid=$!
	wait_for 60 has_begun || diag "$(cat live.err)"
}
has_begun() { send 0 1 0 begin && { [ -s live ] || ! kill -0 "$pid" 2>/dev/null; }; }
ended() { # wait for the end: the status is in $status
	status=0
	wait "$pid" || status=$?
}
finish() { # SIGNAL
	kill -"$1" "$pid"
	ended
}
seen() { grep -qa "$(printf '%s %06d' "${2:-packet}" "$1" | od -An -tx1 | tr -d ' \n' | sed 's/../&:/g; s/:$//')" live; }

if ! timeout 120 bash -c "port=$port; $(declare -f send); (until [ -e probed ]; do send 0 1; sleep 0.1; done) & escapture --nic lo --bpf 'udp dst port $port' --count 1" >probe 2>&1; then
	touch probed
	diag "$(cat probe)"
	skip_all 'nothing can be captured on lo here'
fi
touch probed

# A tshark that dies of a packet with "killer" in it.
{ printf '#!/bin/bash\nreal=%q\n' "$tshark" && cat; } >fragile <<'END'
"$real" "$@" | sed -u '/6b:69:6c:6c:65:72/Q3'
[ "${PIPESTATUS[1]}" = 0 ] || kill -SEGV $$
END
chmod 755 fragile
