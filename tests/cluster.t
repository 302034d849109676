#!/bin/bash
# Several sensors into a cluster of three nodes, by the commands of espcap(7).
. "$(dirname "$0")/tap.sh"
need tshark jq curl
export ESPCAP_NODES=$tmp/nodes XDG_CACHE_HOME=${ESPCAP_CACHE:-/root/.cache}
at_end "$top/scripts/node.sh" stop
nodes=$(ESPCAP_CLUSTER=3 "$top/scripts/node.sh" start os-2.19.1 2>node.err) || skip_all "no cluster can be started: $(tail -n 1 node.err)"
IFS=, read -ra node <<<"$nodes"
is "${#node[@]} $(curl -sS "${node[2]}/_cluster/health" | jq -r '"\(.number_of_nodes) \(.status)"')" '3 3 green' 'three nodes are one cluster'

grep '^\.Dl .*es1:9200' "$top/man/espcap.7" | sed 's/^\.Dl //' >commands
ok 'espcap(7) has commands for it' test "$(grep -c -v kafka commands)" -ge 3
command_of() { grep -- "$1" commands | head -n 1 | sed "s|es1:9200,es2:9200,es3:9200|$nodes|"; }
export PATH=$PATH:$top
run bash -c "cd '$top' && $(command_of packet_template)"
is "$status" 0 'the template, with replicas'
is "$(curl -sS "${node[1]}/_index_template/packets" | jq -c '.index_templates[0].index_template.template.settings.index | [.number_of_shards, .number_of_replicas]')" '["3","1"]' \
	'is on each node'

# Three sensors at once; each has its own file in place of an interface.
sensors=(lab roof yard) files=(http_ipv4 http_ipv6 dns) pids=()
sensor=$(command_of '^espcap')
like "$sensor" 'nic=eth0 --tag sensor=lab --node=' 'the command of a sensor'
opened() { curl -sS "${node[0]}/_nodes/stats/http" | jq -c '[.nodes | to_entries | sort_by(.key)[].value.http.total_opened]'; }
before=$(opened)
for i in 0 1 2; do
	line=${sensor/--nic=eth0/--file="$top/test_pcaps/${files[i]}.pcap"}
	bash -c "${line/sensor=lab/sensor=${sensors[i]}} --chunk=5 --stats=stats-$i" 2>"err-$i" &
	pids+=("$!")
done
wanted=0
for i in 0 1 2; do
	wait "${pids[i]}"
	is "$? $(jq -c '[.balanced, .rejected, .left]' "stats-$i")" '0 [true,0,0]' "sensor ${sensors[i]}: all delivered"
	wanted=$((wanted + $(jq .indexed "stats-$i")))
done
# Asking costs one of them a connection.
is "$(jq -n -c --argjson before "$before" --argjson after "$(opened)" '[$before, $after] | transpose | map(.[1] - .[0] > 1)')" '[true,true,true]' \
	'all three were talked to'
curl -sS -X POST "${node[0]}/packets-*/_refresh" >refreshed
is "$(curl -sS "${node[2]}/packets-*/_count" | jq .count)" "$wanted" "the cluster has all $wanted"
for i in 0 1 2; do
	run "$top/scripts/packet_query.sh" --size 0 "$nodes" "sensor:${sensors[i]}"
	is "$out" "$(printf 'TIME (UTC)  SOURCE  DESTINATION  PROTOCOL  BYTES  WHAT\n0 of %s packets' "$(jq .indexed "stats-$i")")" "those of ${sensors[i]} are found by their sensor"
done
run bash -c "cd '$top' && $(command_of packet_query)"
is "$status" 0 'the query of espcap(7)'
like "$out" "of $(jq .indexed stats-0) packets" 'finds them'
is "$(curl -sS "${node[0]}/_cat/shards/packets-*?h=node" | sort -u | wc -l)" 3 'shards are on all three'
# A node that is away is passed over.
run espcap --file="$top/test_pcaps/arp.pcap" --node="127.0.0.1:1,$nodes" --stats=stats
is "$status $(jq .indexed stats)" '0 2' 'a node that is away costs nothing'
done_testing
