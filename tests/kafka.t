#!/bin/bash
# Packets through a real Kafka broker to several consumers in one group, of which one is killed: each packet is there exactly once.
. "$(dirname "$0")/tap.sh"
need tshark jq curl kcat java mvn setsid
. "$top/tests/node.sh"
. "$top/tests/kafka.sh"
kafka_fetch || skip_all "Kafka can't be had: $(tail -n 1 maven.log)"
consume=$top/scripts/packet_consume.sh
index=packets-kafka-t-$$
at_end eval "curl -sS -X DELETE '$node/$index*' >/dev/null"

for args in '' 'a b c' '--batch 0 a b c d' '--nope a b c d' '--group'; do
	read -ra words <<<"$args"
	run "$consume" "${words[@]}"
	is "$status" 2 "wrong use: $args"
done
ok 'a broker starts' kafka_start || diag "$(tail -n 5 kafka.log)"

# Three sensors, one packet a message, by the pipe of espcap(7).
escapture -q --dir "$top/test_pcaps" >packets.ek 2>/dev/null
sed -n 's/^\.Dl \(.*kcat -P.*\)/\1/p' "$top/man/espcap.7" >produce
is "$(wc -l <produce)" 1 'espcap(7) has the pipe of a sensor'
line=$(sed "s/escapture --nic eth0/cat packets.ek/; s/kafka1:9092/$broker/; s/--id/--id --index=$index/; s/ -t packets/ -t packets/" produce)
like "$line" "cat packets.ek.*--tag sensor=.*$broker" 'which is tried with a file for the interface'
: >sent
for sensor in lab roof yard; do
	for round in 1 2 3; do
		run bash -o pipefail -c "${line//sensor=lab/sensor=$sensor --tag round=$round}"
		is "$status" 0 "sensor $sensor sends, $round"
		esreshape --id --index="$index" --tag sensor="$sensor" --tag round="$round" packets.ek >>sent 2>/dev/null
	done
done
messages=$(($(wc -l <sent) / 2))
sed -n 1~2p sent | jq -r .create._id | sort -u >ids
unique=$(wc -l <ids)
diag "$messages messages, $unique packets that differ"

# Small batches and short waits, so that the killing meets a consumer at any moment of its work.
declare -A consumer
start_consumer() { # NAME
	setsid "$consume" --group espcap --instance "$1" --batch 40 --wait 8 --kafka session.timeout.ms=6000 --kafka heartbeat.interval.ms=1000 \
		"$broker" packets "$tmp/consumer-$1" -q --node="$node" >>"$1.log" 2>&1 &
	consumer[$1]=$!
	at_end eval "kill -KILL -- -$! 2>/dev/null"
}
indexed_at_least() { [ "$(es_count "$index")" -ge "$1" ]; }
for name in one two three; do start_consumer "$name"; done
ok 'packets arrive' wait_for 60 indexed_at_least 40
kill -KILL -- "-${consumer[one]}" # the script, kcat, sed, esbulk: all at once
wait "${consumer[one]}" 2>/dev/null
# timeout(1) and kcat are a group of their own, as they are when only the script is killed.
outlives() { pgrep -f '[g]roup.instance.id=one' >/dev/null; }
kept_out() { ! flock -n consumer-one/lock true || ! outlives; }
if outlives; then ok 'the kcat of a killed consumer keeps the next one out' kept_out; fi
at_kill=$(es_count "$index")
ok "a consumer is killed with $at_kill of $unique packets indexed" test "$at_kill" -lt "$unique"
ok 'others go on' wait_for 90 indexed_at_least $((at_kill + 1))
second=$(es_count "$index")
kill -KILL -- "-${consumer[two]}"
wait "${consumer[two]}" 2>/dev/null
diag "a second one is killed with $second indexed; both are started again"
start_consumer one
start_consumer two
ok "all $unique packets get there" wait_for 180 indexed_at_least "$unique"

# Everything is committed when the consumers have ended by a signal.
for name in one two three; do kill -TERM "${consumer[$name]}"; done
for name in one two three; do
	wait "${consumer[$name]}"
	is "$?" 0 "consumer $name ends by a signal: status 0"
	is "$(ls "consumer-$name")" lock "and has nothing left to deliver"
done
run "$consume" --once --group espcap --instance one --wait 12 "$broker" packets "$tmp/consumer-one" -q --node="$node" --stats="$tmp/stats"
is "$status" 0 'one more, --once'
ok 'it gets nothing: all that was taken was committed' test ! -e stats
is "$(es_count "$index")" "$unique" 'each packet is there once'
es GET "/$index/_search?size=10000" | jq -r '.hits.hits[]._id' | sort >there
ok 'by its id' cmp ids there
is "$(es POST "/$index/_search?size=0" '{"aggs":{"s":{"terms":{"field":"sensor"}}}}' | jq -c '[.aggregations.s.buckets[].key] | sort')" '["lab","roof","yard"]' 'of each sensor'
done_testing
