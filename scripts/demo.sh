#!/bin/bash
# make demo: real packets into a real node, and a look at them.  Leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

scripts/deps.sh --demo || {
	status=$?
	# A machine without Java or Maven does the same job to stdout.
	scripts/deps.sh || exit "$status"
}
say 'building'
make all

ESPCAP_NODES=$(mktemp -d "${TMPDIR:-/tmp}/espcap-demo.XXXXXX")
export ESPCAP_NODES
# shellcheck disable=SC2317 # called by a trap
clean_up() {
	scripts/node.sh stop
	rm -rf "$ESPCAP_NODES"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say 'starting a node (the first time its jars are brought by Maven)'
if ! node=$(scripts/node.sh start); then
	say 'no node can be had here, so the bulk stream goes to stdout; its first lines:'
	status=0
	build/espcap --config=/dev/null --dir=test_pcaps >"$ESPCAP_NODES/bulk" || status=$?
	head -n 4 "$ESPCAP_NODES/bulk" | cut -c 1-160
	((status <= 1))
	exit
fi
echo "$node"
say "scripts/packet_template-7.x.sh $node"
scripts/packet_template-7.x.sh "$node"
say "espcap --dir=test_pcaps --node=$node"
status=0
build/espcap --config=/dev/null --dir=test_pcaps --node="$node" --rejects="$ESPCAP_NODES/rejects.ndjson" || status=$?
# One of the captures there is cut in the middle of a packet, on purpose: that is status 1.
((status <= 1)) || exit "$status"
curl -sS -X POST "$node/packets-*/_refresh" >/dev/null
say "scripts/packet_query.sh --size 12 $node 'layers.frame.frame_frame_protocols:(dns OR http OR tls)'"
scripts/packet_query.sh --size 12 "$node" 'layers.frame.frame_frame_protocols:(dns OR http OR tls)' | cat
