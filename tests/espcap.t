#!/bin/bash
# The script that chains the stages: its options, its account, and what it says when a stage fails.
. "$(dirname "$0")/tap.sh"
need tshark dumpcap jq python3

p=$top/test_pcaps

# --- without a node: the bulk stream ---
run espcap --file="$p/dns.pcap"
is "$status $(wc -l <out)" '0 22' 'without --node the bulk stream is on stdout'
is "$err" 'espcap: 11 captured, 0 dropped; 11 reshaped, 0 bad' 'and the account on stderr'
escapture "$p/dns.pcap" | esreshape >wanted
ok 'it is what the stages give' cmp -s out wanted
run espcap --file "$p/dns.pcap" --bpf ip6 --quiet
is "$status $(wc -l <out) $err" '0 4 ' '--bpf, and --quiet'
run espcap --dir="$p" --count=7
is "$(($(wc -l <out) / 2))" 7 '--dir and --count'
run espcap --file="$p/arp.pcap" --file="$p/vlan.pcap" --id --tag sensor=here --index 'lan-%Y'
is "$(sed -n 2~2p out | jq -r .sensor | sort -u)" here "esreshape's options are passed on"
like "$out" '^\{"create":\{"_index":"lan-2025","_id":"' 'with and without arguments'
run espcap --file="$p/cut.pcap" --stats stats
is "$status $(jq -c '[.captured, .reshaped, .bad, .balanced, (.stages | map(.program))]' stats)" '1 [51,51,0,true,["escapture","esreshape"]]' 'a cut file: status 1, and the account balances'
run espcap - <"$p/dns.pcap"
is "$status" 2 'operands are wrong use'
run bash -c "espcap --file=- <'$p/dns.pcap'"
is "$status $(wc -l <out)" '0 22' '--file=- is stdin'
run python3 -c 'import socket, subprocess, sys
a, b = socket.socketpair()
a.sendall(open(sys.argv[1], "rb").read())
a.shutdown(socket.SHUT_WR)
sys.exit(subprocess.run(["espcap", "--file=-"], stdin=b).returncode)' "$p/dns.pcap"
is "$status $(wc -l <out)" '0 22' '--file=- is a socket, as a daemon may give it'
run bash -c "espcap --file='$p/dns.pcap' <&-"
is "$status $(wc -l <out)" '0 22' 'stdin is closed'
mkdir odd
for name in $'new\nline.pcap' "quote'\" \$(id).pcap" '*.pcap' -dash.pcap $'\xff.pcap'; do cp "$p/arp.pcap" "odd/$name"; done
mkfifo odd/pipe
run espcap --dir=odd
is "$status $(wc -l <out)" '0 20' 'odd names, and a named pipe is passed over'
(cd odd && for name in *.pcap; do espcap -q --file "$name" || echo "status $?" >&2; done) >out 2>err
is "$(wc -l <out)$(<err)" 20 'odd names one by one'
run espcap --file="$p/icmp.pcap" -- -Y icmpv6
is "$(wc -l <out)" 2 "tshark's own arguments after --"

# --- options ---
run espcap --help
is "$status" 0 '--help'
ok '--help fits a screen' test "$(wc -l <out)" -le 24
for o in node nic file dir bpf chunk count list help; do like "$out" "--$o" "--help: --$o, as in the original"; done
run espcap --version
is "$out" "espcap (espcap) $(<"$top/VERSION")" '--version'
run espcap --list
like "$out" 'lo +loopback' '--list'
wrong() { # PATTERN WORD...
	local pattern=$1
	shift
	run espcap "$@"
	is "$status" 2 "wrong use: $*: status"
	like "$err" "$pattern" "wrong use: $*: said"
}
wrong 'you must specify either file or live capture'
wrong 'cannot specify file and live' --nic lo --file x
wrong "unknown option '--nope'" --nope
wrong "'--file' needs an argument" --file
wrong "'--id' takes no argument" --id=1 --file x
wrong "unknown option or operand 'x'" x
wrong 'unknown option' --=x
for o in 'done' stats config; do wrong "'--$o' needs an argument" "--$o=" --dir odd; done
wrong 'escapture: --count: x: it is a number' --count=x --file "$p/arp.pcap"
wrong 'esreshape: --index: Big: ' --index Big --file "$p/arp.pcap"
wrong 'esbulk: --chunk: 0: ' --chunk=0 --node=localhost --file "$p/arp.pcap"
wrong 'escapture: --bpf: .nonsense words.: ' --bpf='nonsense words' --file "$p/arp.pcap"
run espcap --dry-run --file "a b" --node 'x,y' --id --chunk 5
is "$status $out" '0 escapture --config=/dev/null --file=a\ b | esreshape --id | '"esbulk --node=x\\,y --chunk=5 --rejects=$tmp/state/espcap/rejects.ndjson -q" '--dry-run shows the pipeline, quoted'

