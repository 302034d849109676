#!/bin/bash
# packet_report.sh: its numbers are those of the packets, and its page is harmless and readable in a browser.
. "$(dirname "$0")/tap.sh"
need tshark jq curl python3 chromium
. "$top/tests/node.sh"
report=$top/scripts/packet_report.sh
prefix=packets-report-t-$$
at_end eval "curl -sS -X DELETE '$node/$prefix-*' >/dev/null"

escapture -q --dir "$top/test_pcaps" 2>/dev/null | esreshape --index="$prefix-all" --tag sensor=lab >all.bulk
esbulk -q --node="$node" --refresh=true all.bulk
# Two packets at midnight, one each side.
sed -n 2~2p all.bulk | jq -c 'select((.timestamp | tonumber) >= 1767139200000 and (.timestamp | tonumber) < 1767225600000)' >day.ndjson
run "$report" --json --index="$prefix-all" "$node" 2025-12-31
is "$status" 0 'status'
cp out report.json
counted() { # JQ, of the day's documents
	jq -c -s "def one: if type == \"array\" then .[] else . end; $1" day.ndjson
}
said() { jq -c "$1" report.json; }
section() { said ".sections[] | select(.id == \"$1\") | [.rows[] | [.name, ${2:-.value}]]"; }
names() { # JQ of a value, in each document: [[VALUE, DOCUMENTS]...], most first
	counted "[.[] | [$1] | unique[] | tostring] | group_by(.) | map([.[0], length]) | sort_by([-.[1], .[0]]) | .[:15]"
}
bytes_by() { # JQ of the values
	counted "[.[] | (.layers.frame.frame_frame_len | tonumber) as \$b | [$1] | unique[] | [., \$b]] | group_by(.[0]) | map([.[0][0], (map(.[1]) | add)]) | sort_by([-.[1], .[0]]) | .[:15]"
}
is "$(said '[.day, .packets, .bytes]')" "$(counted '["2025-12-31", length, (map(.layers.frame.frame_frame_len | tonumber) | add)]')" 'packets and bytes of the day'
is "$(said '[.first, .last]')" "$(counted 'map(.timestamp | tonumber) | [min, max]')" 'the first and the last'
is "$(said '[.series[] | select(.packets > 0) | [.start, .packets, .bytes]]')" \
	"$(counted 'group_by(.timestamp | tonumber / 1800000 | floor) | map([(.[0].timestamp | tonumber / 1800000 | floor * 1800000), length, (map(.layers.frame.frame_frame_len | tonumber) | add)])')" \
	'over time'
is "$(said '.series | length')" 48 'in half hours'
is "$(section protocols)" "$(names '.layers.frame.frame_frame_protocols | split(":")[] | select(. != "ethertype")')" 'protocols'
is "$(section sources .bytes)" "$(bytes_by '(.layers.ip | one | .ip_ip_src?), (.layers.ipv6 | one | .ipv6_ipv6_src?) | select(. != null) | one')" 'top sources'
is "$(section destinations .bytes)" "$(bytes_by '(.layers.ip | one | .ip_ip_dst?), (.layers.ipv6 | one | .ipv6_ipv6_dst?) | select(. != null) | one')" 'top destinations'
is "$(section services)" "$(names '.layers.tcp | select(.) | one | select(.tcp_tcp_flags_syn == true and .tcp_tcp_flags_ack == false) | "tcp/" + .tcp_tcp_dstport')" 'TCP services'
is "$(section udp | jq -c sort)" "$(names '.layers.udp | select(.) | one | "udp/" + .udp_udp_dstport' | jq -c sort)" 'UDP ports'
is "$(section dns)" "$(names '.layers.dns | select(.) | one | select(.dns_dns_flags_response == false) | .dns_dns_qry_name | one')" 'DNS names'
is "$(section errors)" "$(names '.layers.dns | select(.) | one | select(.dns_dns_flags_rcode == "3") | .dns_dns_qry_name | one')" 'DNS names that do not exist'
is "$(section http)" "$(names '.layers.http | select(.) | one | .http_http_host | select(.) | one')" 'HTTP hosts'
is "$(section sensors)" "[[\"lab\",$(said .packets)]]" 'sensors'
run "$report" --json --index="$prefix-all" "$node" 2026-11-23
is "$(jq -c '[.sections[] | select(.id == "tls" or .id == "status") | .rows[] | .name]' out)" '["200","404","501","tls12.example.org","tls13.example.org"]' \
	'HTTP status and TLS names'
