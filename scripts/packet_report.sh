#!/bin/bash
# What was on the wire on a day: counted by the server, shown in the terminal or as a page.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$here/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE [DAY]
Show what was on the wire on DAY (YYYY-MM-DD in UTC; today without it): packets and bytes over time, protocols, top talkers,
ports, DNS names, HTTP hosts, TLS names.  The server does the counting, over packets-* on NODE.

  --html FILE          write a page with charts, which needs nothing but itself, to FILE
  --json               print the numbers as a JSON object
  --top N              lines of each list, at most 100 (15)
  --index PATTERN      look there (packets-*)
$server_usage
END
}

html='' json='' top=15 index='packets-*'
switches='--json'

option_taken() {
	case $1 in
	--json) json=1 ;;
	--html) html=$2 ;;
	--top)
		number top "$1" "$2" 100
		((top > 0)) || error 2 '--top: it is 1 at least'
		;;
	--index) index_pattern "$2" ;;
	*) return 1 ;;
	esac
}

# One request.  Lists are ordered so that every server gives the same; histogram, for date_histogram's interval has another name
# in each generation of servers; flags leniently in both forms, for indices of the original have numbers there.
# shellcheck disable=SC2016 # the dollars are jq's
search() {
	jq -n --argjson start "$start" --argjson top "$top" '
		{bytes: {sum: {field: "layers.frame.frame_frame_len"}}} as $bytes
		| def top($field): {terms: {field: $field, size: $top, order: [{_count: "desc"}, {_key: "asc"}]}};
		def by_bytes($field): {terms: {field: $field, size: ($top * 2), order: [{bytes: "desc"}, {_key: "asc"}]}, aggs: $bytes};
		def those($query; $name; $field): {filter: {query_string: {query: $query, lenient: true}}, aggs: {($name): top($field)}};
		{size: 0, query: {range: {timestamp: {gte: $start, lt: ($start + 86400000), format: "epoch_millis"}}}, aggs: ($bytes + {
			packets: {value_count: {field: "timestamp"}}, first: {min: {field: "timestamp"}}, last: {max: {field: "timestamp"}},
			series: {histogram: {field: "timestamp", interval: 1800000, min_doc_count: 1}, aggs: $bytes},
			protocols: {terms: {field: "layers.frame.frame_frame_protocols.raw", size: 1000, order: [{_count: "desc"}, {_key: "asc"}]}},
			src4: by_bytes("layers.ip.ip_ip_src"), src6: by_bytes("layers.ipv6.ipv6_ipv6_src"),
			dst4: by_bytes("layers.ip.ip_ip_dst"), dst6: by_bytes("layers.ipv6.ipv6_ipv6_dst"),
			syn: those("layers.tcp.tcp_flags_tcp_flags_syn:(1 OR true) AND layers.tcp.tcp_flags_tcp_flags_ack:(0 OR false)"; "ports"; "layers.tcp.tcp_tcp_dstport"),
			udp: top("layers.udp.udp_udp_dstport"),
			dns: those("layers.dns.dns_dns_flags_response:(0 OR false)"; "names"; "layers.dns.dns_dns_qry_name"),
			nxdomain: those("layers.dns.dns_dns_flags_rcode:3"; "names"; "layers.dns.dns_dns_qry_name"),
			hosts: top("layers.http.http_http_host"), status: top("layers.http.http_http_response_code"),
			tls: top("layers.tls.tls_tls_handshake_extensions_server_name"), sensors: top("sensor")
		})}'
}

count() {
	ask POST "/$index/_search?ignore_unavailable=true&allow_no_indices=true" "$(search)"
	must 'the report' '(.aggregations.series.buckets | type == "array") or ._shards.total == 0'
	# shellcheck disable=SC2016
	if [[ $(jq 'has("aggregations")' "$answer") == false ]]; then # no index at all
		jq -n '{aggregations: {packets: {value: 0}, bytes: {value: 0}, first: {}, last: {}, series: {buckets: []}}, _shards: {failed: 0}}' >"$answer"
	fi
	jq --arg day "$day" --argjson start "$start" --argjson top "$top" -f "$here/packet_report.jq" "$answer" >"$scratch/report"
}

write_page() {
	jq -r --arg index "$index" -f "$here/packet_report_html.jq" "$scratch/report" >"$scratch/page"
	cat "$scratch/page" >"$html" || error 3 "$html: it can't be written"
	printf '%s: %s packets of %s\n' "$html" "$(jq '.packets | round' "$scratch/report")" "$day"
}

# Lines as wide as the terminal; blocks where the locale has them.
write_text() {
	local width=${COLUMNS:-} full='#'
	if [[ -z $width && -t 1 ]]; then width=$(stty size 2>/dev/null </dev/tty | cut -d ' ' -f 2) || true; fi
	[[ $width =~ ^[0-9]{2,4}$ ]] || width=80
	[[ $(locale charmap 2>/dev/null) != UTF-8 ]] || full=$'\u2588'
	jq -r --argjson width "$width" --arg full "$full" -f "$here/packet_report_text.jq" "$scratch/report"
}

options "$@"
((${#words[@]} == 1 || ${#words[@]} == 2)) || wrong_use
server "${words[0]}"
day=${words[1]:-$(date -u +%Y-%m-%d)}
start=''
if [[ $day =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then start=$(date -u -d "$day" +%s 2>/dev/null) || true; fi
[[ -n $start ]] || error 2 "$day: a day is YYYY-MM-DD"
start=$((start * 1000))
count
if [[ -n $html ]]; then write_page; elif [[ -n $json ]]; then jq . "$scratch/report"; else write_text; fi
if [[ $(jq '._shards.failed' "$answer") != 0 ]]; then
	warn "not all could be counted: $(jq -r '[._shards.failures[] | "\(.index): \(.reason.reason)"] | unique | join("; ")' "$answer")"
	exit 1
fi
