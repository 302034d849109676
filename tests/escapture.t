#!/bin/bash
# escapture: files, folders, stdin, filters, live capture, and every way to be given something else.
. "$(dirname "$0")/tap.sh"
need tshark dumpcap jq python3 setpriv

p=$top/test_pcaps
plain() { WIRESHARK_CONFIG_DIR=/nonexistent tshark -n -r "$1" -T ek 2>/dev/null; }
stat_of() { jq -r ".$1" stats; }

# --- files ---
for f in "$p"/*.pcap "$p"/*.pcapng "$p"/*.gz; do
	plain "$f" >wanted
	run escapture "$f"
	ok "${f##*/}: the stream is tshark's, byte for byte" cmp -s out wanted
done
run escapture --file "$p/arp.pcap" --file="$p/icmp.pcap" "$p/vlan.pcap" --stats stats
is "$status $(wc -l <out)" '0 16' 'several files, by option and as operands'
is "$(stat_of documents) $(stat_of files)" '8 3' 'they are counted'
{ plain "$p/arp.pcap"; plain "$p/icmp.pcap"; plain "$p/vlan.pcap"; } >wanted
ok 'in the order given' cmp -s out wanted
run escapture - <"$p/dns.pcap"
plain "$p/dns.pcap" >wanted
ok 'stdin' cmp -s out wanted
run escapture - <"$p/dns_again.pcap.gz"
ok 'stdin, compressed' cmp -s out wanted
run escapture --count 5 "$p/arp.pcap" "$p/dns.pcap" "$p/vlan.pcap"
is "$status $(($(wc -l <out) / 2))" '0 5' '--count holds over all files'
run escapture --layers 'frame ip' "$p/icmp.pcap"
ok '--layers is tshark -J' cmp -s out <(WIRESHARK_CONFIG_DIR=/nonexistent tshark -n -r "$p/icmp.pcap" -T ek -J 'frame ip' 2>/dev/null)
run escapture "$p/dns.pcap" -- -Y ipv6
is "$(($(wc -l <out) / 2))" 2 "tshark's own arguments after --"
run escapture "$p/dns.pcap" -- -Y 'no such filter!'
is "$status" 3 'a display filter that tshark refuses: status'
like "$err" 'tshark: ' "and tshark's reason"
run escapture "$p/dns.pcap" -- --no-such-option
is "$status $(wc -l <err)" '3 1' 'an option that it does not know: without all those that it does'
install -m 644 "$p/dns.pcap" twice.pcap # tshark opens it itself, as nobody
chmod a+x .
run escapture twice.pcap -- -2
ok 'a second pass over a file' cmp -s out <(WIRESHARK_CONFIG_DIR=/nonexistent tshark -n -r twice.pcap -2 -T ek 2>/dev/null)
is "$status $(wc -l <out)" '0 22' 'all of it'
head -c 3000 /dev/urandom | tr '\0' x >junk
{ printf '\377\0\0' && cat junk; } >junk.bin
run escapture junk.bin
is "$status" 1 'a file of no kind that tshark knows: status'
run escapture --count 3000000000 "$p/dns.pcap"
is "$status" 2 'more packets than tshark can count'
printf 'memory: 0\n' >never.yml
run escapture --config never.yml "$p/arp.pcap"
is "$status" 0 'memory: 0 is never'

# A long header before the first packet, such as secrets that editcap put in.
/usr/bin/python3 - "$p/arp.pcap" >secrets.pcapng <<'END'
import struct, sys
def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size
line = b"CLIENT_RANDOM " + b"0" * 64 + b" " + b"1" * 96 + b"\n"
secrets = line * (5000000 // len(line))
with open(sys.argv[1], "rb") as f:
    packet = f.read()[40:40 + 42]
sys.stdout.buffer.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535)) +
    block(10, struct.pack("<II", 0x544C534B, len(secrets)) + secrets) +
    40 * block(6, struct.pack("<IIIII", 0, 0x5E000, 0x1000, len(packet), len(packet)) + packet))
END
WIRESHARK_CONFIG_DIR=/nonexistent tshark -n -r - -T ek <secrets.pcapng >wanted 2>/dev/null
run escapture --jobs 3 - <secrets.pcapng
is "$status $(wc -l <out)" '0 80' 'a header of 5 MB on stdin: all packets'
ok 'as one tshark prints them' cmp -s out wanted

