# The report for a terminal of $width columns.  $full is what bars are made of.
def size: if . >= 1e12 then "\(. / 1e11 | round / 10) TB" elif . >= 1e9 then "\(. / 1e8 | round / 10) GB" elif . >= 1e6 then "\(. / 1e5 | round / 10) MB"
	elif . >= 1000 then "\(. / 100 | round / 10) kB" else "\(. | round) B" end;
def left($n): (if length > $n then .[:$n - 1] + "~" else . end) | . + " " * ($n - length) // .;
def right($n): (" " * ($n - length) // "") + .;
def bar($max; $n): (if $max > 0 then . / $max * $n | round else 0 end) as $k | if $k > 0 then $full * $k else "" end;
def clock: . / 1000 | floor | strftime("%H:%M");
def moment: (. / 1000 | floor | strftime("%Y-%m-%d %H:%M:%S")) + "." + ("00\(. % 1000 | floor)" | .[-3:]);
def trim: sub(" +$"; "");

([$width - 45, 10] | max) as $room |
"Packets of \(.day) (UTC)", "",
(if .packets == 0 then "No packets." else
	"\(.packets | round) packets, \(.bytes | size), from \(.first | moment) to \(.last | moment)",
	"", "Over time",
	([.series[].packets] | max) as $most | [.series[] | select(.packets > 0) | .start] as $used
	| (.series[] | select(.start >= $used[0] and .start <= $used[-1])
		| "  \(.start | clock)  \("\(.packets)" | right(10))  \(.bytes | size | right(9))  \(.packets | bar($most; $room + 13))" | trim),
	(.sections[] | select(.rows != []) | (if .id | IN("sources", "destinations") then "bytes" else "value" end) as $by
		| ([.rows[][$by]] | max) as $most
		| "", "\(.title) (\(.what))",
		(.rows[] | "  \(.name | left(30))  \((if $by == "bytes" then .bytes | size else "\(.value)" end) | right(9))  \(.[$by] | bar($most; $room))" | trim))
end)
