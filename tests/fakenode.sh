# The scripted server for a test of esbulk; source it after tap.sh.
# shellcheck shell=bash disable=SC2154 # tap.sh sets top
need python3 jq
fake_pid=''
stop_fake() { [ -z "$fake_pid" ] || { kill "$fake_pid"; wait "$fake_pid" 2>/dev/null; }; fake_pid=''; }
at_end stop_fake
# fake STEP...: start the scripted server; its URL is $url, what it takes is in the file took.
fake() {
	stop_fake
	rm -f took took.requests fake.url
	start_fake "$@"
}
start_fake() {
	/usr/bin/python3 "$top/tests/fakenode.py" took "$@" >fake.url 2>fake.err &
	fake_pid=$!
	wait_for 10 test -s fake.url
	url=$(<fake.url)
}
# documents COUNT [ID]: a bulk stream, with _ids if ID is given.
documents() {
	awk -v n="$1" -v id="${2:-}" 'BEGIN { for (i = 1; i <= n; i++) {
		if (id != "") printf "{\"create\":{\"_index\":\"t\",\"_id\":\"%s%d\"}}\n", id, i; else print "{\"index\":{\"_index\":\"t\"}}"
		printf "{\"n\":%d}\n", i } }'
}
account() { jq -c '[.documents, .indexed, .duplicate, .rejected, .left]' stats; }
taken() { cut -f 3 took | sort | uniq -c | awk '{ n++; if ($1 > 1) twice++ } END { printf "%d %d", n, twice + 0 }'; }
send() { run esbulk --node="$url" --stats=stats --retry 30 "$@"; }

