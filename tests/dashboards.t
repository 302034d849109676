#!/bin/bash
# The dashboards ask for what is there; no Grafana or Kibana is started.
. "$(dirname "$0")/tap.sh"
need jq curl
. "$top/tests/node.sh"
d=$top/scripts/dashboards
index=packets-dashboards-t-$$
at_end eval "curl -sS -X DELETE '$node/$index' >/dev/null"

{ grep -v '^#' "$top/scripts/packet_fields.tsv" | cut -f 1; echo layers.frame.frame_frame_protocols.raw; } | sort >mapped
jq -r '.. | objects | .field? // .timeField? // empty' "$d/grafana.json" | sort -u >asked.grafana
jq -r 'if .type == "visualization" then .attributes.visState | fromjson | .aggs[].params.field // empty elif .type == "index-pattern" then .attributes.timeFieldName else empty end' \
	"$d/dashboards.ndjson" | sort -u >asked.kibana
for f in grafana kibana; do
	ok "$f: there are fields" test "$(wc -l <"asked.$f")" -gt 6
	is "$(comm -23 "asked.$f" mapped)" '' "$f: each is in the template"
done
is "$(jq -r '.panels | map(.id) | length == (unique | length)' "$d/grafana.json")" true 'grafana: each panel has an id of its own'
is "$(jq -r '.panels[] | .gridPos | "\(.x) \(.y)"' "$d/grafana.json" | sort | uniq -d)" '' 'and a place of its own'
is "$(jq -r '"\(.type) \(.id)"' "$d/dashboards.ndjson" | sort | uniq -d)" '' 'kibana: each object has an id of its own'
jq -r '"\(.type) \(.id)"' "$d/dashboards.ndjson" | sort >objects
jq -r '.references[] | "\(.type) \(.id)"' "$d/dashboards.ndjson" | sort -u >references
is "$(comm -13 objects references)" '' 'and each reference has its object'
is "$(jq -c 'select(.type == "dashboard") | (.references | map(.name) | sort) == (.attributes.panelsJSON | fromjson | map(.panelRefName) | sort)' "$d/dashboards.ndjson")" true \
	'each panel of the dashboard has its reference'
is "$(jq -r '.attributes | (.visState, .panelsJSON, .optionsJSON, .kibanaSavedObjectMeta.searchSourceJSON) // empty | fromjson | type' "$d/dashboards.ndjson" | sort -u | paste -sd ' ')" \
	'array object' 'JSON within JSON is JSON'

escapture -q "$top/test_pcaps/http_ipv4.pcap" "$top/test_pcaps/dns.pcap" "$top/test_pcaps/tls.pcap" | esreshape --index="$index" --tag sensor=lab | esbulk -q --node="$node" --refresh=true
while IFS=$'\t' read -r title field; do
	n=$(es POST "/$index/_search?size=0" "{\"aggs\":{\"a\":{\"terms\":{\"field\":\"$field\",\"size\":15},\"aggs\":{\"b\":{\"sum\":{\"field\":\"layers.frame.frame_frame_len\"}}}}}}" |
		jq '.aggregations.a.buckets | map(select(.b.value > 0)) | length')
	ok "$title: a node has an answer" test "${n:-0}" -gt 0
done < <({
	jq -r '.panels[] | .title as $t | .targets[].bucketAggs[] | select(.type == "terms") | [$t, .field] | @tsv' "$d/grafana.json"
	jq -r 'select(.type == "visualization") | .attributes.title as $t | .attributes.visState | fromjson | .aggs[] | select(.type == "terms") | [$t, .params.field] | @tsv' "$d/dashboards.ndjson"
} | sort -u)
done_testing