# --- bpf ---
run escapture --bpf 'ip6' "$p/dns.pcap"
is "$status $(($(wc -l <out) / 2))" '0 2' '--bpf on a file'
run escapture --bpf 'ip6' "$p/dns_again.pcap.gz"
is "$status $(($(wc -l <out) / 2))" '0 2' '--bpf on a compressed file'
run escapture --bpf 'ip6' - <"$p/dns.pcap"
is "$status $(($(wc -l <out) / 2))" '0 2' '--bpf on stdin'
run escapture --bpf 'icmp' --count 2 "$p/nanoseconds.pcapng"
is "$(sed -n 2~2p out | jq -r '.layers.frame.frame_frame_time_epoch' | tail -n 1)" '1767222000.123457789' '--bpf keeps nanoseconds'
run escapture --bpf 'tcp' "$p/cut.pcap"
is "$status $(($(wc -l <out) / 2))" '1 51' '--bpf on a cut file: its whole packets, status 1'
run escapture --bpf 'port no-such-port' "$p/dns.pcap"
is "$status" 2 'a bad filter is wrong use'
like "$err" "escapture: --bpf: 'port no-such-port': " 'and named'
run escapture --bpf 'type mgt' "$p/dns.pcap"
is "$status" 3 'a filter for another kind of link fails on this file'
run escapture --bpf 'ip6' <(cat "$p/dns.pcap")
is "$status $(($(wc -l <out) / 2))" '0 2' '--bpf on a named pipe'
run escapture --bpf 'ip6' - <<<'this is no capture at all'
is "$status$out" 3 '--bpf on a text on stdin: status'
like "$err" 'stdin: --bpf: unknown file format' '--bpf on a text on stdin: said'
run escapture --bpf 'ip6' /nonexistent
is "$status" 3 '--bpf on what is not there'

# --- what is no capture ---
echo 'hello, world' >text
: >empty
printf '{"a":1}\n' >json
gzip -k text
cp "$p/arp.pcap" secret.pcap
chmod 600 secret.pcap
head -c 24 "$p/arp.pcap" >header
says() { # FILE STATUS PATTERN
	run escapture "$1" "$p/arp.pcap"
	is "$status $(($(wc -l <out) / 2))" "$2 2" "$1: status $2, and the next file is read"
	like "$err" "$3" "$1: said"
}
says text 1 'escapture: text: it is text, no capture'
says json 1 'json: it is text'
says text.gz 1 'text.gz: it is text'
says empty 1 'empty: it is empty'
says / 3 '/: it is a directory'
says nothere 3 'nothere: No such file'
says header 0 '^$'
run escapture "$p/cut.pcap"
is "$status $(($(wc -l <out) / 2))" '1 51' 'a cut file: its whole packets, status 1'
run escapture - <text
is "$status" 1 'text on stdin: status'
like "$err" 'stdin: it is text' 'text on stdin: said'
cp "$bin/escapture" . && chmod 755 escapture .
run setpriv --reuid=65534 --regid=65534 --clear-groups ./escapture "$tmp/secret.pcap"
is "$status" 3 'an unreadable file: status'
like "$err" 'secret.pcap: Permission denied' 'an unreadable file: said'
rm -f escapture

mkfifo slow
escapture - <slow >out 2>err &
pid=$!
exec 7>slow
cat "$p/dns.pcap" >&7
wait_for 60 minds_signals "$pid" escapture
so_far() { kill -USR1 "$pid" && grep -q 'stdin: 11 packets so far' err; }
ok 'SIGUSR1: how many packets it were' wait_for 60 so_far
kill -TERM "$pid"
wait "$pid"
is $? 3 'SIGTERM inside of a file: status 3'
like "$(tail -n 1 err)" 'interrupted: not all was read' 'SIGTERM inside of a file: said'
exec 7>&-

# --- folders ---
mkdir -p caps/sub
cp "$p/icmp.pcap" caps/b.pcap
cp "$p/arp.pcap" caps/a.pcap
cp text caps/README
cp "$p/dns_again.pcap.gz" caps/-c.gz
run escapture --dir caps --stats stats
is "$status" 0 '--dir: status'
{ plain "$p/dns.pcap"; plain "$p/arp.pcap"; plain "$p/icmp.pcap"; } >wanted
ok '--dir: in the order of names' cmp -s out wanted
like "$err" 'caps/README: passed over: it is text' '--dir: what is no capture is named'
is "$(stat_of files) $(stat_of passed_over)" '3 2' '--dir: counted'
run escapture -q --dir caps
is "$err" '' '--dir -q: not named'
run escapture --dir nothere
is "$status" 3 '--dir: not there'

