# A real node for a test; source it after tap.sh.  It sets $node to a URL: the shared one of tests/run, or one of this test's own.
# shellcheck shell=bash disable=SC2154 # tap.sh sets tmp and top
if [[ -z ${ESPCAP_TEST_NODE:-} ]]; then
	ESPCAP_NODES=$tmp/nodes
	export ESPCAP_NODES
	at_end "$top/scripts/node.sh" stop
	ESPCAP_TEST_NODE=$(XDG_CACHE_HOME=${ESPCAP_CACHE:-/root/.cache} "$top/scripts/node.sh" start 2>"$tmp/node.err") ||
		skip_all "no node can be started: $(tail -n 1 "$tmp/node.err")"
fi
node=$ESPCAP_TEST_NODE
"$top/scripts/packet_template.sh" "$node" >"$tmp/template.out" 2>&1 || {
	cat "$tmp/template.out"
	exit 1
}

# es METHOD PATH [BODY]: a request to it.
es() {
	curl -sS -m 60 -X "$1" -H 'Content-Type: application/json' ${3:+-d "$3"} "$node$2"
}

# es_count INDEX: the documents in it now.
es_count() {
	es POST "/$1/_refresh?ignore_unavailable=true" >/dev/null
	es GET "/$1/_count?ignore_unavailable=true" | jq .count
}
