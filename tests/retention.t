#!/bin/bash
# packet_retention.sh deletes what is old and ours, and nothing else.
. "$(dirname "$0")/tap.sh"
need jq curl python3
. "$top/tests/node.sh"
retention=$top/scripts/packet_retention.sh
p=retention-t-$$
at_end eval "curl -sS -X DELETE '$node/$p-*,x$p-*' >/dev/null"
ago() { date -u -d "$(date -u +%F) - $1 days" +%F; }

for name in "$p-$(ago 0)" "$p-$(ago 7)" "$p-$(ago 8)" "$p-$(ago 400)" "$p-2001-01-01" "$p-undated" "$p-2001-01-01-copy" "$p-2001-13-01" "$p-2001-1-1" \
	"$p-x-2001-01-01" "x$p-2001-01-01"; do
	es PUT "/$name" '{"settings":{"number_of_replicas":0}}' >/dev/null
done
indices() { es GET "/_cat/indices/$p-*,x$p-*?h=index" | sort; }
indices >before
is "$(wc -l <before)" 11 'indices to try it on'

run "$retention" --dry-run --prefix "$p" "$node" 7
is "$status" 0 '--dry-run: status'
is "$out" "would be deleted: $p-2001-01-01
would be deleted: $p-$(ago 400)
would be deleted: $p-$(ago 8)
3 would be deleted, 2 kept" '--dry-run: says which'
like "$err" "so they stay: $p-2001-01-01-copy $p-2001-1-1 $p-2001-13-01 $p-undated $p-x-2001-01-01" 'and which are none of its own'
is "$(indices)" "$(cat before)" 'and deletes none'

run "$retention" --prefix="$p" "$node" 7
is "$status" 0 'status'
is "$(tail -n 1 out)" '3 deleted, 2 kept' 'it counts them'
is "$(indices)" "$(grep -vxE "$p-(2001-01-01|$(ago 400)|$(ago 8))" before)" 'those are gone, and nothing else'
run "$retention" --prefix="$p" "$node" 7
is "$status $(tail -n 1 out)" '0 0 deleted, 2 kept' 'again: nothing to do'
run "$retention" --prefix="nothere-$p" "$node" 7
is "$status $out" '0 0 deleted, 0 kept' 'no index at all'
# An alias that looks like a day is not an index of ours.
es PUT "/$p-undated/_alias/$p-2002-02-02" >/dev/null
run "$retention" --prefix="$p" "$node" 7
is "$status $(tail -n 1 out)" '0 0 deleted, 2 kept' 'an alias that looks like a day is none'
ok 'what is behind it stays' bash -c "curl -fsS '$node/$p-undated' >/dev/null"

for args in "$node" "$node x" "$node 0" "$node -1" "$node 7 8" "--prefix=* $node 7" "--prefix=a/b $node 7" "--dry-run --ilm $node 7" "--nope $node 7"; do
	read -ra words <<<"$args"
	run "$retention" "${words[@]}"
	is "$status" 2 "wrong use: ${args//$node/NODE}"
done
run "$retention" --ilm --prefix="$p" "$node" 7
is "$status" 3 '--ilm where the server has no policies'
like "$err" 'neither ILM nor ISM' 'is said'
run "$retention" 127.0.0.1:1 7
is "$status" 4 'nobody listens'

# --- servers with policies: none of the nodes here has them, so what is sent is looked at ---
cat >scripted.py <<'END'
import http.server, json, sys
kind, template = sys.argv[1], {"index_templates": [{"name": "t", "index_template": {"index_patterns": ["t-*"], "priority": 200, "created_date_millis": 1, "modified_date_millis": 2, "template": {"settings": {"index": {"codec": "default"}}}}}]}
managed = set()
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = self.path.split("?")[0]
        with open("requests", "a") as f:
            print(json.dumps([self.command, self.path, json.loads(body) if body.strip() else None]), file=f)
        status, reply = 200, {"acknowledged": True, "_id": "t"}
        if path == "/_ilm/status" and kind != "ilm": status, reply = 400, {"error": "no handler found"}
        elif self.command == "GET" and path == "/_index_template/t": reply = template
        elif self.command == "GET" and path == "/_plugins/_ism/policies/t": reply = {"_id": "t", "_seq_no": 7, "_primary_term": 2}
        elif self.command == "PUT" and "date_millis" in body: status, reply = 400, {"error": "provided a template property which is managed by the system"}
        elif path.startswith("/_plugins/_ism/add/"):
            reply = {"updated_indices": 0 if path in managed else 1, "failures": path in managed}
            managed.add(path)
        elif path.startswith("/_plugins/_ism/change_policy/"): reply = {"updated_indices": 1, "failures": False}
        elif path.startswith("/_cat/"): reply = [{"index": "t-2001-01-01"}, {"index": "t-other"}]
        data = json.dumps(reply).encode()
        self.send_response(status); self.send_header("Content-Length", str(len(data))); self.end_headers(); self.wfile.write(data)
    do_GET = do_PUT = do_POST = do_DELETE = answer
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open("port.new", "w") as f: f.write(str(server.server_port))
import os; os.rename("port.new", "port")
server.serve_forever()
END
scripted() { # KIND
	rm -f port requests
	python3 scripted.py "$1" &
	server=$!
	at_end eval "kill $server 2>/dev/null"
	wait_for 60 test -s port
}
scripted ilm
run "$retention" --ilm --prefix=t "127.0.0.1:$(<port)" 30
is "$status" 0 'ILM: status'
is "$(jq -c 'select(.[0] == "PUT" and .[1] == "/_ilm/policy/t") | .[2].policy.phases.delete' requests)" '{"min_age":"30d","actions":{"delete":{}}}' 'the policy'
is "$(jq -c 'select(.[0] == "PUT" and .[1] == "/_index_template/t") | .[2]' requests)" \
	'{"index_patterns":["t-*"],"priority":200,"template":{"settings":{"index":{"codec":"default","lifecycle":{"name":"t"}}}}}' 'the template is added to'
is "$(jq -c 'select(.[1] | endswith("/_settings")) | .[1:]' requests)" '["/t-2001-01-01/_settings",{"index":{"lifecycle":{"name":"t"}}}]' 'the daily indices that are there follow it, and no other'
is "$(grep -c DELETE requests)" 0 'nothing is deleted now'
kill "$server"
scripted ism
run "$retention" --ilm --prefix=t "127.0.0.1:$(<port)" 30
is "$status" 0 'ISM: status'
is "$(jq -c 'select(.[0] == "PUT") | [.[1], .[2].policy.states[0].transitions[0].conditions, .[2].policy.ism_template]' requests)" \
	'["/_plugins/_ism/policies/t?if_seq_no=7&if_primary_term=2",{"min_index_age":"30d"},[{"index_patterns":["t-*"],"priority":100}]]' 'the policy, in place of the old one'
is "$(jq -c 'select(.[0] == "POST") | .[1:]' requests)" '["/_plugins/_ism/add/t-2001-01-01",{"policy_id":"t"}]' 'the daily indices that are there get it, and no other'
run "$retention" --ilm --prefix=t "127.0.0.1:$(<port)" 90
is "$status $(jq -c 'select(.[0] == "POST") | .[1:]' requests | tail -n 1)" '0 ["/_plugins/_ism/change_policy/t-2001-01-01",{"policy_id":"t"}]' \
	'and later another one in its place'
kill "$server"
done_testing
