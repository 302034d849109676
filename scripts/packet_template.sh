#!/bin/bash
# Install the index template for packets-*: what Elasticsearch 6 to 9 and OpenSearch 1 to 3 search by.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=server.sh
. "$(dirname "$(readlink -f "$0")")/server.sh"

usage() {
	cat <<END
usage: $program [options] NODE
Install the index template "packets" for packets-* on NODE (host, host:port or URL), in the form that server takes.

  --shards N           primary shards of an index (1)
  --replicas N         replicas (the server's default)
  --refresh TIME       refresh interval, such as 30s (the server's default)
  --codec NAME         index codec (best_compression)
  --print              only print the template
$server_usage
END
}

# Every field, as LAYER FIELD TYPE.  "flag" is a boolean that tshark prints as "1" (2.x), true (3.x on) or "1"/"0", and
# matches 1, "1" and true alike.  What is not here is kept and shown, but not searched (dynamic: false).
# Names with a doubled protocol are tshark's since 3.2; the tcp_flags_ ones are those of 2.x and 3.0, kept for the original's
# indices, and each of a pair is searched under either name.
fields() {
	cat <<'END'
frame frame_interface_id_frame_interface_name keyword
frame frame_frame_interface_name keyword
frame frame_frame_protocols protocols
frame frame_frame_len long
frame frame_frame_number long
eth eth_eth_src keyword
eth eth_eth_dst keyword
vlan vlan_vlan_id integer
arp arp_arp_opcode keyword
arp arp_arp_src_proto_ipv4 ip
arp arp_arp_dst_proto_ipv4 ip
ip ip_ip_src ip
ip ip_ip_dst ip
ip ip_ip_version integer
ip ip_ip_proto keyword
ipv6 ipv6_ipv6_src ip
ipv6 ipv6_ipv6_dst ip
icmp icmp_icmp_type integer
icmp icmp_icmp_code integer
icmpv6 icmpv6_icmpv6_type integer
udp udp_udp_srcport integer
udp udp_udp_dstport integer
udp udp_udp_stream long
tcp tcp_tcp_srcport integer
tcp tcp_tcp_dstport integer
tcp tcp_tcp_stream long
tcp tcp_tcp_seq long
tcp tcp_tcp_ack long
tcp tcp_tcp_window_size long
tcp tcp_tcp_len long
tcp tcp_flags_tcp_flags_str keyword=tcp_tcp_flags_str
tcp tcp_tcp_flags_str keyword=tcp_flags_tcp_flags_str
tcp tcp_flags_tcp_flags_urg flag=tcp_tcp_flags_urg
tcp tcp_tcp_flags_urg flag=tcp_flags_tcp_flags_urg
tcp tcp_flags_tcp_flags_ack flag=tcp_tcp_flags_ack
tcp tcp_tcp_flags_ack flag=tcp_flags_tcp_flags_ack
tcp tcp_flags_tcp_flags_push flag=tcp_tcp_flags_push
tcp tcp_tcp_flags_push flag=tcp_flags_tcp_flags_push
tcp tcp_flags_tcp_flags_reset flag=tcp_tcp_flags_reset
tcp tcp_tcp_flags_reset flag=tcp_flags_tcp_flags_reset
tcp tcp_flags_tcp_flags_syn flag=tcp_tcp_flags_syn
tcp tcp_tcp_flags_syn flag=tcp_flags_tcp_flags_syn
tcp tcp_flags_tcp_flags_fin flag=tcp_tcp_flags_fin
tcp tcp_tcp_flags_fin flag=tcp_flags_tcp_flags_fin
dns text_dns_qry_name keyword
dns dns_dns_qry_name keyword
dns dns_dns_resp_name keyword
dns dns_dns_a ip
dns dns_dns_aaaa ip
dns dns_dns_cname keyword
http http_http_request_method keyword
http http_http_host keyword
http http_http_request_uri keyword
http http_http_request_full_uri keyword
http http_http_response_code integer
http http_http_user_agent keyword
tls tls_tls_handshake_extensions_server_name keyword
tls tls_tls_handshake_version keyword
tls tls_tls_record_version keyword
END
}

# The mapping's properties, as JSON.  ${1}: whether the server has the filters that a flag's normalizer is made of.
properties() {
	fields | awk -v normalizer="$1" '
	# A value that does not fit costs a search, never the document.
	function type(t, layer,    other) {
		other = ""
		if (split(t, part, "=") == 2) { t = part[1]; other = ",\"copy_to\":\"layers." layer "." part[2] "\"" }
		if (t == "keyword") return "{\"type\":\"keyword\",\"ignore_above\":8191" other "}"
		if (t == "flag") return "{\"type\":\"keyword\"" (normalizer ? ",\"normalizer\":\"flag\"" : "") other "}"
		if (t == "protocols") return "{\"type\":\"text\",\"analyzer\":\"simple\",\"fields\":{\"raw\":{\"type\":\"keyword\"}}}"
		return "{\"type\":\"" t "\",\"ignore_malformed\":true}"
	}
	{
		if ($1 != layer) { printf "%s\"%s\":{\"properties\":{", (layer == "" ? "" : "}},"), $1; layer = $1; comma = "" }
		printf "%s\"%s\":%s", comma, $2, type($3, $1)
		comma = ","
	}
	END { printf "}}" }'
}

shards=1 replicas='' refresh='' codec=best_compression print='' words=()

# FORM: composable, legacy, or doc (legacy, with the _doc level of Elasticsearch 6).  NORMALIZER: 1, or empty.
template() { # FORM NORMALIZER
	local settings mappings analysis=''
	settings="\"number_of_shards\":$shards,\"codec\":\"$codec\""
	[[ -z $replicas ]] || settings+=",\"number_of_replicas\":$replicas"
	[[ -z $refresh ]] || settings+=",\"refresh_interval\":\"$refresh\""
	[[ -z $2 ]] || analysis=',"analysis":{"char_filter":{"flag_true":{"type":"pattern_replace","pattern":"^true$","replacement":"1"},"flag_false":{"type":"pattern_replace","pattern":"^false$","replacement":"0"}},"normalizer":{"flag":{"type":"custom","char_filter":["flag_true","flag_false"]}}}'
	mappings="{\"dynamic\":\"false\",\"properties\":{\"timestamp\":{\"type\":\"date\",\"format\":\"epoch_millis||strict_date_optional_time\",\"ignore_malformed\":true},\"layers\":{\"properties\":{$(properties "$2")}}}}"
	[[ $1 != doc ]] || mappings="{\"_doc\":$mappings}"
	if [[ $1 == composable ]]; then
		printf '{"index_patterns":["packets-*"],"priority":200,"template":{"settings":{"index":{%s%s}},"mappings":%s}}\n' "$settings" "$analysis" "$mappings"
	else
		printf '{"index_patterns":["packets-*"],"settings":{"index":{%s%s}},"mappings":%s}\n' "$settings" "$analysis" "$mappings"
	fi
}

# Try the forms, the newest first: the server's answer says which it takes.
install_template() {
	local form path normalizer
	for form in composable legacy doc; do
		path=/_template/packets
		[[ $form != composable ]] || path=/_index_template/packets
		for normalizer in 1 ''; do
			ask PUT "$path" "$(template "$form" "$normalizer")"
			case $http in
			2*)
				[[ -n $normalizer ]] || printf '%s: this server has no pattern_replace: flags match as they were printed\n' "$program" >&2
				printf 'template "packets" for packets-* installed on %s (%s)\n' "$node" "$form"
				return
				;;
			401 | 403) error 3 "$node: the credentials are refused (HTTP $http)" ;;
			5* | 429) error 4 "$node: HTTP $http: ${answer:0:500}" ;;
			esac
			[[ $answer == *pattern_replace* || $answer == *char_filter* ]] || break
		done
	done
	error 3 "$node takes no template: HTTP $http: ${answer:0:1000}"
}

count_of() { # OPTION VALUE
	[[ $2 =~ ^[0-9]{1,4}$ ]] || error 2 "$1: $2: it is a number"
	printf '%s' "$2"
}

while (($#)); do
	word=$1
	shift
	case $word in
	-h | --help) usage && exit 0 || exit 3 ;;
	--print) print=1 ;;
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
		--shards) shards=$(count_of "$word" "$value") ;;
		--replicas) replicas=$(count_of "$word" "$value") ;;
		--refresh)
			[[ $value =~ ^(-1|[0-9]+(ms|s|m|h))$ ]] || error 2 "--refresh: $value: it is a time such as 30s"
			refresh=$value
			;;
		--codec)
			[[ $value =~ ^[a-z0-9_]+$ ]] || error 2 "--codec: $value: that is no codec's name"
			codec=$value
			;;
		*) server_option "$word" "$value" || error 2 "$word: no such option; see $program --help" ;;
		esac
		;;
	*) words+=("$word") ;;
	esac
done
if [[ -n $print ]]; then
	template composable 1
	exit
fi
((${#words[@]} == 1)) || {
	usage >&2
	exit 2
}
server_node "${words[0]}"
install_template