# --- configuration and tshark ---
printf 'tshark_path: %s\nfile: %s\n' "$(command -v tshark)" "$p/arp.pcap" >espcap.yml
run escapture
is "$status $(($(wc -l <out) / 2))" '0 2' 'espcap.yml gives tshark and the file'
printf 'file: [%s, %s]\nbuffer: 5M\nduration: 9\njobs: 2\ncount: 5\nbpf: udp\n' "$p/dns.pcap" "$p/vlan.pcap" >espcap.yml
run escapture
is "$status $(($(wc -l <out) / 2))" '0 5' 'each key is an option; those for live captures do no harm to files'
run escapture --count 0 "$p/dns.pcap"
is "$status $(($(wc -l <out) / 2))" "0 11" 'the command line counts more, and its files replace those'
printf 'buffer: 5\n' >espcap.yml
run escapture "$p/dns.pcap"
is "$status" 2 'a bad value is wrong use'
rm espcap.yml
run escapture --tshark /nonexistent/tshark "$p/arp.pcap"
is "$status" 3 'no tshark there: status'
like "$err" '/nonexistent/tshark: No such file' 'no tshark there: said'
run env PATH="$bin" "$bin/escapture" "$p/arp.pcap"
is "$status" 3 'no tshark in PATH: status'
like "$err" 'tshark is not in PATH: install it' 'no tshark in PATH: what to do'
printf '#!/bin/sh\nkill -SEGV $$\n' >crash
chmod 755 crash
run escapture --tshark ./crash "$p/arp.pcap"
is "$status" 3 'a tshark that crashes: status'
like "$err" 'tshark was ended by signal 11' 'a tshark that crashes: said'
cat >unloadable <<'END'
#!/bin/sh
echo "tshark: error while loading shared libraries: cannot allocate memory" >&2
exit 127
END
chmod 755 unloadable
for n in 1 2; do
	run escapture --jobs $n --tshark ./unloadable - <"$p/dns.pcap"
	is "$status $out" '3 ' "a tshark that can't be loaded, N = $n: status 3"
	like "$err" 'error while loading shared libraries' "a tshark that can't be loaded, N = $n: said"
done

# --- a tshark that leaves packets out, and does not say so ---
silent() { # STATUS COMMAND: a tshark that runs it and prints nothing
	printf '#!/bin/sh\n%s\ncat >/dev/null\nexit %d\n' "$2" "$1" >silent
	chmod 755 silent
}
printf '#!/bin/sh\n%q "$@" | head -n 6\n' "$(command -v tshark)" >few
chmod 755 few
silent 0 :
for n in 1 2; do
	run escapture --jobs $n --tshark ./silent --file "$p/dns.pcap"
	is "$status $out" '3 ' "nothing printed of a capture, N = $n: status 3"
	like "$err" 'dns.pcap: it has 11 packets, but tshark printed 0' "nothing printed of a capture, N = $n: said"
done
silent 1 :
run escapture --tshark ./silent --file "$p/dns.pcap"
is "$status" 3 'tshark fails and says nothing: status'
like "$err" 'tshark ended with status 1 and did not say why' 'tshark fails and says nothing: said'
silent 1 'echo it is not fit >&2'
run escapture --tshark ./silent --file "$p/dns.pcap"
is "$err" "escapture: $p/dns.pcap: it is not fit" 'tshark says why'
run escapture --tshark ./few "$p/dns.pcap" "$p/arp.pcap" --stats stats
is "$status $(wc -l <out) $(stat_of documents) $(stat_of failed_files)" '3 10 5 1' 'the end of one file is not printed: status 3, the next one is'
like "$err" 'dns.pcap: it has 11 packets, but tshark printed 3' 'the end of one file is not printed: said'
run escapture --tshark ./few --bpf 'udp port 53' "$p/dns.pcap"
is "$status" 3 'with --bpf: status'
like "$err" 'it has 11 packets, but tshark printed 3' 'with --bpf: what matches counts'
run escapture --tshark ./few --count 3 "$p/dns.pcap"
is "$status$err" 0 '--count is reached'
run escapture "$p/dns.pcap" -- -Y 'dns.flags.response == 1'
is "$status$err" 0 "a filter of the caller's may leave packets out"

mkdir -p home/.config/wireshark
echo 'ip.defragment: FALSE' >home/.config/wireshark/preferences
plain "$p/fragments.pcap" >wanted
HOME=$tmp/home XDG_CONFIG_HOME='' run escapture "$p/fragments.pcap"
ok "the caller's preferences change nothing" cmp -s out wanted

# --- wrong use ---
for words in '' '--nic lo --dir x' '--nic -x' '--buffer 5M x' '--nic lo --jobs 0' '--nic lo --file x' '--count -1 x' '--count x y' '--nic 99999' '--nope'; do
	# shellcheck disable=SC2086
	run escapture $words
	is "$status" 2 "wrong use: escapture $words"
