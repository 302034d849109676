#!/bin/bash
# packet_query.sh: its table, its options, and that what packets hold does nothing to a terminal.
. "$(dirname "$0")/tap.sh"
need tshark jq curl python3
. "$top/tests/node.sh"
query=$top/scripts/packet_query.sh
prefix=packets-query-t-$$
at_end eval "curl -sS -X DELETE '$node/$prefix-*' >/dev/null"

index() { # NAME FILE...
	local name=$1
	shift
	escapture -q "$@" 2>/dev/null | esreshape --index="$prefix-$name" | esbulk -q --node="$node"
	es POST "/$prefix-$name/_refresh" >/dev/null
}
index dns "$top/test_pcaps/dns.pcap"
index arp "$top/test_pcaps/arp.pcap"
index v6 "$top/test_pcaps/http_ipv6.pcap" "$top/test_pcaps/tls.pcap"
index icmp "$top/test_pcaps/icmp.pcap" "$top/test_pcaps/broken.pcap"

run "$query" --index="$prefix-arp" "$node"
is "$status" 0 'status'
is "$out" 'TIME (UTC)               SOURCE      DESTINATION  PROTOCOL  BYTES  WHAT
2025-12-31 23:00:00.000  192.0.2.10  192.0.2.20   arp       42     who has 192.0.2.20?
2025-12-31 23:00:00.010  192.0.2.20  192.0.2.10   arp       42     192.0.2.20 is at 02:00:00:00:00:0b
2 of 2 packets' 'the table, without an end of line too much, not paged'
run "$query" --index="$prefix-dns" "$node" 'layers.dns.dns_dns_qry_name:www.example.org'
like "$out" '192\.0\.2\.10:40000  192\.0\.2\.20:53 +dns +75 +www\.example\.org\?' 'a DNS query, with ports'
like "$out" 'www\.example\.org is host\.example\.org, 198\.51\.100\.7, 198\.51\.100\.8' 'and its answers'
like "$out" '2 of 2 packets' 'the Lucene query holds'
run "$query" --index="$prefix-dns" "$node" 'layers.dns.dns_dns_flags_rcode:3'
like "$out" 'is error 3' 'a DNS error'
run "$query" --size 200 --index="$prefix-v6" "$node"
like "$out" '\[::1\]:8080 +http +[0-9]+ +GET http://www\.example\.org/large\.txt' 'HTTP over IPv6'
like "$out" 'http +[0-9]+ +HTTP 404' 'an HTTP status'
like "$out" 'tls +[0-9]+ +hello tls13\.example\.org' 'a TLS server name'
like "$out" 'tcp +[0-9]+ +SYN ACK' 'TCP flags'
run "$query" --size 200 --index="$prefix-icmp" "$node" 'layers.icmp.icmp_icmp_type:3'
like "$out" 'type 3 code 3' 'ICMP'
run "$query" --size 200 --index="$prefix-icmp" "$node" 'layers.icmpv6.icmpv6_icmpv6_type:128'
like "$out" '2001:db8::10  2001:db8::20 +icmpv6 +62 +type 128 code 0' 'ICMPv6'

# --- options ---
run "$query" --size=3 --index="$prefix-dns" "$node"
is "$(tail -n 1 out) $(wc -l <out)" '3 of 11 packets 5' '--size'
run "$query" --size 3 --index="$prefix-dns" --json "$node"
is "$status $(jq -r ._source.layers.frame.frame_frame_number out | paste -sd ' ')" '0 1 2 3' '--json: whole documents, the oldest first'
is "$(jq -c 'keys' out | sort -u)" '["_id","_index","_source"]' 'with where they are'
run "$query" --size 3 --last --index="$prefix-dns" --json "$node"
is "$(jq -r ._source.layers.frame.frame_frame_number out | paste -sd ' ')" '9 10 11' '--last: the newest, and of them the oldest first'
run "$query" --from 2025-12-31T23:00:00.030Z --to 2025-12-31T23:00:00.05Z --json --index="$prefix-dns" "$node"
is "$(jq -r ._source.layers.frame.frame_frame_number out | paste -sd ' ')" '4 5 6' '--from and --to'
run "$query" --from now-1h --index="$prefix-dns" "$node"
is "$(tail -n 1 out)" '0 of 0 packets' 'a time relative to now'
run "$query" --index="$prefix-nothere" "$node"
is "$status $(tail -n 1 out)" '0 0 of 0 packets' 'an index that is not there has no packets'
wrong_use() { # DESCRIPTION PATTERN OPTION...
	local what=$1 pattern=$2
	shift 2
	run "$query" "$@"
	is "$status" 2 "$what: status 2"
	like "$err" "$pattern" "$what: said"
}
wrong_use 'a query that is none' 'parse' "$node" 'a:('
wrong_use 'a time that is none' 'parse' --from nonsense "$node"
wrong_use 'a size that is too large' '10000' --size 10001 "$node"
wrong_use 'an index that is none' 'index' --index='a/b' "$node"
wrong_use 'three words' 'usage' "$node" a b
run "$query" 127.0.0.1:1
is "$status" 4 'nobody listens'

# --- old indices without the template, and shards that can't take the query ---
es PUT "/$prefix-plain/_doc/1?refresh" '{"timestamp":"1767222000000","layers":{"frame":{"frame_frame_protocols":"eth:x"},"tcp":{"tcp_flags_tcp_flags_syn":1}}}' >/dev/null
other=other-$prefix # other tests look through packets-*
at_end eval "curl -sS -X DELETE '$node/$other-old' >/dev/null"
es PUT "/$other-old" '{"mappings":{"properties":{"timestamp":{"type":"text"}}}}' >/dev/null
es PUT "/$other-old/_doc/1?refresh" '{"timestamp":"1767222000000"}' >/dev/null
run "$query" --index="$other-old" "$node"
is "$status $(tail -n 1 out)" '0 1 of 1 packets' 'an index without a date is shown, unsorted'
like "$err" 'before the template' 'and that is said'

# --- a terminal ---
printf '{"index":{"_index":"%s"}}\n{"timestamp":"1767222000000","layers":{"dns":{"dns_dns_qry_name":"\\u001b]0;x\\u0007\\u009b31m\\u202eabc\\n\\r\\t\\u007f"},"frame":{"frame_frame_protocols":"dns\\u001b[2J"}}}\n' "$prefix-evil" |
	esbulk -q --node="$node" --refresh=true
run "$query" --index="$prefix-evil" "$node"
like "$out" '\?\]0;x\?\?31m\?abc\?\?\?\?\?' 'control and turning characters are shown as ?'
is "$(tr -d '\n -~' <out | wc -c)" 0 'and nothing else than printable characters comes out'
cat >terminal.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
try:
    while os.read(fd, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
END
printf '#!/bin/sh\ncat >%s/paged\n' "$tmp" >pager && chmod +x pager
PAGER=$tmp/pager run python3 terminal.py "$query" --index="$prefix-arp" "$node"
is "$status" 0 'on a terminal: status'
like "$(cat paged 2>/dev/null)" '2 of 2 packets' 'it is paged'
done_testing