run espcap --dry-run --file "$p/arp.pcap" --tag $'a=b c\n$(id)'
mv out line
run bash line
is "$(sed -n 2p out | jq -r .a)" $'b c\n$(id)' 'and can be given to a shell'
PATH=/usr/bin:/bin "$bin/espcap" --dry-run --file "$p/arp.pcap" >line
run env PATH=/usr/bin:/bin bash line
is "$status $(wc -l <out)" '0 4' 'also where the commands are not in PATH'

# --- configuration ---
cat >espcap.yml <<END
file: $p/arp.pcap
index: from-conf
quiet: true
END
run espcap
is "$status $(grep -c '"_index":"from-conf"' out) $err" '0 2 ' 'all from espcap.yml'
run espcap --file "$p/vlan.pcap" --index from-line
is "$status $(grep -c '"_index":"from-line"' out) $err" '0 2 ' 'the command line replaces it'
rm espcap.yml
printf 'tshark_path: /nonexistent/tshark\n' >c.yml
run espcap --config c.yml --file "$p/arp.pcap"
is "$status" 3 'tshark_path that is not there: status'
like "$err" 'espcap: escapture failed with status 3' 'and the stage is named'

echo old >stats
run espcap --file=x --count=x --stats=stats
is "$status$(cat stats)" 2 'wrong use of a stage: no older account stays'
run espcap --file="$p/arp.pcap" --stats=nothere/stats
is "$status $(wc -l <out) $err" '3 0 espcap: nothere/stats: No such file or directory' '--stats that can not be written is told before the work'

# --- stages that fail ---
run espcap --file=nothere.pcap --file="$p/arp.pcap"
is "$status $(wc -l <out)" '3 4' 'a missing file: status 3, and the others are done'
like "$err" 'escapture: nothere.pcap: No such file' 'and said'
mkdir own
cp "$bin/espcap" "$bin/escapture" "$bin/esreshape" "$bin/esbulk" "$bin/esconfig" "$bin/esnew" own/
stand_in() { # STAGE SCRIPT: it does this instead, when it is not asked for --help
	# shellcheck disable=SC2016 # for the stand-in's shell
	printf '#!/bin/bash\n[[ $1 != --help ]] || exec %q --help\n%s\n' "$bin/$1" "$2" >"own/$1"
	chmod 755 "own/$1"
}
# shellcheck disable=SC2016 # for the stand-in's shell
stand_in esreshape 'kill -KILL $$'
run own/espcap --file "$p/dns.pcap"
is "$status" 3 'a stage killed: status'
like "$err" 'espcap: esreshape was ended by signal 9' 'a stage killed: named'
like "$err" 'does not balance' 'a stage killed: the account says so'
stand_in esreshape "for a; do case \$a in --stats=*) s=\${a#*=} ;; esac; done; head -n 4 >/dev/null; cat >/dev/null; echo '{\"documents\":2,\"bad\":0}' >\"\$s\""
run own/espcap --file "$p/dns.pcap"
is "$status" 3 'a stage that loses packets and says nothing: status'
like "$err" 'does not balance, between escapture and esreshape: 11 captured, but 2 reshaped and 0 bad' 'a stage that loses packets: named'
cp "$bin/esreshape" own/
stand_in esbulk 'exit 4'
run own/espcap --file "$p/dns.pcap" --node localhost
is "$status" 3 'a stage without an account: status'
like "$err" 'espcap: esbulk failed with status 4' 'and named'
run bash -c "espcap --file '$p/dns.pcap' --stats stats >/dev/full"
is "$status" 3 'a full disk is told'
is "$(jq .balanced stats)" false 'and the account, of stages that did not end well, is JSON'
run bash -c "espcap --file '$p/dns.pcap' >&-"
is "$status" 3 'a closed stdout is told'
for o in --help --version --list; do
	run bash -c "espcap $o >/dev/full"
	is "$status" 3 "a full disk is told: $o"
