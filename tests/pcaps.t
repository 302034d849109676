#!/bin/bash
# The captures of test_pcaps are what their README says.
. "$(dirname "$0")/tap.sh"
need tshark capinfos

cd "$top/test_pcaps" || exit 1
ok 'all together are under 2 MB' test "$(cat -- *.pcap* | wc -c)" -lt 2000000
for f in *.pcap*; do
	said=$(sed -n "s/^| \`$f\` | \([0-9]*\) |.*/\1/p" README.md)
	is "$(tshark -n -r "$f" 2>/dev/null | wc -l)" "$said" "$f: the README's count of packets"
done

has() { # FILE FILTER DESCRIPTION
	local n
	n=$(tshark -n -r "$1" -Y "$2" 2>/dev/null | wc -l)
	ok "$1: $3" test "$n" -gt 0
}
has dns.pcap 'dns.flags.response == 1 && dns.a' 'DNS answers'
has dns.pcap 'ipv6 && dns.aaaa' 'DNS over IPv6'
has http_ipv4.pcap 'http.response.code == 404' 'HTTP'
has http_ipv6.pcap 'ipv6 && http.request.method == "POST"' 'HTTP over IPv6'
has tls.pcap 'tls.handshake.extensions_server_name == "tls13.example.org"' 'TLS'
has tcp_retransmission.pcap tcp.analysis.retransmission 'a retransmission'
has tcp_reassembly.pcap tcp.segments 'reassembly over segments'
has fragments.pcap 'ip.fragment.count == 4' 'fragments'
has icmp.pcap 'icmp.type == 3' 'ICMP'
has icmp.pcap icmpv6 'ICMPv6'
has arp.pcap 'arp.opcode == 2' 'ARP'
has vlan.pcap 'vlan.id == 7' 'VLAN'
has tunnel.pcap 'vxlan && dns' 'a tunnel'
has broken.pcap _ws.malformed 'broken packets'
has nanoseconds.pcapng 'frame.interface_id == 1' 'two interfaces'
ok 'nanoseconds are there' test "$(tshark -n -r nanoseconds.pcapng -T fields -e frame.time_epoch | grep -c '123456789\|123457789')" -gt 0
is "$(TZ=UTC tshark -n -r midnight.pcap -T ek | grep -o '"timestamp":"[0-9]*"' | tr -dc '0-9\n' | awk '{ print ($1 < 1709251200000) }' | sort | uniq -c | tr -s ' \n' ' ')" ' 3 0 3 1 ' 'midnight: three packets at each side'
tshark -n -r cut.pcap >/dev/null 2>&1
ok 'cut.pcap is cut' test $? -ne 0
done_testing
