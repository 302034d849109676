#!/bin/bash
# How the scripts reach a server: the credentials of a URL, what a server that is none says, and what a hostile one shows.
. "$(dirname "$0")/tap.sh"
need python3 jq curl

PATH=$top/scripts:$PATH
cat >server.py <<'END'
"""server.py: answer each request with the file answer, note its line and headers in the file asked."""
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        open("asked", "a").write(f"{self.requestline}\n{self.headers}")
        body = open("answer", "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = do_DELETE = answer
    def log_message(self, *words):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
python3 server.py >port &
at_end kill $!
wait_for 60 test -s port
at=127.0.0.1:$(<port)

# --- credentials: as esbulk's ---
echo '[]' >answer
authorization() { # OPTION... NODE: what was sent
	: >asked
	run packet_retention.sh --dry-run "$@" 9
	sed -n 's/\r$//; s/^Authorization: //p' asked
}
basic() { printf 'Basic %s' "$(printf '%s' "$1" | base64)"; }
is "$(authorization "http://me:pass%20w%40rd@$at")" "$(basic 'me:pass w@rd')" 'a user and password in the URL'
is "$(authorization "me:a\"b\\c@$at")" "$(basic 'me:a"b\c')" 'without a scheme, with quotes'
is "$(authorization "http://me:one%0Auser%20%3D%20x@$at")" "$(basic $'me:one\nuser = x')" 'with a newline'
printf 'else:word\n' >user && chmod 600 user
is "$(authorization --user-file user "http://me:pass@$at")" "$(basic else:word)" 'an option is instead of it'
printf 'token\n' >token && chmod 600 token
is "$(authorization --bearer-file token "http://me:pass@$at")" 'Bearer token' 'a token too'
is "$(authorization "http://127.0.0.1:1,http://me:pass@$at")" "$(basic me:pass)" 'each node has its own'
is "$(authorization "http://me:pass@127.0.0.1:1,http://$at")" '' 'and no other gets it'
run packet_retention.sh --user-file user --bearer-file token "$at" 9
is "$status" 2 'one kind of credentials'
run packet_retention.sh "http://me:hunter2@no host" 9
is "$status" 2 'a node that is none'
unlike "$err" hunter2 'is told without the password'

# --- a server that is none ---
scripts=('packet_query.sh' 'packet_query.sh --json' 'packet_report.sh' 'packet_retention.sh --dry-run' 'packet_template.sh')
for body in '' 'welcome to the wireless network' '{}' '[1]' null '{"hits":null,"aggregations":1,"acknowledged":false}' \
	'{"hits":{"hits":[],"total":"\u001b[2J"},"_shards":{"failed":0}}'; do
	printf '%s' "$body" >answer
	for words in "${scripts[@]}"; do
		days=()
		[[ $words != packet_retention* ]] || days=(9)
		# shellcheck disable=SC2086 # words
		run $words "$at" "${days[@]}"
		is "$status $out" '3 ' "$words: '$body' is no success"
		like "$err" "^${words%% *}: http://$at: .*: this is no answer of Elasticsearch or OpenSearch\$" "$words: and said"
	done
done

# --- a hostile one ---
shown() { # DESCRIPTION
	is "$(LC_ALL=C tr -d '\n -~' <out | wc -c) $(LC_ALL=C tr -d '\n -~' <err | wc -c)" '0 0' "$1"
}
cat >answer <<'END'
{"hits":{"total":2,"hits":[
  {"_source":{"timestamp":"1e999","layers":{"tcp":[1,2],"ip":"x","frame":{"frame_frame_protocols":{"a":1}},"dns":{"dns_dns_qry_name":["a\u001b[31m\u009b1m",null]}}}},
  {"_source":null}]},
 "_shards":{"failed":1,"failures":[{"index":"i\u001b[1m\u009b2J","reason":{"reason":"\u001b]0;x\u0007"}}]}}
END
run packet_query.sh "$at"
is "$status $(tail -n 1 out)" '1 2 of 2 packets' 'documents of another shape are shown, and shards that failed told'
shown 'without control characters'
printf '[{"index":"packets-x\\u001b[31m\\u009b"},{"index":"packets-2020-01-01"}]' >answer
run packet_retention.sh --dry-run "$at" 9
is "$status $(head -n 1 out)" '0 would be deleted: packets-2020-01-01' "other names stay"
shown 'without control characters'
done_testing
