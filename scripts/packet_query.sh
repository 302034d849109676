#!/bin/bash
# Show packets that are in the index, a line each.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$here/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE [QUERY]
Show packets of packets-* on NODE that match the Lucene QUERY (all packets without one), the oldest first.
A field's name is its path, such as layers.tcp.tcp_tcp_dstport:443 or layers.ip.ip_ip_src:"10.0.0.0/8".

  --size N             packets to show, at most 10000 (20)
  --last               the newest ones, not the oldest
  --from TIME          only from that time on, such as 2026-11-23T10:00:00Z or now-1h
  --to TIME            only until that time
  --index PATTERN      look there (packets-*)
  --json               the whole documents, a line each
$server_usage
END
}

size=20 order=asc from='' to='' json='' index='packets-*'
switches='--json --last'

option_taken() {
	case $1 in
	--json) json=1 ;;
	--last) order=desc ;;
	--size) number size "$1" "$2" 10000 ;;
	--from) from=$2 ;;
	--to) to=$2 ;;
	--index) index_pattern "$2" ;;
	*) return 1 ;;
	esac
}

# The table needs a few members only.
# shellcheck disable=SC2016 # the dollars are jq's
search() {
	jq -n --argjson size "$size" --arg query "${words[1]:-*}" --arg from "$from" --arg to "$to" --arg order "$order" --arg json "$json" \
		--rawfile table "$here/packet_fields.tsv" '
		{size: $size, track_total_hits: true, sort: [{timestamp: {order: $order, unmapped_type: "date"}}],
		 query: {bool: {must: [{query_string: {query: $query}}], filter:
			(if $from + $to == "" then [] else [{range: {timestamp:
				((if $from == "" then {} else {gte: $from} end) + (if $to == "" then {} else {lte: $to} end))}}] end)}}}
		| if $json != "" then . else ._source =
			["timestamp", ($table | split("\n")[] | select(test("^layers")) | split("\t") | .[0], (.[3] | split(",")[]))] end'
}

# Without what an old server does not know, or an index without the template can't do.
find_packets() {
	local path="/$index/_search?ignore_unavailable=true&allow_no_indices=true" body
	body=$(search)
	ask POST "$path" "$body"
	if [[ $http == 400 ]] && grep -q track_total_hits "$answer"; then
		body=$(jq 'del(.track_total_hits)' <<<"$body")
		ask POST "$path" "$body"
	fi
	if [[ $http == 400 ]] && grep -qi 'fielddata.*timestamp\|timestamp.*fielddata' "$answer"; then
		warn 'an index was made before the template was installed: its packets are not sorted by time'
		body=$(jq 'del(.sort)' <<<"$body")
		ask POST "$path" "$body"
	fi
	case $http in
	400) error 2 "$(reason)" ;;
	esac
	must 'the search' \
		'(.hits.hits | type == "array") and (.hits.total | (.value? // .) | type == "number") and (._shards.failed | type == "number")'
}

show() {
	local oldest_first='.'
	[[ $order == asc ]] || oldest_first='.hits.hits |= reverse'
	if [[ -n $json ]]; then
		jq -c "${ascii[@]}" "$oldest_first"' | .hits.hits[] | {_index, _id, _source}' "$answer"
		return
	fi
	jq "$oldest_first" "$answer" | jq -c -f "$here/packet_query.jq" | jq -r -s '
		(transpose | map(map(length) | max)) as $width | .[]
		| . as $row | [range(length) | . as $i | $row[$i] + if $i < ($row | length) - 1 then " " * ($width[$i] - ($row[$i] | length)) // "" else "" end]
		| join("  ") | sub(" +$"; "")'
	jq -r '"\(.hits.hits | length) of \(.hits.total | if type == "object" then .value else . end) packets"' "$answer"
}

options "$@"
((${#words[@]} == 1 || ${#words[@]} == 2)) || wrong_use
server "${words[0]}"
find_packets
ascii=()
[[ ! -t 1 ]] || ascii=(-a)
if [[ -t 1 ]]; then
	{ show || (($? == 141)); } | ${PAGER:-less -FRX} # 141: its reader has seen enough
else
	show
fi
if [[ $(jq '._shards.failed' "$answer") != 0 ]]; then
	warn "not all could be searched: $(jq -r '[._shards.failures[] | "\(.index): \(.reason.reason)"] | unique | join("; ")' "$answer")"
	exit 1
fi