done

# --- stdout ---
run bash -c "escapture '$p/dns.pcap' >/dev/full"
is "$status" 3 'a full disk is told'
run bash -c "escapture '$p/dns.pcap' >&-"
is "$status" 3 'a closed stdout is told'
run escapture "$p/dns.pcap" --stats no/such/folder
is "$status $err$out" '3 escapture: no/such/folder: No such file or directory' 'an account that can not be made is told before the work'
run escapture "$p/dns.pcap" --stats /dev/full
is "$status $err" '3 escapture: /dev/full: No space left on device' 'one that can not be written after it'

# --- live ---
send() { # COUNT: datagrams to a port where nobody listens
	python3 - "$1" <<'END'
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(int(sys.argv[1])):
    s.sendto(b"packet %d" % i, ("127.0.0.1", 40404))
END
}
if ! escapture --nic lo --count 1 >/dev/null 2>live.err & then :; fi
probe=$!
seen_one() { send 1; ! kill -0 "$probe" 2>/dev/null; }
wait_for 60 seen_one
if ! wait "$probe"; then
	diag "$(cat live.err)"
	skip_all 'nothing can be captured on lo here'
fi

# A shell without job control starts what is in the background with SIGINT ignored; here it shall not be.
env --default-signal=INT escapture --nic lo --bpf 'udp dst port 40404' --stats stats >live 2>live.err &
pid=$!
grew() { send 1; [ -s live ]; }
ok 'live: a packet comes out at once' wait_for 60 grew
send 200
sent_all() { [ "$(grep -c 'packet_199\|7061636b657420313939\|70:61:63:6b:65:74:20:31:39:39' live)" -gt 0 ]; }
ok 'live: all that was sent comes' wait_for 60 sent_all
children=$(pgrep -P "$pid" | tr '\n' ' ')
kill -INT "$pid"
wait "$pid"
is $? 0 'live: SIGINT is its normal end'
is "$(stat_of documents)" "$(($(wc -l <live) / 2))" 'live: counted'
is "$(stat_of received) $(stat_of dropped)" "$(stat_of documents) 0" "live: dumpcap's count agrees"
for c in $children; do ok "live: child $c is gone" test ! -e "/proc/$c"; done

(until [ -e done1 ]; do send 3; sleep 0.1; done) &
sender=$!
# Tests beside this one make and remove interfaces, which moves the numbers.
number_of_lo() { esifaces -l | awk '$2 == "lo" { print $1 }'; }
for ((i = 0; i < 5; i++)); do
	number=$(number_of_lo)
	run escapture --nic "$number" --bpf 'udp dst port 40404' --count 4
	[ "$(number_of_lo)" != "$number" ] || break
done
touch done1
wait "$sender"
is "$status $(($(wc -l <out) / 2))" '0 4' 'live: by number, and --count is exact'
run escapture --nic no-such-nic
is "$status" 3 'live: no such interface: status'
like "$err" 'no-such-nic: dumpcap: There is no device named' 'live: no such interface: said'

# The reader goes while nothing comes.
mkfifo pipe
escapture --nic lo --bpf 'udp dst port 1' >pipe 2>live.err &
pid=$!
exec 7<pipe
wait_for 60 pgrep -P "$pid" tshark
children=$(pgrep -d , -P "$pid")
exec 7<&-
gone() { ! kill -0 "$pid" 2>/dev/null; }
ok 'live: a reader that goes ends an idle capture' wait_for 60 gone
wait "$pid"
is $? 3 'live: with status 3'
no_children() { ! ps -o pid= -p "$children" >/dev/null; }
ok 'live: and no child stays' wait_for 60 no_children

# dumpcap killed: an end that nobody asked for.
escapture --nic lo --bpf 'udp dst port 2' >live 2>live.err &
pid=$!
wait_for 60 pgrep -P "$pid" dumpcap
pkill -KILL -P "$pid" dumpcap
wait "$pid"
is $? 3 'live: dumpcap killed: status'
ok 'live: dumpcap killed: said' grep -q 'lo: the capture' live.err

# Killed itself: the kernel ends the children.
escapture --nic lo --bpf 'udp dst port 3' >live 2>live.err &
pid=$!
wait_for 60 pgrep -P "$pid" tshark
children=$(pgrep -P "$pid")
kill -KILL "$pid"
wait "$pid" 2>/dev/null
for c in $children; do ok "killed: child $c does not stay" wait_for 60 has_ended "$c"; done
done_testing