run "$report" --json --top 3 --index="$prefix-all" "$node" 2025-12-31
is "$(jq -c '[.sections[].rows | length] | max' out)" 3 '--top'
run "$report" --json --index="$prefix-all" "$node" 2024-02-29
is "$(jq -c '[.packets, .series[47].packets]' out)" '[3,3]' 'a day ends at midnight UTC'
run "$report" --json --index="$prefix-all" "$node" 2024-03-01
is "$(jq -c '[.packets, .series[0].packets]' out)" '[3,3]' 'and the next begins there'

# --- the terminal ---
COLUMNS=100 run "$report" --index="$prefix-all" "$node" 2025-12-31
is "$status" 0 'as text: status'
like "$out" "Packets of 2025-12-31 \(UTC\)

$(said '.packets') packets, [0-9.]+ kB, from 2025-12-31 23:00:00\.000 to" 'its head'
is "$(grep 23:00 out | tail -n 1 | grep -o '█' | wc -l)" 68 'the largest bar fills the width'
is "$(awk '{ if (length($0) > m) m = length($0) } END { print (m <= 300) }' out)" 1 'no line is endless'
is "$(jq -R -n '[inputs | length] | max' out)" 100 'lines are as wide as COLUMNS'
LC_ALL=C run "$report" --index="$prefix-all" "$node" 2025-12-31
is "$(grep -c '#####' out) $(grep -c '█' out)" "$(grep -c '#####' out) 0" 'bars without UTF-8'
like "$out" '#####' 'are made of #'
run "$report" --index="$prefix-all" "$node" 2001-01-01
is "$status $(tail -n 1 out)" '0 No packets.' 'a day without packets'
run "$report" --index="$prefix-nothere-*" "$node"
is "$status $(tail -n 1 out)" '0 No packets.' 'no index at all'
run "$report" --json --index="$prefix-nothere-*" "$node"
is "$(jq -c '[.day, .packets]' out)" "[\"$(date -u +%F)\",0]" 'today by default'
for word in 2025-13-01 2025-02-30 yesterday 20251231; do
	run "$report" "$node" "$word"
	is "$status" 2 "$word is no day"
done
run "$report" --html nothere/page.html --index="$prefix-all" "$node" 2025-12-31
is "$status" 3 'a page that can not be written'
run "$report" 127.0.0.1:1
is "$status" 4 'nobody listens'

