#!/bin/bash
# Show packets that are in the index, a line each.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$(dirname "$(readlink -f "$0")")/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE [QUERY]
Show packets of packets-* on NODE that match the Lucene QUERY (all packets without one), oldest first.
A field's name is its path, such as layers.tcp.tcp_tcp_dstport:443 or layers.ip.ip_ip_src:10.0.0.0\\/8.

  --size N             packets to show (20)
  --from TIME          only from that time on, such as 2026-11-23T10:00:00Z or now-1h
  --to TIME            only until that time
  --json               the whole documents, a line each
$server_usage
END
}

size=20 from='' to='' json='' words=()

while (($#)); do
	word=$1
	shift
	case $word in
	-h | --help) usage && exit 0 || exit 3 ;;
	--json) json=1 ;;
	--insecure) server_arguments+=(--insecure) ;;
	--*)
		if [[ $word == *=* ]]; then
			value=${word#*=} word=${word%%=*}
		else
			(($#)) || error 2 "$word needs an argument"
			value=$1
			shift
		fi
		case $word in
		--size)
			if [[ ! $value =~ ^[0-9]{1,5}$ ]] || ((10#$value > 10000)); then error 2 "--size: $value: it is a number up to 10000"; fi
			size=$((10#$value))
			;;
		--from) from=$value ;;
		--to) to=$value ;;
		*) server_option "$word" "$value" || error 2 "$word: no such option; see $program --help" ;;
		esac
		;;
	*) words+=("$word") ;;
	esac
done
((${#words[@]} == 1 || ${#words[@]} == 2)) || {
	usage >&2
	exit 2
}
command -v jq >/dev/null || error 3 'jq is not installed: scripts/deps.sh'
server_node "${words[0]}"

# shellcheck disable=SC2016 # the dollars are jq's
body=$(jq -n --argjson size "$size" --arg query "${words[1]:-*}" --arg from "$from" --arg to "$to" '
	{size: $size, track_total_hits: true, sort: [{timestamp: {order: "asc", unmapped_type: "date"}}],
	 query: {bool: {must: [{query_string: {query: $query}}], filter:
		(if $from + $to == "" then [] else [{range: {timestamp:
			((if $from == "" then {} else {gte: $from} end) + (if $to == "" then {} else {lte: $to} end))}}] end)}}}')
ask POST '/packets-*/_search?ignore_unavailable=true&allow_no_indices=true' "$body"
if [[ $http == 400 && $answer == *track_total_hits* ]]; then
	ask POST '/packets-*/_search?ignore_unavailable=true&allow_no_indices=true' "$(jq 'del(.track_total_hits)' <<<"$body")"
fi
if [[ $http == 400 && $answer == *timestamp*fielddata* ]]; then
	printf '%s: an index was made before the template was installed: its packets are not sorted by time\n' "$program" >&2
	ask POST '/packets-*/_search?ignore_unavailable=true&allow_no_indices=true' "$(jq 'del(.sort)' <<<"$body")"
fi
case $http in
200) ;;
401 | 403) error 3 "$node: the credentials are refused (HTTP $http)" ;;
400) error 2 "$(jq -r '.error.root_cause[0].reason // .error.reason // .error' <<<"$answer" 2>/dev/null || printf '%s' "${answer:0:500}")" ;;
*) error 4 "$node: HTTP $http: ${answer:0:500}" ;;
esac

show() {
	if [[ -n $json ]]; then
		jq -c '.hits.hits[] | {_index, _id, _source}' <<<"$answer"
		return
	fi
	# What came from packets must not drive the terminal.
	jq -r '
		def first_of: if type == "array" then (map(select(. != null)) | .[0]) else . end;
		def clean: if . == null then "" else first_of | tostring | gsub("[\\x00-\\x1f\\x7f-\\x9f]"; "?") end;
		def words: [.[] | clean | select(. != "")] | join(" ");
		["TIME (UTC)", "SOURCE", "DESTINATION", "PROTOCOL", "LENGTH", "WHAT"],
		(.hits.hits[]._source | .layers as $l | ($l | map_values(first_of)) as $f |
			($f.tcp // $f.udp // {}) as $t |
			[ (.timestamp | tostring | tonumber? // 0 | . as $ms | ($ms / 1000 | floor | strftime("%Y-%m-%d %H:%M:%S")) + "." + ("00\($ms % 1000)" | .[-3:])),
			  ([($f.ip.ip_ip_src // $f.ipv6.ipv6_ipv6_src // $f.arp.arp_arp_src_proto_ipv4 // $f.eth.eth_eth_src), ($t.tcp_tcp_srcport // $t.udp_udp_srcport)] | words),
			  ([($f.ip.ip_ip_dst // $f.ipv6.ipv6_ipv6_dst // $f.arp.arp_arp_dst_proto_ipv4 // $f.eth.eth_eth_dst), ($t.tcp_tcp_dstport // $t.udp_udp_dstport)] | words),
			  ($f.frame.frame_frame_protocols | clean | split(":") | last // ""),
			  ($f.frame.frame_frame_len | clean),
			  ([$f.http.http_http_request_method, $f.http.http_http_request_uri, $f.http.http_http_response_code, $f.dns.text_dns_qry_name, $f.dns.dns_dns_qry_name,
			    $f.tls.tls_tls_handshake_extensions_server_name, ($f.tcp.tcp_tcp_flags_str // $f.tcp.tcp_flags_tcp_flags_str)] | words) ])
		| @tsv' <<<"$answer" | awk -F '\t' '
		{ for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (i < NF && length($i) > width[i]) width[i] = length($i) } rows = NR; if (NF > columns) columns = NF }
		END { for (r = 1; r <= rows; r++) { line = ""
			for (i = 1; i <= columns; i++) line = line sprintf(i < columns ? "%-" width[i] "s  " : "%s", cell[r, i])
			sub(/ +$/, "", line); print line } }'
	jq -r '"\(.hits.hits | length) of \(.hits.total | if type == "object" then .value else . end) packets"' <<<"$answer"
}

if [[ -t 1 ]]; then show | ${PAGER:-less -FRX}; else show; fi
