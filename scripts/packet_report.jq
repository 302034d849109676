# packet_report.sh: the answer to its search, as the numbers that the report shows:
# {day, packets, bytes, first, last, series: [{start, packets, bytes}], sections: [{id, title, what, rows: [{name, value, bytes?}]}]}
# What came from packets goes through clean; the text and the page escape it again for what they are.
def clean: tostring | gsub("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]"; "?");
def rows: [.buckets[]? | {name: (.key | clean), value: .doc_count} + if .bytes then {bytes: .bytes.value} else {} end];
# Rows of the same name are one, the largest first.
def merged($by): group_by(.name) | map({name: .[0].name, value: (map(.value) | add)} + if .[0].bytes then {bytes: (map(.bytes) | add)} else {} end)
	| sort_by([-.[$by], .name]);
def prefixed($prefix): map(.name = $prefix + .name);

.aggregations as $a | {
	day: $day, packets: $a.packets.value, bytes: $a.bytes.value, first: $a.first.value, last: $a.last.value,
	series: (($a.series.buckets | map({key: (.key | tostring), value: .}) | from_entries) as $at
		| [range(0; 48) | ($start + . * 1800000) as $t | ($at["\($t)"]) as $b | {start: $t, packets: ($b.doc_count // 0), bytes: ($b.bytes.value // 0)}]),
	sections: [
		{id: "protocols", title: "Protocols", what: "packets that have them",
			rows: ([$a.protocols | rows[] | . as $row | .name | split(":") | unique[] | select(. != "ethertype") | . as $name | $row | .name = $name] | merged("value") | .[:$top])},
		{id: "sources", title: "Top sources", what: "bytes sent", rows: ([$a.src4, $a.src6 | rows[]] | merged("bytes") | .[:$top])},
		{id: "destinations", title: "Top destinations", what: "bytes received", rows: ([$a.dst4, $a.dst6 | rows[]] | merged("bytes") | .[:$top])},
		{id: "services", title: "TCP services", what: "connections asked for, by port", rows: ($a.syn.ports | rows | prefixed("tcp/"))},
		{id: "udp", title: "UDP ports", what: "packets to them", rows: ($a.udp | rows | prefixed("udp/"))},
		{id: "dns", title: "DNS names", what: "queries", rows: ($a.dns.names | rows)},
		{id: "errors", title: "DNS names that do not exist", what: "answers", rows: ($a.nxdomain.names | rows)},
		{id: "http", title: "HTTP hosts", what: "requests", rows: ($a.hosts | rows)},
		{id: "status", title: "HTTP status", what: "answers", rows: ($a.status | rows)},
		{id: "tls", title: "TLS server names", what: "handshakes", rows: ($a.tls | rows)},
		{id: "sensors", title: "Sensors", what: "packets", rows: ($a.sensors | rows)}
	]
}