# --- the page, with packets that would run a script ---
cat >evil.bulk <<END
{"index":{"_index":"$prefix-evil"}}
{"timestamp":"1767100000000","sensor":"</svg><img src=x onerror=alert(1)>","layers":{"frame":{"frame_frame_protocols":"eth:<script>alert(2)</script>","frame_frame_len":"100000"},"ip":{"ip_ip_src":"203.0.113.9","ip_ip_dst":"198.51.100.200"},"dns":{"dns_dns_flags_response":false,"dns_dns_qry_name":"\"><script>document.title='hacked'</script>\u001b[31m"},"http":{"http_http_host":"'><svg onload=alert(3)>&amp;","http_http_response_code":200},"tls":{"tls_tls_handshake_extensions_server_name":"</title></style><script>throw 1</script>"},"tcp":{"tcp_tcp_dstport":443,"tcp_tcp_flags_syn":true,"tcp_tcp_flags_ack":false}}}
{"index":{"_index":"$prefix-evil"}}
{"timestamp":"1767130000000","layers":{"frame":{"frame_frame_protocols":"eth:ethertype:ip:udp","frame_frame_len":"60"},"ip":{"ip_ip_src":"203.0.113.10","ip_ip_dst":"198.51.100.200"},"udp":{"udp_udp_dstport":"53"}}}
END
esbulk -q --node="$node" --refresh=true evil.bulk
run "$report" --html page.html --index="$prefix-evil" "$node" 2025-12-30
is "$status $out" '0 page.html: 2 packets of 2025-12-30' '--html'
ok 'no script, image, link or frame is in the page' bash -c "! grep -qiE '<(script|img|link|iframe|object|embed|a) ?' page.html"
ok 'and nothing from elsewhere' bash -c "! grep -qiE 'https?:|url\(|@import|src=.x|href' <(sed 's/&lt;.*&gt;//' page.html)"
ok 'nor a control character' bash -c "! LC_ALL=C grep -q \$'[\\x01-\\x08\\x0e-\\x1f\\x7f]' page.html"

# browse FILE: what Chromium makes of it: the files dom, console and shot.png.
browse() {
	rm -f shot.png
	timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir="$tmp/chromium" --hide-scrollbars \
		--window-size=1100,1600 --enable-logging=stderr --screenshot="$tmp/shot.png" "file://$tmp/$1" >shot.log 2>&1
	timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir="$tmp/chromium" \
		--enable-logging=stderr --dump-dom "file://$tmp/$1" >dom 2>dom.log
	cat shot.log dom.log | grep -a ':CONSOLE' >console
	[ -s dom ] && [ -s shot.png ]
}
ok 'Chromium shows it' browse page.html
is "$(cat console)" '' 'without an error, and no script was stopped'
like "$(cat dom)" '<title>Packets of 2025-12-30</title>' 'its title is its own'
is "$(grep -o '<svg' dom | wc -l)" 12 'two charts over time, and one for each list that has something'
is "$(grep -c '<script' dom)" 0 'no script is in what the browser made of it'
ok 'the hostile name is shown as it is' grep -qF '&lt;script&gt;document.title=' dom
cat >pixels.py <<'END'
import struct, sys, zlib
data, at, idat = open(sys.argv[1], "rb").read(), 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    at += size + 12
    if kind == b"IHDR":
        width, height, _, colour = struct.unpack(">IIBB", body[:10])
    elif kind == b"IDAT":
        idat += body
n = {2: 3, 6: 4}[colour]
raw, row, bars = zlib.decompress(idat), bytearray(width * n), 0
for y in range(height):
    line = bytearray(raw[y * (width * n + 1) + 1:(y + 1) * (width * n + 1)])
    kind = raw[y * (width * n + 1)]
    for x in range(width * n):
        a, b, c = line[x - n] if x >= n else 0, row[x], row[x - n] if x >= n else 0
        if kind == 4:
            p = a + b - c
            d = (abs(p - a), abs(p - b), abs(p - c))
            line[x] = (line[x] + (a if d[0] <= d[1] and d[0] <= d[2] else b if d[1] <= d[2] else c)) & 255
        else:
            line[x] = (line[x] + (0, a, b, (a + b) // 2)[kind]) & 255
    row = line
    bars += sum(row[x * n:x * n + 3] == b"\x2f\x6f\xb5" for x in range(width))
print(width, height, bars)
END
read -r width height bars < <(python3 pixels.py shot.png)
is "$width $height" '1100 1600' 'the screenshot'
ok "has bars in it ($bars points of their colour)" test "${bars:-0}" -gt 20000
# The browser's word is worth something only if it would tell: the same page with the escaping undone.
sed 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g' page.html >unescaped.html
browse unescaped.html
like "$(cat console)" 'Content Security Policy' 'were it not escaped, the page would still stop the script, and the browser say so'
done_testing
