#!/bin/bash
# Every command of README.md is run as it stands there, in a folder that has the files it names.
. "$(dirname "$0")/tap.sh"
need tshark jq python3
. "$top/tests/node.sh"

mkdir -p work/captures
cp -r "$top/scripts" work/
cd work || exit 1
cp "$top/test_pcaps/dns.pcap" packets.pcap
cp "$top/test_pcaps/arp.pcap" "$top/test_pcaps/vlan.pcap" captures/
(until [ -e ../done ]; do python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); [s.sendto(b"x", ("127.0.0.1", 443)) for i in range(5)]'; sleep 0.2; done) &
at_end kill $!
# Someone listens where the live example looks.
python3 -c 'import socket, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 443)); s.listen()
import threading
def talk():
    while True:
        c = socket.create_connection(("127.0.0.1", 443)); c.sendall(b"x"); c.close(); time.sleep(0.05)
threading.Thread(target=talk, daemon=True).start()
end = time.time() + 120
while time.time() < end:
    s.accept()[0].close()' &
at_end kill $!

awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$top/README.md" >../commands
ok 'there are commands' test "$(wc -l <../commands)" -gt 10
while IFS= read -r line; do
	case $line in
	# This test is part of make check, and CI runs make demo after it; install has a test of its own.
	'make demo' | 'make check' | 'make install')
		ok "$line is a target" grep -q "^${line#make }:" "$top/Makefile"
		continue
		;;
	esac
	line=${line//localhost:9200/$node}
	run bash -o pipefail -c "${line//eth0/lo}"
	is "$status" 0 "$line"
	[ "$status" = 0 ] || diag "$err"
done <../commands
touch ../done

# Each message of the table of troubles is one that our sources have, between the names and numbers that … stands for.
# shellcheck disable=SC2016 # Markdown's backticks
sed -n '/^## When something is wrong/,/^## Coming/s/^| \(`.*\) | .*/\1/p' "$top/README.md" | grep -o '`[^`]*`' | tr -d '`' |
	sed 's/…/\n/g' | sed 's/^ *//; s/ *$//' | grep . >../messages
ok 'there are messages' test "$(wc -l <../messages)" -gt 15
while IFS= read -r message; do
	ok "a message of ours: $message" grep -qrF -- "$message" "$top/lib" "$top/cmd" "$top/scripts"
done <../messages
is "$(sed -n 's/^## //p' "$top/NEWS.md" | head -n 1)" "$(cat "$top/VERSION")" 'NEWS.md begins with this version'
done_testing
