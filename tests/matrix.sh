#!/bin/bash
# The matrix: every kind of node that scripts/node.sh has, one after another, takes the packets of test_pcaps as each generation of
# tshark prints them (the one installed, and the EK streams in tests/samples), by the template and with its credentials:
# all documents indexed, none refused, and what is asked gives the same answer everywhere.
# A kind that can't be had here is skipped with its reason; in CI that is a failure.  MATRIX_KINDS names the kinds to try,
# MATRIX_SAMPLES the streams to use beside the installed tshark's (all), MATRIX_SUMMARY the file for the table.
. "$(dirname "$0")/tap.sh"
need tshark jq curl gzip
. "$top/tests/fields.sh"
export ESPCAP_NODES=$tmp/nodes XDG_CACHE_HOME=${ESPCAP_CACHE:-/root/.cache}
export ESPCAP_NODE_WAIT=${ESPCAP_NODE_WAIT:-240} ESPCAP_NODE_JAVA=-XX:TieredStopAtLevel=1 # as tests/run
at_end "$top/scripts/node.sh" stop
documents=()
summary=${MATRIX_SUMMARY:-$bin/matrix.txt}
scripts=$top/scripts

# --- the streams: what tshark prints, through esreshape ---
mkdir streams
escapture -q --dir "$top/test_pcaps" >streams/now.ek 2>/dev/null
now=$(tshark --version 2>/dev/null | grep -oEm 1 '[0-9]+(\.[0-9]+)+' | head -n 1)
mv streams/now.ek "streams/$now.ek"
for sample in "$top"/tests/samples/tshark-*.ndjson.gz; do
	[[ -e $sample ]] || continue
	version=${sample##*/tshark-}
	gzip -dc "$sample" >"streams/${version%.ndjson.gz}.ek"
done
# No 2.x runs on today's systems; its names and its "1" for true, in packets that 3.4 printed.
if [[ -f streams/3.4.ek ]]; then
	sed -n 2~2p streams/3.4.ek | jq -c --rawfile table "$scripts/packet_fields.tsv" -f "$top/tests/older.jq" | sed 's/.*/{"index" : {"_index": "packets-2017-01-01", "_type": "pcap_file"}}\n&/' >streams/2.x.ek
fi
for sample in streams/*.ek; do
	version=$(basename "$sample" .ek)
	[[ -z ${MATRIX_SAMPLES:-} || " $MATRIX_SAMPLES $now " == *" $version "* ]] || rm "$sample"
done
mapfile -t versions < <(cd streams && printf '%s\n' *.ek | sed 's/\.ek$//' | sort -V)
for version in "${versions[@]}"; do
	status=0
	esreshape --index="packets-matrix-$version" --tag sensor=matrix "streams/$version.ek" >"streams/$version.bulk" 2>err || status=$?
	is "$status" 0 "tshark $version: reshaped"
	esreshape --index="packets-matrix-id" --id "streams/$version.ek" >"streams/$version.ids" 2>err
	sed -n 2~2p "streams/$version.bulk" >"streams/$version.ndjson"
	documents[${#documents[@]}]=$(wc -l <"streams/$version.ndjson")
done
diag "tshark streams: ${versions[*]}"

# Asked of each server; the answers must be the same lines.
questions=('*' 'layers.ip.ip_ip_src:"192.0.2.0/24" AND NOT layers.frame.frame_frame_protocols:dns'
	'layers.ipv6.ipv6_ipv6_dst:"2001:db8::/32" OR layers.vlan.vlan_vlan_id:100 OR layers.tcp.tcp_tcp_seq:>2147483647'
	'layers.http.http_http_host:www.example.org AND layers.tcp.tcp_tcp_dstport:8080' 'layers.http.http_http_response_code:404' 'layers.tls.tls_tls_handshake_extensions_server_name:*'
	'layers.dns.text_dns_qry_name:*.example.org' 'layers.tcp.tcp_flags_tcp_flags_syn:(1 OR true) AND layers.tcp.tcp_tcp_flags_ack:(0 OR false)'
	'layers.frame.frame_frame_len:[1000 TO *]')
ask_questions() { # VERSION
	local q
	for q in "${questions[@]}"; do
		printf '== %s\n' "$q"
		"$scripts/packet_query.sh" "${access[@]}" --size 1000 --index="packets-matrix-$1" "$node" "$q" | sort
	done
	for q in 2025-12-31 2026-11-23; do "$scripts/packet_report.sh" "${access[@]}" --json --index="packets-matrix-$1" "$node" "$q"; done
}

# With the node's credentials, as a user gives them.
request() { # METHOD PATH
	curl -sS -m 60 -X "$1" "${curl[@]}" "$node$2"
}

try_secured() {
	run "$scripts/packet_template.sh" --ca "$dir/ca.crt" "$node"
	is "$status" 3 "$kind: without credentials nothing is done"
	run "$scripts/packet_template.sh" --user-file "$dir/user" "$node"
	is "$status" 4 "$kind: without its CA it is not trusted"
	ELASTIC_PASSWORD=wrong run "$scripts/packet_query.sh" --user elastic --ca "$dir/ca.crt" "$node"
	is "$status" 3 "$kind: a wrong password"
	ELASTIC_PASSWORD=$(<"$dir/password") run "$scripts/packet_query.sh" --user elastic --ca "$dir/ca.crt" "$node"
	is "$status" 0 "$kind: the password in the environment"
	run esbulk --node="$node" --ca "$dir/ca.crt" "streams/${versions[0]}.bulk"
	is "$status" 3 "$kind: esbulk without credentials"
}

try_stream() { # NUMBER
	local version=${versions[$1]} n=${documents[$1]} indexed refused equal=yes began=$EPOCHREALTIME
	run esbulk --node="$node" "${access[@]}" --stats=stats --rejects=rejects "streams/$version.bulk"
	indexed=$(jq .indexed stats) refused=$(jq .rejected stats)
	is "$status $indexed $refused" "0 $n 0" "$kind, tshark $version: all $n documents indexed, none refused"
	[[ $status == 0 ]] || diag "$err $(head -n 3 rejects.why 2>/dev/null)"
	request POST "/packets-matrix-$version/_refresh" >refreshed
	is "$(request GET "/packets-matrix-$version/_count" | jq .count)" "$n" "$kind, tshark $version: the server has as many"
	fields_check "packets-matrix-$version" "streams/$version.ndjson" "$normalizer" || equal=no
	is "$(cat wrong)" '' "$kind, tshark $version: $fields_asked queries, each field by each of its names"
	ask_questions "$version" >"answers-$version.$kind" 2>&1
	[[ -f answers-$version ]] || cp "answers-$version.$kind" "answers-$version"
	cmp -s "answers-$version" "answers-$version.$kind" || equal=no
	is "$(diff "answers-$version" "answers-$version.$kind" | head -n 10)" '' "$kind, tshark $version: packet_query.sh and packet_report.sh show the same as on the first server"
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$kind" "$version" "$indexed" "$refused" "$equal" "$((fields_asked + ${#questions[@]} + 2))" \
		"$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')" >>rows
}

# Twice with ids: test_pcaps has copies of packets, so that some are duplicates the first time too.
try_ids() {
	local ids=streams/${versions[0]}.ids unique
	unique=$(sed -n 1~2p "$ids" | sort -u | wc -l)
	esbulk -q --node="$node" "${access[@]}" --stats=stats "$ids"
	run esbulk --node="$node" "${access[@]}" --stats=again "$ids"
	is "$(jq -c '[.indexed, .rejected, .left]' stats) $(jq -c '[.indexed, .rejected, .left]' again)" "[$unique,0,0] [0,0,0]" "$kind: with ids, twice: each packet once"
}

try_kind() {
	local dir=$ESPCAP_NODES/$kind began=$SECONDS i
	if ! node=$("$scripts/node.sh" start "$kind" 2>node.err); then
		local why
		why=$(grep '^node.sh: ' node.err | tail -n 1)
		if [[ -n ${CI:-} ]]; then
			ok "$kind: in CI nothing is skipped: $why" false
			diag "$(cat node.err)"
		else
			tap_result 0 "$kind # SKIP $why"
		fi
		printf '%s\t\t\t\t\t\tskipped: %s\n' "$kind" "${why#node.sh: }" >>rows
		return
	fi
	diag "$kind answers after $((SECONDS - began)) s"
	access=() curl=()
	if [[ $node == https:* ]]; then
		access=(--user-file "$dir/user" --ca "$dir/ca.crt") curl=(-K "$dir/curl")
		try_secured
	fi
	run "$scripts/packet_template.sh" "${access[@]}" "$node"
	is "$status" 0 "$kind: the template is taken"
	diag "$out $err"
	# These two nodes are without the modules of a whole distribution: there a flag matches as it was printed.
	normalizer=true
	case $kind in
	es-6.*) like "$out" '\(doc\)' "$kind: in the form of Elasticsearch 6" ;;
	*) like "$out" '\(composable\)' "$kind: as a composable template" ;;
	esac
	if [[ $err == *pattern_replace* ]]; then
		normalizer=false
		like "$kind" '^es-[89]' "$kind: only these nodes lack pattern_replace"
	fi
	for i in "${!versions[@]}"; do try_stream "$i"; done
	try_ids
	run "$scripts/packet_retention.sh" "${access[@]}" "$node" 10000
	is "$status $out" '0 0 deleted, 0 kept' "$kind: packet_retention.sh finds none of its own"
	like "$err" "packets-matrix-$now " "$kind: and names the others"
	"$scripts/node.sh" stop "$kind"
	printf '%s\tall\t\t\t\t\t%s\n' "$kind with its start" "$((SECONDS - began))" >>rows
}

printf 'server\ttshark\tindexed\trefused\tequal\tqueries\tseconds\n' >rows
read -ra kinds <<<"${MATRIX_KINDS:-$("$scripts/node.sh" kinds | tr '\n' ' ')}"
for kind in "${kinds[@]}"; do try_kind; done
{
	awk -F '\t' '{ printf "| %-24s | %-7s | %7s | %7s | %-5s | %7s | %7s |\n", $1, $2, $3, $4, $5, $6, $7 }
		NR == 1 { print "|---|---|---|---|---|---|---|" }' rows
	printf '%s kinds, %s tshark streams, %s s in all' "${#kinds[@]}" "${#versions[@]}" "$SECONDS"
	grep -q 'skipped: ' rows && printf '; not here: %s' "$(grep 'skipped: ' rows | cut -f 1 | paste -sd ' ')"
	printf '\n2.x: the packets of 3.4 under the names of 2.x.  es-8 and es-9 are nodes without pattern_replace: there a flag is asked for as it was printed.\n'
} >"$summary"
((SECONDS < 720)) || diag "it took $SECONDS s: more than the 12 minutes that it should"
sed "s/^/# /" "$summary"
done_testing
