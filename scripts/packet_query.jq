# The answer to packet_query.sh's search, as lines of a table for people.  Fields go by all their names (packet_fields.tsv).
def one: if type == "array" then (map(select(. != null)) | .[0]) else . end;
# What came from packets must not drive the terminal, nor turn its text around.
def clean: if . == null then "" else one | tostring | gsub("[\\x{0}-\\x{1f}\\x{7f}-\\x{9f}\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]"; "?") end;
def words: map(clean | select(. != "")) | join(" ");
def all_of: [if type == "array" then .[] else . end | select(. != null) | clean] | unique | join(", ");
# jq itself is ended by a time that is out of all bounds.
def time: (tostring | tonumber? // 0) as $ms | if $ms < -62135596800000 or $ms > 253402300799000 then "?" else
	($ms / 1000 | floor | strftime("%Y-%m-%d %H:%M:%S")) + "." + ("00\($ms % 1000)" | .[-3:]) end;
def side($ip; $port): ($ip | clean) as $a | ($port | clean | if . == "" then "" else ":" + . end) as $p | if $p != "" and ($a | contains(":")) then "[\($a)]\($p)" else $a + $p end;
# The innermost, but for what it carries.
def protocol: clean | split(":") | (map(select(test("^(data|data-text-lines|urlencoded-form|media|json|xml|png|image-.*)$") | not)) | last) // .[-1] // "";

def http: .http // {} | (.http_http_request_method // .text_http_request_method) as $method | (.http_http_response_code // .text_http_response_code) as $code
	| if $method then [$method, (.http_http_request_full_uri // .http_http_request_uri // .text_http_request_uri)] | words
	  elif $code then "HTTP \($code | clean)" else "" end;
def dns: .dns // {} | (.dns_dns_qry_name // .text_dns_qry_name) as $name | (.dns_dns_flags_response // .dns_flags_dns_flags_response | one) as $response
	| ([.dns_dns_cname, .text_dns_cname, .dns_dns_a, .text_dns_a, .dns_dns_aaaa, .text_dns_aaaa] | map(select(. != null) | all_of) | join(", ")) as $answers
	| (.dns_dns_flags_rcode // .dns_flags_dns_flags_rcode | clean) as $rcode
	| if $name == null then "" elif $response == true or $response == "1" then
		"\($name | clean) is " + if $rcode != "0" and $rcode != "" then "error \($rcode)" elif $answers == "" then "empty" else $answers end
	  else "\($name | clean)?" end;
def tls: (.tls // .ssl // {}) | (.tls_tls_handshake_extensions_server_name // .text_tls_handshake_extensions_server_name // .text_ssl_handshake_extensions_server_name)
	| if . then "hello \(clean)" else "" end;
def arp: .arp // {} | if .arp_arp_opcode == null then "" elif (.arp_arp_opcode | clean) == "1" then "who has \(.arp_arp_dst_proto_ipv4 | clean)?"
	else "\(.arp_arp_src_proto_ipv4 | clean) is at \(.arp_arp_src_hw_mac | clean)" end;
def icmp: (if .icmp then [.icmp.icmp_icmp_type, .icmp.icmp_icmp_code] elif .icmpv6 then [.icmpv6.icmpv6_icmpv6_type, .icmpv6.icmpv6_icmpv6_code] else [] end)
	| if . == [] then "" else "type \(.[0] | clean) code \(.[1] | clean)" end;
def tcp: .tcp // {} | . as $t | [["syn", "SYN"], ["fin", "FIN"], ["reset", "RST"], ["push", "PSH"], ["ack", "ACK"]]
	| [.[] | .[0] as $flag | select(($t["tcp_tcp_flags_\($flag)"] // $t["tcp_flags_tcp_flags_\($flag)"] | one | . == true or . == "1")) | .[1]] | join(" ");

["TIME (UTC)", "SOURCE", "DESTINATION", "PROTOCOL", "BYTES", "WHAT"],
(.hits.hits[]._source | (.timestamp | time) as $time | (.layers // {}) | map_values(one | if type == "object" then . else {} end) | (.tcp // {}) as $t | (.udp // {}) as $u
| [$time,
	side(.ip.ip_ip_src // .ipv6.ipv6_ipv6_src // .arp.arp_arp_src_proto_ipv4 // .eth.eth_eth_src; $t.tcp_tcp_srcport // $u.udp_udp_srcport),
	side(.ip.ip_ip_dst // .ipv6.ipv6_ipv6_dst // .arp.arp_arp_dst_proto_ipv4 // .eth.eth_eth_dst; $t.tcp_tcp_dstport // $u.udp_udp_dstport),
	(.frame.frame_frame_protocols | protocol), (.frame.frame_frame_len | clean),
	(first((http, dns, tls, arp, icmp, tcp) | select(. != "")) // "")])
