# The report as one page that needs nothing else: no script, charts as SVG.  All text goes through @html.
def size: if . >= 1e12 then "\(. / 1e11 | round / 10) TB" elif . >= 1e9 then "\(. / 1e8 | round / 10) GB" elif . >= 1e6 then "\(. / 1e5 | round / 10) MB"
	elif . >= 1000 then "\(. / 100 | round / 10) kB" else "\(. | round) B" end;
def clock: . / 1000 | floor | strftime("%H:%M");
def moment: (. / 1000 | floor | strftime("%H:%M:%S")) + "." + ("00\(. % 1000 | floor)" | .[-3:]);
def short($n): if length > $n then .[:$n - 1] + "\u2026" else . end;
def px: . * 100 | round / 100;

# Bars over the day's 48 half hours.
def over_time($member; $title; shown): ([.series[][$member], 1] | max) as $most
	| @html "<figure><figcaption>\($title)</figcaption><svg class=\"time\" viewBox=\"0 0 1000 190\" role=\"img\" aria-label=\"\($title) over the day\">",
	(@html "<text x=\"64\" y=\"16\" class=\"axis end\">\($most | shown)</text><text x=\"64\" y=\"164\" class=\"axis end\">0</text>"),
	"<line x1=\"70\" y1=\"12\" x2=\"970\" y2=\"12\" class=\"grid\"/><line x1=\"70\" y1=\"86\" x2=\"970\" y2=\"86\" class=\"grid\"/><line x1=\"70\" y1=\"160\" x2=\"970\" y2=\"160\" class=\"base\"/>",
	(.series | to_entries[] | (.value[$member] / $most * 148) as $h | (if .value[$member] > 0 then [$h, 1.5] | max else 0 end) as $h
		| (70 + .key * 18.75 | px) as $x
		| @html "<rect x=\"\($x + 1 | px)\" y=\"\(160 - $h | px)\" width=\"16.75\" height=\"\($h | px)\" rx=\"2\"><title>\(.value.start | clock): \(.value[$member] | shown)</title></rect>"),
	(range(0; 25; 3) | @html "<text x=\"\(70 + . * 37.5 | px)\" y=\"180\" class=\"axis middle\">\("0\(.)" | .[-2:]):00</text>"),
	"</svg></figure>";

# A bar for each row, with its name and value.
def chart: (if .id | IN("sources", "destinations") then "bytes" else "value" end) as $by | ([.rows[][$by], 1] | max) as $most
	| @html "<figure><figcaption>\(.title) <small>\(.what)</small></figcaption><svg class=\"rows\" viewBox=\"0 0 480 \((.rows | length) * 24 + 4)\" role=\"img\" aria-label=\"\(.title)\">",
	(.rows | to_entries[] | (.key * 24) as $y | (.value[$by] / $most * 200) as $w | (if $by == "bytes" then .value.bytes | size else "\(.value.value)" end) as $shown
		| @html "<g><title>\(.value.name): \($shown)</title><text x=\"188\" y=\"\($y + 16)\" class=\"end\">\(.value.name | short(23))</text><rect x=\"196\" y=\"\($y + 3)\" width=\"\([$w, 1.5] | max | px)\" height=\"17\" rx=\"2\"/><text x=\"\(202 + $w | px)\" y=\"\($y + 16)\" class=\"value\">\($shown)</text></g>"),
	"</svg></figure>";

"<!DOCTYPE html>", "<html lang=\"en\"><head><meta charset=\"utf-8\">",
"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", @html "<title>Packets of \(.day)</title>", "<style>
:root { color-scheme: light dark; --text: #1d2733; --quiet: #5d6b7a; --page: #f5f6f8; --card: #fff; --bar: #2f6fb5; --line: #dfe3e8; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --quiet: #9aa7b5; --page: #14181d; --card: #1e242c; --bar: #5b9be0; --line: #343d48; } }
body { margin: 0 auto; padding: 24px; max-width: 1060px; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0 0 16px; font-size: 24px; }
dl { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 12px; }
dl div, figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
dl div { padding: 10px 18px; }
dt { color: var(--quiet); font-size: 13px; } dd { margin: 0; font-size: 20px; }
figure { margin: 0; padding: 14px 16px; } main { display: grid; gap: 12px; grid-template-columns: repeat(2, minmax(0, 1fr)); align-items: start; } .wide { grid-column: 1 / -1; display: grid; gap: 12px; }
@media (max-width: 760px) { main { grid-template-columns: minmax(0, 1fr); } }
figcaption { font-weight: 600; margin-bottom: 6px; } small { color: var(--quiet); font-weight: 400; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--text); font-size: 13px; }
svg .axis, svg .value { fill: var(--quiet); } .end { text-anchor: end; } .middle { text-anchor: middle; }
rect { fill: var(--bar); } .grid { stroke: var(--line); stroke-dasharray: 3 4; } .base { stroke: var(--quiet); }
footer { margin-top: 16px; color: var(--quiet); font-size: 13px; }
</style></head><body>",
@html "<h1>Packets of \(.day)</h1>",
(if .packets == 0 then "<p>No packets.</p>" else
	"<dl>",
	([["Packets", "\(.packets | round)"], ["Bytes on the wire", (.bytes | size)], ["First (UTC)", (.first | moment)], ["Last (UTC)", (.last | moment)]][]
		| @html "<div><dt>\(.[0])</dt><dd>\(.[1])</dd></div>"),
	"</dl><main><div class=\"wide\">",
	over_time("packets"; "Packets in each half hour"; tostring), over_time("bytes"; "Bytes in each half hour"; size),
	"</div>",
	(.sections[] | select(.rows != []) | chart),
	"</main>"
end),
@html "<footer>Made by espcap's packet_report.sh from \($index) at \(now | strftime("%Y-%m-%d %H:%M")) UTC.  All times are UTC.</footer></body></html>"
