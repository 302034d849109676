# A real Kafka broker for a test; source it after tap.sh.  kafka_start sets $broker.
# shellcheck shell=bash disable=SC2154 # tap.sh sets tmp and top
kafka_version=3.9.1
kafka_jars=${ESPCAP_CACHE:-/root/.cache}/espcap/kafka-$kafka_version

kafka_fetch() {
	local part
	[ ! -d "$kafka_jars" ] || return 0
	mkdir -p "${kafka_jars%/*}" && part=$(mktemp -d "${kafka_jars%/*}/part.XXXXXX") || return
	printf '<project><modelVersion>4.0.0</modelVersion><groupId>espcap</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%s</version></dependency></dependencies>
</project>\n' "$kafka_version" >"$part/pom.xml"
	timeout 300 mvn -q -B -f "$part/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$part" >"$tmp/maven.log" 2>&1 || return
	mv -T "$part" "$kafka_jars" 2>/dev/null || rm -rf "$part"
}

kafka_start() {
	local ports
	ports=$(python3 -c 'import socket
s = [socket.socket() for i in range(2)]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])')
	broker=127.0.0.1:${ports% *}
	cat >"$tmp/kafka.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${ports#* }
listeners=PLAINTEXT://$broker,CONTROLLER://127.0.0.1:${ports#* }
advertised.listeners=PLAINTEXT://$broker
controller.listener.names=CONTROLLER
log.dirs=$tmp/kafka-data
num.partitions=6
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=67108864
END
	java -XX:TieredStopAtLevel=1 -Xmx192m -cp "$kafka_jars/*" kafka.tools.StorageTool format -t espcapespcapespcapespc -c "$tmp/kafka.properties" >"$tmp/kafka.log" 2>&1 || return
	java -XX:TieredStopAtLevel=1 -Xmx256m -cp "$kafka_jars/*" kafka.Kafka "$tmp/kafka.properties" >>"$tmp/kafka.log" 2>&1 &
	at_end eval "kill $! 2>/dev/null; wait $! 2>/dev/null"
	wait_for 60 timeout 10 kcat -q -L -b "$broker"
}
