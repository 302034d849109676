#!/bin/bash
# escapture's tsharks may dissect and nothing else: a stand-in tries the rest.
. "$(dirname "$0")/tap.sh"
need tshark python3 jq setpriv

p=$top/test_pcaps
if [ "$(id -u)" != 0 ]; then skip_all 'only root can see that root is given up'; fi
mkdir programs open
chmod 777 open
echo secret >open/secret
chmod 644 open/secret
echo 'int main' >open/other
echo mine >open/mine
chown 65534 open/mine
cat >programs/tries <<'END'
#!/usr/bin/python3
import ctypes, json, os, resource, signal, socket, sys

r = {}
def tries(name, what):
    try:
        what()
        r[name] = "done"
    except OSError as e:
        r[name] = "no"
def write(path):
    with open(path, "w") as f:
        f.write("x")
libc = ctypes.CDLL(None, use_errno=True)
def call(*a):
    if libc.syscall(*a) < 0:
        raise OSError(ctypes.get_errno(), "")
r["stdout"] = libc.__fsetlocking(ctypes.c_void_p.in_dll(libc, "stdout"), 0)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
here = os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0])))
tries("inet socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
tries("udp socket", lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
tries("unix socket", lambda: socket.socket(socket.AF_UNIX))
tries("netlink socket", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
tries("packet socket", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
tries("write a new file", lambda: write(here + "/open/new"))
tries("write an old file", lambda: write(here + "/open/other"))
tries("write in /tmp", lambda: write("/tmp/espcap-confine-test"))
tries("write in /dev/shm", lambda: write("/dev/shm/espcap-confine-test"))
tries("make a folder", lambda: os.mkdir(here + "/open/folder"))
tries("change a file's mode", lambda: os.chmod(here + "/open/mine", 0o600))
tries("change a file's time", lambda: os.utime(here + "/open/mine", (1, 1)))
tries("remove a file", lambda: os.unlink(here + "/open/other"))
tries("read another's file", lambda: open(here + "/open/secret").read())
tries("read /proc", lambda: open("/proc/self/status").read())
tries("become root", lambda: os.setuid(0) if os.getuid() else call(-1))
tries("chroot", lambda: os.chroot("/"))
tries("new user namespace", lambda: call(272, 0x10000000))
tries("new namespace by clone", lambda: call(56, 0x10000000 | 17, 0, 0, 0, 0))
tries("ptrace", lambda: call(101, 16, os.getppid(), 0, 0))
tries("signal the parent", lambda: os.kill(os.getppid(), 0))
tries("io_uring", lambda: call(425, 1, 0))
tries("bpf", lambda: call(321, 0, 0, 0))
tries("a program of the system", lambda: os.execv("/bin/true", ["true"]) if os.fork() == 0 else os.wait())
r["uid"] = [os.getuid(), os.geteuid(), os.getgid()] + os.getgroups()
r["no new privileges"] = libc.prctl(39, 0, 0, 0, 0)
r["environment"] = sorted(os.environ)
r["core"] = resource.getrlimit(resource.RLIMIT_CORE)
r["memory"] = resource.getrlimit(resource.RLIMIT_DATA)[0] > 0
r["open"] = [fd for fd in range(3, 64) if libc.fcntl(fd, 1) >= 0]
print('{"index":{}}\n' + json.dumps(r), flush=True)
END
chmod 755 programs programs/tries
# The tree itself may be where no one else can look, and then tshark gets no library.
cp "$bin/escapture" "$bin/tshark_stdout.so" programs/
chmod 755 programs/escapture programs/tshark_stdout.so
export SECRET=1 LD_LIBRARY_PATH=/nonexistent

try() { # ARGUMENT...: into the file result
	run programs/escapture --jobs 1 --tshark programs/tries "$@"
	sed -n 2p out >result
	[ -s result ] || diag "$status $err"
}
got() { jq -c ".$1" result; }
refused() { # WHO: all that is tried but to run a program
	is "$(jq -r 'to_entries[] | select(.value == "done") | .key' result)" 'a program of the system' "$1: all of it is refused"
	is "$(jq -r '[to_entries[] | select(.value == "no")] | length' result)" 23 "$1: and was tried"
	is "$(got '["no new privileges"]') $(got core) $(got memory) $(got open)" '1 [0,0] true []' "$1: no new privileges, no core, a limit of memory, nothing open"
	is "$(got stdout)" 2 "$1: its stdout takes no locks (FSETLOCKING_BYCALLER)"
	is "$(got environment | jq -r '.[]' | grep -vx LC_CTYPE | tr '\n' ' ')" 'HOME LC_ALL LD_PRELOAD PATH TZ WIRESHARK_CONFIG_DIR WIRESHARK_EXTCAP_DIR ' "$1: its environment"
}
nobody=$(id -u nobody) group=$(id -g nobody)
try "$p/dns.pcap"
refused 'root, a file'
if ! id -u espcap >/dev/null 2>&1; then is "$(got uid)" "[$nobody,$nobody,$group]" 'root: it is nobody'; fi
is "$(cat open/other)$(ls open)" "int main$(printf 'mine\nother\nsecret')" 'and nothing happened'
ok 'nothing in /tmp' test ! -e /tmp/espcap-confine-test
try - <"$p/dns.pcap"
refused 'root, stdin'
try --bpf udp "$p/dns.pcap"
refused 'root, --bpf'
try --run-as root "$p/dns.pcap"
is "$(got uid)" '[0,0,0]' '--run-as root'
is "$(jq -r 'to_entries[] | select(.value == "done") | .key' result | tr '\n' ' ')" 'a program of the system ' '--run-as root: refused all the same'
try --run-as daemon "$p/dns.pcap"
is "$(got uid)" "[$(id -u daemon),$(id -u daemon),$(id -g daemon)]" '--run-as daemon'
run escapture --run-as no-such-user "$p/dns.pcap"
is "$status" 2 '--run-as: no such user'
try "$p/dns.pcap" -- -o tls.keylog_file:keys
is "$(got '["read another'"'"'s file"]') $(got '["write a new file"]')" '"done" "no"' "with one's own arguments any file can be read, none written"
install -m 644 "$p/dns.pcap" anyone.pcap
setpriv --reuid=65534 --regid=65534 --clear-groups programs/escapture --jobs 1 --tshark programs/tries anyone.pcap 2>err | sed -n 2p >result
refused 'not root'
run setpriv --reuid=65534 --regid=65534 --clear-groups programs/escapture --run-as daemon anyone.pcap
is "$status" 2 '--run-as: not root'

# Without the library, or with one that tshark can't load, all is as before.
for library in none damaged; do
	rm -f programs/tshark_stdout.so
	[ "$library" = none ] || echo 'no library' >programs/tshark_stdout.so
	run programs/escapture "$p/dns.pcap"
	is "$status $(($(wc -l <out) / 2)) $err" "0 $(($(tshark -n -r "$p/dns.pcap" -T ek 2>/dev/null | wc -l) / 2)) " "a library that is $library: nothing is lost or said"
done

# What only root can read is read all the same: it is opened before.
cp "$p/dns.pcap" private.pcap
chmod 600 private.pcap
tshark -n -r private.pcap -T ek >wanted 2>/dev/null
run escapture private.pcap
ok 'a capture that only root can read' cmp -s out wanted
run escapture --bpf 'udp or tcp' private.pcap
ok 'and filtered' test "$(wc -l <out)" = "$(wc -l <wanted)"

# The process that reads the capture for --bpf and stdin is one of them.
mkfifo pipe
escapture --jobs 1 - <pipe >out 2>err &
pid=$!
exec 7>pipe
feeder=''
is_there() { feeder=$(pgrep -P "$pid" escapture) && grep -q '^NoNewPrivs:.1' "/proc/$feeder/status"; }
ok 'stdin: who reads it has no new privileges' wait_for 60 is_there
is "$(awk '/^(Uid|CapEff|CapBnd|Seccomp):/ { print $2 }' "/proc/$feeder/status" | tr '\n' ' ')" "$nobody 0000000000000000 0000000000000000 2 " 'stdin: nor any privilege'
exec 7>&-
wait "$pid"
done_testing