done
mkdir scratch
TMPDIR=$tmp/scratch run espcap --file "$p/dns.pcap"
TMPDIR=$tmp/scratch run espcap --file nothere
ok 'no temporary folder stays' rmdir scratch

# --- live, and Ctrl-C ---
send() { python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(50): s.sendto(b"packet %d" % i, ("127.0.0.1", 40405))'; }
mkfifo to_pty
# A terminal of its own: what it types as Ctrl-C goes to the whole foreground group, as a user's does.
cat >terminal.py <<'END'
import os, pty, signal, sys
pid, fd = pty.fork()
if pid == 0:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # this runs in the background, where a shell ignores it
    os.execvp(sys.argv[1], sys.argv[1:])
commands = open("to_pty")
commands.readline()
os.write(fd, b"\x03")
try:
    while os.read(fd, 4096):
        pass
except OSError:
    pass
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
END
python3 terminal.py bash -c "exec espcap --nic=lo --bpf='udp dst port 40405' --stats=stats >live 2>live.err" &
pid=$!
exec 8>to_pty
grew() { send; [ -s live ]; }
if ! wait_for 60 grew; then
	diag "$(cat live.err)"
	skip_all 'nothing can be captured on lo here'
fi
send
send
echo interrupt >&8
exec 8>&-
wait "$pid"
is $? 0 'Ctrl-C is the normal end of a live capture'
is "$(jq .balanced stats)" true 'the account balances'
is "$(jq .captured stats)" "$(($(wc -l <live) / 2))" 'every packet captured came out'
is "$(jq '.stages[0].received == .captured' stats)" true 'as many as dumpcap received'

# timeout(1) and a terminal that is closed send theirs to the whole group.
for signal in TERM HUP; do
	rm -f live live.err stats
	setsid env --default-signal=INT,TERM,HUP espcap --nic=lo --bpf='udp dst port 40405' --stats=stats >live 2>live.err &
	pid=$!
	wait_for 60 grew
	send
	kill -"$signal" -- "-$pid"
	wait "$pid"
	is "$? $(jq -c "[.balanced, .captured == $(($(wc -l <live) / 2))]" stats)" '0 [true,true]' "SIG$signal to the group is the normal end too" ||
		diag "$(<live.err)"
done

mkdir scratch
TMPDIR=$tmp/scratch espcap --nic=lo --bpf='udp dst port 40406' >live 2>live.err &
pid=$!
wait_for 60 pgrep -f 'dumpcap.*udp dst port 40406'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
none() { ! pgrep -f 'udp dst port 40406' >/dev/null; }
ok 'killed, it leaves no child' wait_for 60 none
ok 'and no file' rmdir scratch

# --- no server ---
mkfifo packets
printf 'node: http://me:secret@127.0.0.1:1\n' >c.yml
env --default-signal=INT espcap --config=c.yml --file=- --stats=stats --rejects=refused <packets 2>err &
pid=$!
exec 8>packets
cat "$p/dns.pcap" >&8
all_run() { pgrep -P "$pid" -x esbulk && pgrep -P "$pid" -x esreshape && pgrep -P "$pid" -x escapture; }
wait_for 60 all_run
unlike "$(tr '\0' ' ' <"/proc/$(pgrep -P "$pid" esbulk)/cmdline")" secret "a password of the configuration is not in another process's arguments"
exec 8>&-
gone() { ! pgrep -P "$pid" escapture && ! pgrep -P "$pid" esreshape; }
wait_for 60 gone
said() { grep -q "$1" err; }
kill -INT "$pid"
ok 'Ctrl-C while no server takes it: said' wait_for 60 said 'once more to keep the rest in a file and end'
kill -INT "$pid"
wait "$pid"
is "$? $(jq -c '[.captured, .left, .balanced]' stats)" '4 [11,11,true]' 'a second one ends it, and the account balances' || diag "$(<err)"
like "$(<err)" 'esbulk: 11 documents are left in .*: give it to esbulk again' 'and nothing is lost'
done_testing
