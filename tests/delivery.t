#!/bin/bash
# esbulk and a cluster in trouble: it is given too much, a connection breaks, it is stopped and started again; each in mid-load.
. "$(dirname "$0")/tap.sh"
need jq curl python3
export ESPCAP_NODES=$tmp/nodes XDG_CACHE_HOME=${ESPCAP_CACHE:-/root/.cache} ESPCAP_CLUSTER=3 ESPCAP_HEAP=256m ESPCAP_NODE_WAIT=300
at_end "$top/scripts/node.sh" stop
nodes=$("$top/scripts/node.sh" start os-2.19.1 2>node.err) || skip_all "no cluster can be started: $(tail -n 1 node.err)"
IFS=, read -ra node <<<"$nodes"
curl -sS -X PUT "${node[0]}/load" -H 'Content-Type: application/json' -d '{"settings":{"number_of_shards":3},"mappings":{"dynamic":false}}' >made
is "$(jq .acknowledged made)" true 'an index with replicas'

# load COUNT BYTES ID: documents of so many bytes, with ids.
load() {
	awk -v n="$1" -v bytes="$2" -v id="$3" 'BEGIN { while (length(s) < bytes) s = s "xxxxxxxxxxxxxxxxxxxx"
		for (i = 1; i <= n; i++) printf "{\"create\":{\"_index\":\"load\",\"_id\":\"%s%d\"}}\n{\"n\":%d,\"s\":\"%s\"}\n", id, i, i, s }'
}
there=0
# all_there STATUS COUNT DESCRIPTION: esbulk ended with that status, and the index has its COUNT documents more, each once.
all_there() {
	there=$((there + $2))
	is "$1 $(jq -c '[.documents, .indexed + .duplicate, .rejected, .left]' stats)" "0 [$2,$2,0,0]" "$3: the account"
	curl -sS -X POST "${node[0]}/load/_refresh" >refreshed
	is "$(curl -sS "${node[0]}/load/_count" | jq .count)" "$there" "$3: each document is there once"
}

# A tenth of its heap may be under way, 25 MB here; 8 requests of 5 MB are more.
load 1500 80000 h >heavy
run_limit=300 run esbulk --node="${node[0]}" --connections 8 --stats=stats heavy
all_there "$status" 1500 'too much at once'
ok "$(jq '.retried["429"]' stats) documents were answered 429" test "$(jq '.retried["429"]' stats)" -gt 0
rm heavy

# By way of this, so that the connection to one of the nodes can be cut.
cat >relay.py <<'END'
import socket, sys, threading
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print("127.0.0.1:%d" % server.getsockname()[1], flush=True)
def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
        print(len(data), flush=True)
while True:
    near = server.accept()[0]
    far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    for pair in (near, far), (far, near):
        threading.Thread(target=pump, args=pair, daemon=True).start()
END
python3 relay.py "${node[1]##*:}" >relayed &
relay=$!
wait_for 60 test -s relayed
load 20000 200 l >light
esbulk --node="${node[0]},$(head -n 1 relayed)" --chunk 200 --stats=stats light &
pid=$!
passed() { (($(wc -l <relayed) > 50)); }
wait_for 60 passed
kill -KILL "$relay"
wait "$relay" 2>/dev/null
wait "$pid"
all_there $? 20000 'the connection to one node cut'
ok 'of which some had to be sent again' test "$(jq .retried.no_answer stats)" -gt 0

# It is loaded all the time, until it has stopped.
(
	n=0
	while [ ! -e stopped ]; do load 200 200 "b$((n++))-"; done
	load 200 200 last
	echo $((200 * (n + 1))) >count
) | esbulk --node="$nodes" --chunk 200 --connections 2 --retry 600 --stats=stats 2>err.live &
pid=$!
wait_for 60 minds_signals "$pid" esbulk
under_way() { kill -USR1 "$pid" && grep -qE ' [1-9][0-9]{3,} indexed' err.live; }
ok 'the load is under way' wait_for 60 under_way
ok 'the cluster is stopped' "$top/scripts/node.sh" pause os-2.19.1
touch stopped
ok 'and nobody is there' wait_for 60 grep -q 'no node can be reached, waiting' err.live
is "$("$top/scripts/node.sh" start os-2.19.1)" "$nodes" 'it is started again'
wait "$pid"
all_there $? "$(<count)" 'stopped and started again'
diag "$(jq -c '[.documents, .duplicate, .retried]' stats)"
done_testing
