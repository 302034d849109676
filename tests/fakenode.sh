# The scripted server for a test of esbulk; source it after tap.sh.
# shellcheck shell=bash disable=SC2154 # tap.sh sets top
need python3 jq
fake_pid='' hold_pid=''
end_fake() { [ -z "$1" ] || { kill "$1"; wait "$1" 2>/dev/null; }; } # PID
stop_fake() { end_fake "$fake_pid"; end_fake "$hold_pid"; fake_pid='' hold_pid=''; }
at_end stop_fake
# fake STEP...: start the scripted server; its URL is $url, what it takes is in the file took.
fake() {
	stop_fake
	rm -f took took.requests
	start_fake "$@"
}
start_fake() {
	rm -f fake.url # else the one of the server before would be read
	/usr/bin/python3 "$top/tests/fakenode.py" took "$@" >fake.url 2>fake.err &
	fake_pid=$!
	if ! wait_for 60 test -s fake.url; then
		echo "fakenode.sh: the scripted server does not start: $(cat fake.err)" >&2
		exit 1
	fi
	url=$(<fake.url)
}
# The server goes away and comes back; meanwhile its port refuses connections, and no other process gets it.
fake_goes() {
	stop_fake
	rm -f held
	/usr/bin/python3 -c '
import signal, socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
print("held", flush=True)
signal.pause()' "${url##*:}" >held &
	hold_pid=$!
	if ! wait_for 60 test -s held; then
		echo "fakenode.sh: port ${url##*:} is not to be had again" >&2
		exit 1
	fi
}
fake_comes_back() {
	FAKENODE_PORT=${url##*:} start_fake
	end_fake "$hold_pid"
	hold_pid=''
}
# documents COUNT [ID]: a bulk stream, with _ids if ID is given.
documents() {
	awk -v n="$1" -v id="${2:-}" 'BEGIN { for (i = 1; i <= n; i++) {
		if (id != "") printf "{\"create\":{\"_index\":\"t\",\"_id\":\"%s%d\"}}\n", id, i; else print "{\"index\":{\"_index\":\"t\"}}"
		printf "{\"n\":%d}\n", i } }'
}
account() { jq -c '[.documents, .indexed, .duplicate, .rejected, .left]' stats; }
taken() { cut -f 3 took | sort | uniq -c | awk '{ n++; if ($1 > 1) twice++ } END { printf "%d %d", n, twice + 0 }'; }
send() { run esbulk --node="$url" --stats=stats --retry 90 "$@"; }

