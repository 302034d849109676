#!/bin/bash
# esreshape: each sentence of its page, by arguments, stdin, stdout, stderr and status.
. "$(dirname "$0")/tap.sh"
need python3

stamp='"timestamp":"1439587238915"'	# 2015-08-14T21:20:38.915Z
index='{"index":{"_index":"packets-2015-08-14"}}'
nl=$'\n'

# doc MEMBERS WANTED DESCRIPTION: a document with these members, and those that are to come out.
doc() {
	printf '{%s,%s}\n' "$stamp" "$1" >in
	printf '%s\n{%s,%s}\n' "$index" "$stamp" "$2" >wanted
	run esreshape <in
	if [[ $status == 0 && -z $err ]] && cmp -s out wanted; then tap_result 0 "$3"; else
		tap_result 1 "$3"
		diag "status $status: $err"
		diag "got:    $(tail -n 1 out)"
		diag "wanted: $(tail -n 1 wanted)"
	fi
}

# same MEMBERS DESCRIPTION: they come out as they are, byte for byte.
same() { doc "$1" "$1" "$2"; }

# layers IN OUT DESCRIPTION
layers() { doc "\"layers\":$1" "\"layers\":$2" "$3"; }

# bad LINE REASON DESCRIPTION: between two good documents, LINE (by printf's %b) is bad for REASON (a pattern), and nothing else is.
bad() {
	printf '{%s,"a":1}\n%b\n{%s,"b":2}\n' "$stamp" "$1" "$stamp" >in
	printf '%s\n{%s,"a":1}\n%s\n{%s,"b":2}\n' "$index" "$stamp" "$index" "$stamp" >wanted
	run esreshape --bad=bad --stats=stats in
	if [[ $status == 1 && $err =~ ^"esreshape: in:2: bad line passed over: "$2 ]] && cmp -s out wanted &&
		cmp -s bad <(printf '%b\n' "$1") && grep -q '"lines":3,"documents":2,"bad":1' stats; then
		tap_result 0 "bad: $3"
	else
		tap_result 1 "bad: $3"
		diag "status $status: $err"
		diag "stats: $(<stats)"
		diag "bad: $(<bad)"
		diag "got: $out"
	fi
}

# --- merge ---
layers '{"e":{"x":"1","x":"2"}}' '{"e":{"x":["1","2"]}}' 'two members of one name become an array'
layers '{"e":{"x":1,"y":2,"x":3,"z":4,"x":5}}' '{"e":{"x":[1,3,5],"y":2,"z":4}}' "at the first one's place, in document order"
layers '{"e":{"x":1,"x":[2,3],"x":4}}' '{"e":{"x":[1,2,3,4]}}' 'an array gives its elements'
layers '{"e":{"x":[1,[2,3]],"x":[[4]]}}' '{"e":{"x":[1,[2,3],[4]]}}' 'it is flattened one level, no more'
layers '{"e":{"x":[],"x":[]}}' '{"e":{"x":[]}}' 'empty arrays give an empty one'
layers '{"e":{"x":[],"x":1}}' '{"e":{"x":[1]}}' 'an empty array gives nothing'
layers '{"e":{"x":null,"x":null}}' '{"e":{"x":[null,null]}}' 'null is kept'
layers '{"e":{"x":[1],"x":null}}' '{"e":{"x":[1,null]}}' 'null beside an array is kept'
layers '{"e":{"x":{"a":1},"x":{"b":2}}}' '{"e":{"x":[{"a":1},{"b":2}]}}' 'two objects give an array of both'
layers '{"e":{"x":{"a":1},"x":[{"b":2},3]}}' '{"e":{"x":[{"a":1},{"b":2},3]}}' 'an object and an array'
layers '{"e":{"x":{},"x":"s","x":true,"x":false}}' '{"e":{"x":[{},"s",true,false]}}' 'object, string and booleans'
layers '{"e":{"a":1,"\u0061":2}}' '{"e":{"a":[1,2]}}' 'names are compared after unescaping'
layers '{"e":{"\u0061":1,"a":2}}' '{"e":{"\u0061":[1,2]}}' 'and the first keeps its spelling'
layers '{"e":{"\/":1,"/":2,"\u002f":3,"\u002F":4}}' '{"e":{"\/":[1,2,3,4]}}' 'four spellings of a slash'
layers '{"e":{"\ud83d\ude00":1,"😀":2}}' '{"e":{"\ud83d\ude00":[1,2]}}' 'a pair of surrogates is its character'
layers '{"e":{"\ud83d":1,"\ude00":2,"\uD83D":3}}' '{"e":{"\ud83d":[1,3],"\ude00":2}}' 'lone surrogates differ, and are kept'
layers '{"e":{"a\u0000":1,"a":2,"a\u0000b":3,"a\u0000":4}}' '{"e":{"a\u0000":[1,4],"a":2,"a\u0000b":3}}' 'an escaped NUL is part of the name'
layers '{"e":{"":1,"":2}}' '{"e":{"":[1,2]}}' 'an empty name'
layers '{"e":{"a":1,"A":2,"a ":3}}' '{"e":{"a":1,"A":2,"a ":3}}' 'case and space make other names'
layers '{"e":{"a":1},"f":{"a":2}}' '{"e":{"a":1},"f":{"a":2}}' 'one name in two objects is no repeat'
layers '{"e":[{"x":1,"x":2},[{"y":1,"y":2}],{"x":3}]}' '{"e":[{"x":[1,2]},[{"y":[1,2]}],{"x":3}]}' 'inside arrays'
layers '{"e":{"x":{"y":1,"y":2},"x":{"y":3,"z":{"w":4,"w":5}}}}' '{"e":{"x":[{"y":[1,2]},{"y":3,"z":{"w":[4,5]}}]}}' 'inside what is merged'
layers '{"e":{"x":[{"y":1,"y":2}],"x":0}}' '{"e":{"x":[{"y":[1,2]},0]}}' 'inside an array that is merged'
layers '{"e":{"a":1},"e":{"b":2},"e":[{"c":3}]}' '{"e":[{"a":1},{"b":2},{"c":3}]}' 'whole layers'
doc '"layers":{"a":1},"x":1,"layers":{"b":2}' '"layers":[{"a":1},{"b":2}],"x":1' 'at the top'
layers '{ "e": { "x": "1", "y" : 2, "x": "3" } }' '{ "e": { "x": ["1","3"], "y" : 2 } }' 'the white space of 2.x stays around what is merged'
layers "{\"e\":{\"x\":[ 1 ,$(printf '\t')2 ],\"x\":3}}" '{"e":{"x":[1,2,3]}}' 'but not between elements that are joined'
layers '{"e":{"x":1.10,"x":1e5,"x":-0,"x":"\/"}}' '{"e":{"x":[1.10,1e5,-0,"\/"]}}' 'merged values keep their bytes'

# The names seen are told apart by a count of objects in 16 bits.
awk -v stamp="$stamp" 'BEGIN { for (i = 0; i < 140000; i++) printf "{%s,\"a\":%d%s}\n", stamp, i, i % 65535 == 0 ? ",\"a\":0" : "" }' >in
awk -v stamp="$stamp" -v index_line="$index" 'BEGIN { for (i = 0; i < 140000; i++)
	if (i % 65535 == 0) printf "%s\n{%s,\"a\":[%d,0]}\n", index_line, stamp, i; else printf "%s\n{%s,\"a\":%d}\n", index_line, stamp, i }' >wanted
run esreshape in
ok '140,000 documents, and what is repeated only in some' cmp -s out wanted

# --- everything else ---
same '"a":1.10,"b":1e5,"c":-0.0E+07,"d":12345678901234567890123,"e":0' 'numbers keep their spelling'
same '"a":"\/\b\f\n\r\t\"\\\u00e9\uD800\uDFFF\ud83d\ude00"' 'escapes keep their spelling'
same "\"a\" :  [ 1 ,$(printf '\t')2 , { } , [ ] ] ,\"b\":{ \"c\" : null }" 'white space stays'
same '"a":"é ü 漢 😀 �"' 'UTF-8 stays'
same "\"a\":\"$(printf '\x7f')\"" 'DEL is no control byte in JSON'
same '"a":[],"b":{},"c":[[],[[]]],"d":""' 'empty things'
printf '  {%s,"a":1} \t\r\n' "$stamp" >in
run esreshape in
is "$out" "$index$nl{$stamp,\"a\":1}" 'white space around the document goes'

# --- filtered layers ---
layers '{"a":{"filtered":"a"},"b":1}' '{"b":1}' 'a filtered layer, first'
layers '{"b":1,"a":{"filtered":"a"}}' '{"b":1}' 'a filtered layer, last'
layers '{"b":1,"a":{"filtered":"a"},"c":2}' '{"b":1,"c":2}' 'a filtered layer, between'
layers '{"a":{"filtered":"a"}}' '{}' 'a filtered layer, alone'
layers '{"a":{"filtered":"a"},"b":{"filtered":"b"},"c":1,"d":{"filtered":"d"},"e":{"filtered":"e"}}' '{"c":1}' 'several'
layers '{"a":[{"filtered":"a"},{"filtered":"a"}],"b":1}' '{"b":1}' 'an array of nothing but filtered, as in tunnels'
layers '{"a":[{"filtered":"a"},{"x":1}],"b":1}' '{"a":[{"filtered":"a"},{"x":1}],"b":1}' 'an array with more in it stays'
layers '{"a":[],"b":1}' '{"a":[],"b":1}' 'an empty array stays'
layers '{"a":{"filtered":"a","x":1}}' '{"a":{"filtered":"a","x":1}}' 'an object with more in it stays'
layers '{"a":{"x":{"filtered":"x"}}}' '{"a":{"x":{"filtered":"x"}}}' 'a filtered field (tshark -j) is no layer'
doc '"x":{"filtered":"a"}' '"x":{"filtered":"a"}' 'outside of layers it stays'
layers '{"a":{"f\u0069ltered":"a"},"b":1}' '{"b":1}' 'however it is spelled'
layers '{"a":{"filtered":{"x":1,"x":2}},"b":1}' '{"b":1}' 'whatever is in it'
layers '{"a":{"x":1},"a":{"filtered":"a"}}' '{"a":{"x":1}}' 'it goes before merging: the other one stays as it is'
layers '{"a":{"filtered":"a"},"a":{"x":1},"a":{"x":2}}' '{"a":[{"x":1},{"x":2}]}' 'and the others are merged'
layers '{ "a": { "filtered": "a" }, "b" : 1, "c": { "filtered": "c" } }' '{  "b" : 1 }' 'with white space: its comma goes along'
doc '"layers":{"a":{"filtered":"a"}},"l\u0061yers":{"b":{"filtered":"b"},"c":1}' '"layers":[{},{"c":1}]' 'in each of the repeated layers'

# --- lines ---
for action in '{"index":{"_index":"packets-2015-08-14","_type":"doc"}}' '{ "index" : { "_type" : "pcap_file", "_index":"p" , "_score": null } }' \
	'{"create":{}}' ' {"index"	:{"a":[1,{"b":2}]}} ' '{"\u0069ndex":{}}'; do
	run esreshape <<<"$action"
	is "$status$out$err" 0 "an action line: $action"
done
same '"layers":{}' 'an action is an object of one member: a document is none'
printf '{"index":{"layers":{}}}\n{"layers":{"a":1}}\n{%s}\n{"index":{},"layers":1}\n' "$stamp" >in
run esreshape in
is "$status $out" "0 {\"index\":{\"_index\":\"packets-undated\"}}$nl{\"layers\":{\"a\":1}}$nl$index$nl{$stamp}$nl{\"index\":{\"_index\":\"packets-undated\"}}$nl{\"index\":{},\"layers\":1}" \
	'a document has layers or timestamp'

neither='neither a packet \(layers, timestamp\) nor an action \(index, create\)'
bad '{"a":1}' "$neither" 'an object with neither layers nor timestamp'
bad '{}' "$neither" 'an empty object'
bad '[{"timestamp":"1"}]' "$neither" 'an array'
bad '"timestamp"' "$neither" 'a string'
bad '1439587238915' "$neither" 'a number'
bad 'null' "$neither" 'null'
bad '{"index":1}' "$neither" 'an action must have an object'
bad '{"delete":{"_index":"x"}}' "$neither" 'another action'
bad '{"index":{},"create":{}}' "$neither" 'two actions in one'
bad '{"x":{"layers":{},"timestamp":"1"}}' "$neither" 'layers deeper down'
t='"timestamp":"1439587238915"'
# Each of these is no JSON by RFC 8259: by itself, and as the value of a member.
while IFS= read -r line; do
	bad "{$t,\"a\":$line}" '.+ \(byte [0-9]+\)' "no JSON: $line"
done <<'END'
[1,,2]
[1,]
[,1]
[1 2]
[1:2]
[
]
{
}
{"a":}
{"a"}
{"a" 1}
{"a":1,}
{,"a":1}
{"a":1 "b":2}
{"a":1:2}
{a:1}
{'a':1}
{1:1}
{null:1}
{"a":1]
[1}
{[]:1}
{"a":1,,"b":2}
"a
"a\\x"
"a\\u12"
"a\\u12g4"
"a\\
'a'
tru
True
nul
NaN
Infinity
-
-a
+1
01
-01
1.
.5
1.e5
1e
1e+
0x10
1_000
1/2
1 // comment
/* comment */ 1
"a\001b"
"a\x1fb"
"a\tb"
"a\0000b"
1\0000
\0000
"a" "b"
1}{"a":1
\0013
\xc2\xa01
END
bad "{$t}trailing" '.+' 'garbage behind the document'
bad "{$t} {$t}" 'more behind the end' 'two documents in a line'
bad "{$t}," 'comma out of place' 'a comma behind the document'
bad "{$t}]" '.+' 'a bracket behind the document'
bad "{$t}\\\\0000" '.+' 'a NUL behind the document'
bad "\\\\0000{$t}" '.+' 'a NUL before it'
bad "{$t" 'ends too early' 'a cut line'
bad "{$t,\"a\":\"b" 'ends too early' 'a line cut in a string'
bad "{$t,\"a\\\\" 'ends too early' 'a line cut in an escape'
bad '{"time' 'ends too early' 'a line cut in a name'
bad 'hello, world' '.+' 'text'
bad '\\xff\\xfe{\\0000' '.+' 'UTF-16'

for ((i = 1; i <= 25; i++)); do printf '{%s,"a":%d}\n[%d\n' "$stamp" "$i" "$i"; done >in
run esreshape in
is "$status $(wc -l <out)" '1 50' '25 bad lines among 25 good ones: the stream goes on'
is "$(grep -c 'in:[0-9]*: bad line passed over: ends too early (byte [0-9]*)' err)" 10 'ten are said'
like "$err" 'in:2: bad.*in:20: bad line passed over: ends too early \(byte 4\); further ones are only counted' 'with their numbers'
is "$(tail -n 1 err)" 'esreshape: 25 bad line(s) of 50 passed over; 25 document(s) written' 'then a count'
run esreshape --bad bad in
is "$(tail -n 1 err)" 'esreshape: 25 bad line(s) of 50 passed over; 25 document(s) written; the bad lines are in bad' 'and where they are'
ok 'which they are' cmp -s bad <(sed -n 2~2p in)
run esreshape --bad bad - <<<"{$stamp}"
is "$status$err $(wc -c <bad)" '0 0' 'no bad line: the file is empty'
run esreshape --bad no/such/folder in
is "$status $err$out" '3 esreshape: no/such/folder: No such file or directory' 'a file for bad lines that cannot be made'
cp in both
run esreshape --bad both both
is "$status $(cmp in both 2>&1)" '2 ' 'a file for bad lines that is read too: refused, and left alone'
run esreshape --bad /dev/full in
is "$status $(tail -n 1 err)" '3 esreshape: /dev/full: No space left on device' 'a file for bad lines that is full'

printf '{%s,"a":1}\r\n\r\n\n  \t\n{%s,"a":2}\r\n\n' "$stamp" "$stamp" >in
printf '%s\n{%s,"a":%d}\n' "$index" "$stamp" 1 "$index" "$stamp" 2 >wanted
run esreshape --stats=stats in
ok 'CRLF and empty lines' cmp -s out wanted
is "$status$err $(grep -o '"bad":[0-9]*' stats)" '0 "bad":0' 'are not bad'
printf '\xef\xbb\xbf{%s,"a":1}\n{%s,"a":2}' "$stamp" "$stamp" >in
run esreshape in
ok 'a byte order mark, and a last line without newline' cmp -s out wanted
is "$status$err" 0 'are not bad'
printf '\xef\xbb\xbf' >in
run esreshape in
is "$status$out$err" 0 'nothing but a byte order mark'
cp in again
run esreshape in in - <again
is "$status$out$err" 0 'each file can have one'
bad "\\xef\\xbb\\xbf{$t}" '.+' 'a byte order mark on a later line'
run esreshape </dev/null
is "$status$out$err" 0 'no input at all'

nest() { python3 -c 'import sys; n = int(sys.argv[1]); print("{'"${stamp//\"/\\\"}"',\"a\":" + sys.argv[2] * n + sys.argv[3] + sys.argv[4] * n + "}")' "$@" >in; }
for shape in '1000 [ 1 ]' '1000 {"a": 1 }' '500 [{"a": 1 }]' '500 {"a":[ {} ]}'; do
	read -r levels open in close <<<"$shape"
	nest "$levels" "$open" "$in" "$close"
	run esreshape in
	ok "1,000 levels: $shape" cmp -s <(tail -n +2 out) in
	is "$status$err" 0 'are fine'
	nest 1000000 "$open" "$in" "$close"
	run esreshape in
	like "$status $err" "^1 esreshape: in:1: bad line passed over: nested too deep" "a million of $shape are refused"
	nest 1000000 "$open" '' ''
	run esreshape in
	like "$status $err" '^1 esreshape: in:1: bad line passed over: nested too deep' 'open ones too'
	nest 1000000 '' '' "$close"
	run esreshape in
	is "$status" 1 'and closed ones'
done
nest 900 '{"a":' '{"x":1,"x":2}' '}'
run esreshape in
is "$(tail -n 1 out)" "$(sed 's/"x":1,"x":2/"x":[1,2]/' in)" 'a repeat at level 901 is merged'
python3 -c 'print("{'"${stamp//\"/\\\"}"',\"a\":[" + ",".join(["[" * 1000 + "]" * 1000] * 300) + "]}")' >in
run esreshape in
ok '300 times a thousand levels in a line' cmp -s <(tail -n +2 out) in

# --- UTF-8 ---
# mended BYTES WANTED: by printf's %b, in a string.
mended() {
	printf '{%s,"a":"%b"}\n' "$stamp" "$1" >in
	run esreshape --stats=stats in
	is "$status$err ${out#*"$nl"} $(grep -o '"mended":[0-9]*' stats)" "0 {$stamp,\"a\":\"$2\"} \"mended\":1" "mended: $1"
}
mended '\x80' '�'
mended 'a\xffb' 'a�b'
mended '\xc3' '�'
mended '\xc0\x80' '��'
mended '\xe0\x80\x80' '���'
mended '\xe2\x82' '�'
mended '\xe2\x82\xe2\x82\xac' '�€'
mended '\xed\xa0\x80' '���'
mended '\xf0\x9f\x98' '�'
mended '\xf0\x9f\x98z\xf0\x9f\x98\x80' '�z😀'
mended '\xf4\x90\x80\x80' '����'
mended '\xf1\x80\x80\xf1\x80\x80\x80\x80' '�'$'\U40000''�'
mended '\xf8\x88\x80\x80\x80' '�����'
printf '{%s,"a\xff":1,"a\xfe":2}\n' "$stamp" >in
run esreshape in
is "${out#*"$nl"}" "{$stamp,\"a�\":[1,2]}" 'names that become one by mending are merged'
printf '{%s,"a":"\xff\n' "$stamp" >in
run esreshape --bad=bad --stats=stats in
ok 'a bad line is kept as it came, not mended' cmp -s bad in
like "$(<stats)" '"mended":0' 'and is not counted as mended'

# --- time ---
# day TIMESTAMP NAME [TZ]
day() {
	printf '{"timestamp":%s}\n' "$1" >in
	run env TZ="${3-UTC}" esreshape in
	is "$status$err ${out%%"$nl"*}" "0 {\"index\":{\"_index\":\"$2\"}}" "${3+TZ=$3 }timestamp $1: $2"
}
day '"1439587238915"' packets-2015-08-14
day 1439587238915 packets-2015-08-14
day ' "1439587238915" ' packets-2015-08-14
for zone in Asia/Tokyo America/Los_Angeles Pacific/Kiritimati EST5EDT :no/such/zone ''; do
	day '"1439596799999"' packets-2015-08-14 "$zone"
	day '"1439596800000"' packets-2015-08-15 "$zone"
done
day '"1709251199999"' packets-2024-02-29
day '"1709251200000"' packets-2024-03-01
day '"951782400000"' packets-2000-02-29
day '"1677628799999"' packets-2023-02-28
day '"1677628800000"' packets-2023-03-01
day '"1735689599999"' packets-2024-12-31
day '"1735689600000"' packets-2025-01-01
day '"86400000"' packets-1970-01-02
day '"86399999"' packets-undated
day '"4102444799999"' packets-2099-12-31
day '"4102444800000"' packets-undated
for odd in '"0000"' '"0"' 0 '"0999"' '"0-2078"' '"1418145370-2147"' '"14181453701000"' '"18446744073709551616123"' '"18446744073709551"' '""' '" 1439587238915"' \
	'"1439587238915 "' '"+1439587238915"' '"1439587238915.5"' 1439587238915.5 1.439587238915e12 -1439587238915 null true '["1439587238915"]' '{"a":"1439587238915"}' '"x"'; do
	day "$odd" packets-undated
done
day '"1439587238915","timestamp":"1439587238915"' packets-undated
run esreshape --stats=stats <<<'{"layers":{}}'
is "${out%%"$nl"*} $(grep -o '"undated":[0-9]*' stats)" '{"index":{"_index":"packets-undated"}} "undated":1' 'no timestamp: undated, and counted'
printf '{"timestamp":"%s"}\n' 1709251199999 0 1709251200000 x 1709251199999 1709251199999 1709251200000 >in
run esreshape in
is "$(grep -o 'packets-[^"]*' out | tr '\n' ' ')" 'packets-2024-02-29 packets-undated packets-2024-03-01 packets-undated packets-2024-02-29 packets-2024-02-29 packets-2024-03-01 ' \
	'each packet by its own time'

# pattern PATTERN NAME
pattern() {
	run env -u TZ esreshape --index="$1" <<<"{$stamp}"
	is "$status$err ${out%%"$nl"*}" "0 {\"index\":{\"_index\":\"$2\"}}" "--index=$1"
}
pattern 'lan-%Y.%m' lan-2015.08
pattern 'lan' lan
pattern 'p-%G-w%V' p-2015-w33
pattern 'p-%H%M%S-%j-%s-%z-%%' p-212038-226-1439587238-+0000-%
pattern "$(printf '%0251d%%Y' 0)" "$(printf '%02512d' 0 | head -c 251)2015"
# no_pattern PATTERN REASON
no_pattern() {
	run esreshape --index="$1" </dev/null
	is "$status ${err%%"$nl"*}$out" "2 esreshape: --index: $1: $2" "no --index=$1"
}
no_pattern '' 'it gives no name, or one of more than 255 bytes'
no_pattern "$(printf '%0252d%%Y' 0)" 'it gives no name, or one of more than 255 bytes'
no_pattern "$(printf '%0256d' 0)" 'it gives no name, or one of more than 255 bytes'
no_pattern 'P-%Y' 'an index name is lower case, but this one gets capitals'
no_pattern 'p-%b' 'an index name is lower case, but this one gets capitals'
no_pattern 'p-%Z' 'an index name is lower case, but this one gets capitals'
no_pattern 'p-%A' 'an index name is lower case, but this one gets capitals'
for start in - _ +; do no_pattern "${start}p" "an index name can't start with '-', '_' or '+'"; done
no_pattern . "an index can't be named '.' or '..'"
no_pattern .. "an index can't be named '.' or '..'"
for c in \\ / '*' '?' '"' '<' '>' '|' ' ' ',' '#' : é; do
	no_pattern "p${c}q" "an index name can't have control bytes, space or any of \\/*?\"<>|,#: and is ASCII here"
done
no_pattern 'p-%e' "an index name can't have control bytes, space or any of \\/*?\"<>|,#: and is ASCII here"
no_pattern 'p-%D' "an index name can't have control bytes, space or any of \\/*?\"<>|,#: and is ASCII here"
like "$(esreshape --index=p%n 2>&1)" 'control bytes' 'no newline in an index name'

# --- ids ---
echo "{${stamp/8915/8916},\"a\":1}" >other
echo "{$stamp,\"a\":1}" >one
echo "{$stamp,\"a\":2}" >two
id_of() { esreshape --id "$@" | sed -n 's/.*"_id":"\([^"]*\)".*/\1/p'; }
run esreshape --id one
is "$status$err ${out%%"$nl"*}" "0 {\"create\":{\"_index\":\"packets-2015-08-14\",\"_id\":\"$(id_of one)\"}}" '--id: the action is create, and there is an _id'
like "$(id_of one)" '^[0-9A-Za-z_-]{14,32}$' 'of URL-safe characters, at most 32'
unlike "$(id_of one)" '^-' 'not starting with a hyphen, which a query string takes for "not"'
is "$(id_of one)" "$(printf ' \t%s \r\n' "$(<one)" | TZ=Asia/Tokyo id_of -)" 'the same for the same document'
ok 'another for another document' test "$(id_of one)" != "$(id_of two)"
is "$(id_of one | head -c 7)" "$(id_of two | head -c 7)" 'of the same time: the same start'
ok 'in the order of time' test "$(LC_ALL=C sort <(id_of one) <(id_of two) <(id_of other) | tail -n 1)" = "$(id_of other)"
is "$(id_of one)" "$(python3 - <<'END'
import hashlib
alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
doc = open("one", "rb").read().rstrip(b"\n")
digest = int.from_bytes(hashlib.sha256(doc).digest(), "big") >> 124
print("".join(alphabet[(1439587238915 + (1 << 36)) >> shift & 63] for shift in range(36, -1, -6)) + "".join(alphabet[digest >> shift & 63] for shift in range(126, -1, -6)))
END
)" 'it is the milliseconds, then 132 bits of the document'"'"'s SHA-256'
printf '{%s,"layers":{"frame":{"frame_number":"%d"}}}\n' "$stamp" 1 "$stamp" 2 >in
is "$(id_of in | sort -u | wc -l)" 2 'identical packets at two frames have two ids'
is "$(id_of in one in | sort | uniq -d | wc -l)" 2 'a capture twice has its ids twice'
is "$(id_of --tag a=b one | wc -l) $(test "$(id_of --tag a=b one)" != "$(id_of one)" && echo other)" '1 other' 'a tag changes the id'
like "$(echo '{"layers":{}}' | id_of)" '^0-{6}[0-9A-Za-z_-]{22}$' 'without time it is the digest alone'
run esreshape --id --op=index one
like "$out" '^\{"index":\{"_index":"packets-2015-08-14","_id":"[^"]+"\}\}' '--id --op=index'
run esreshape --op=create one
is "${out%%"$nl"*}" '{"create":{"_index":"packets-2015-08-14"}}' '--op=create'
run esreshape --op=index one
is "${out%%"$nl"*}" "$index" '--op=index'
run esreshape --op=update one
is "$status ${err%%"$nl"*}" '2 esreshape: --op: update: it is index or create' '--op=update'

# --- tags ---
# tagged MEMBERS WANTED TAG...
tagged() {
	local in=$1 wanted=$2 t=()
	shift 2
	for tag; do t+=(--tag "$tag"); done
	run esreshape "${t[@]}" <<<"{$in}"
	is "$status$err ${out#*"$nl"}" "0 {$wanted}" "--tag $*"
}
tagged "$stamp" "\"sensor\":\"lab\",$stamp" sensor=lab
tagged "$stamp" "\"a\":\"1\",\"b\":\"=2\",$stamp" a=1 b==2
tagged "$stamp" "\"a\":\"\",$stamp" a=
tagged "$stamp" "\"a\\\"b\":\"c\\\\d\\u000a\\u0001\\u007f é\",$stamp" "a\"b=c\\d$nl"$'\x01\x7f é'
tagged " $stamp,\"layers\":{\"e\":{\"x\":1,\"x\":2}} " "\"a\":\"b\", $stamp,\"layers\":{\"e\":{\"x\":[1,2]}} " a=b
tagged "$stamp,\"a\":1" "\"a\":[\"b\",1],$stamp" a=b
tagged "\"\\u0061\":[1,2],$stamp,\"c\":3" "\"a\":[\"b\",1,2],\"c\":[\"d\",3],$stamp" a=b c=d
tagged "$stamp,\"l\":{\"a\":1}" "\"a\":\"b\",$stamp,\"l\":{\"a\":1}" a=b
tagged "\"layers\":{\"x\":{\"filtered\":\"x\"}}" '"a":"b","layers":{}' a=b
printf '{%s}\n{%s,"a":1}\n{%s,"a":"\xff"}\n{%s}\n' "$stamp" "$stamp" "$stamp" "$stamp" >in
run esreshape --tag=a=b in
is "$(sed -n 2~2p out)" "{\"a\":\"b\",$stamp}$nl{\"a\":[\"b\",1],$stamp}$nl{\"a\":[\"b\",\"�\"],$stamp}$nl{\"a\":\"b\",$stamp}" 'a tag, line by line'
# no_tag TAG REASON
no_tag() {
	run esreshape --tag "$@" </dev/null
	like "$status ${err%%"$nl"*}" "^2 esreshape: --tag: .*: $2\$" "no --tag $1"
}
no_tag a 'it is NAME=VALUE'
no_tag '=a' 'it is NAME=VALUE'
no_tag _a=b "names with a leading '_' are the server's"
no_tag layers=a "that name is tshark's"
no_tag timestamp=a "that name is tshark's"
no_tag $'a=\xff' 'it is no UTF-8'
run esreshape --tag a=1 --tag a=2 </dev/null
is "$status ${err%%"$nl"*}" '2 esreshape: --tag: a=2: that name was given before' 'a tag twice'

# --- operands, options, failures ---
run esreshape one two - <other
is "$status $(sed -n 2~2p out)" "0 $(cat one two other)" 'files as operands, and - for stdin'
run esreshape one none two
is "$status $err $(sed -n 2~2p out)" "3 esreshape: none: No such file or directory $(cat one two)" 'a file that is not there: the others are taken, status 3'
run esreshape "$tmp"
is "$status $err$out" "3 esreshape: $tmp: Is a directory" 'a folder'
run esreshape <"$tmp"
is "$status $err$out" '3 esreshape: stdin: Is a directory' 'a folder as stdin'
run esreshape <&-
is "$status $err$out" '3 esreshape: stdin: Bad file descriptor' 'a closed stdin'
run bash -c 'exec esreshape one >&-'
is "$status $err" '3 esreshape: stdout: Bad file descriptor' 'a closed stdout'
run bash -c 'exec esreshape one >/dev/full'
is "$status $err" '3 esreshape: stdout: No space left on device' 'a full stdout'
run bash -c 'exec esreshape one 2>&-'
is "$status $(wc -l <out)" '0 2' 'a closed stderr does no harm'
run bash -c 'yes "$(<one)" | head -n 200000 | esreshape | head -n 2; echo "${PIPESTATUS[2]}"'
is "$out $err" "$index$nl$(<one)${nl}3 esreshape: stdout: the reader has gone" 'the reader of stdout goes'
run esreshape --stats=/dev/full one
is "$status $err" '3 esreshape: /dev/full: No space left on device' 'a full --stats'
run esreshape --stats=no/such/folder one
is "$status $err" '3 esreshape: no/such/folder: No such file or directory' 'a --stats that cannot be made'
run esreshape --bad=bad --stats=stats --index=lan one - two <<<"[$nl{\"layers\":{\"a\":1,\"a\":[2]}}"
is "$(<stats)" '{"program":"esreshape","lines":4,"documents":3,"bad":1,"undated":1,"mended":0,"merged":1,"bytes_in":'"$(($(wc -c <one) + $(wc -c <two) + 29))"',"bytes_out":'"$(wc -c <out)"'}' '--stats'
for wrong in --no-such --index --tag --op '--id=x' -x; do
	run esreshape $wrong
	like "$status $err" '^2 esreshape: .*try .esreshape --help' "wrong use: $wrong"
done

# long N: a document of a line of N bytes
long() { python3 -c 'import sys; n = int(sys.argv[1]); s = "{'"${stamp//\"/\\\"}"',\"a\":\""; print(s + "x" * (n - len(s) - 2) + "\"}")' "$1"; }
{ long 1024; long 1025; long 3000000; cat one; } >in
run esreshape --max-line=1K --bad=bad in
is "$status $(sed -n 2~2p out)" "1 $(long 1024)$nl$(<one)" '--max-line: longer ones are passed over'
like "$err" 'in:2: bad line passed over: longer than --max-line .*in:3: bad line' 'and said'
is "$(wc -l <bad)" 2 'and their starts are kept'
ok 'as they came' cmp -s <(head -n 1 bad) <(head -n 2 in | tail -n 1 | head -c "$(($(head -n 1 bad | wc -c) - 1))"; echo)
long 3000000 >in
run esreshape in
ok 'a line of 3 MB' cmp -s <(tail -n +2 out) in
for wrong in 1 1023 513M x '' -1 1K2; do
	run esreshape --max-line="$wrong" </dev/null
	like "$status $err" '^2 esreshape: --max-line: .*it is a size from 1K to 512M' "no --max-line=$wrong"
done

# --- live: each document as soon as it is there, whole pairs only ---
mkfifo pipe
esreshape one >first
esreshape one two >both
esreshape --bad=bad <pipe >live 2>/dev/null &
pid=$!
exec 8>pipe
cat one >&8
ok 'a document is written while the input stays open' wait_for 60 cmp -s live first
grep -q __asan_init "$bin/esreshape" || is "$(grep -E '^(NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -d '\n')" 'NoNewPrivs:	1Seccomp:	2' 'confined'
printf '[\n' >&8
ok 'so is a bad line' wait_for 60 grep -q '\[' bad
head -c 20 two >&8
tail -c +21 two >&8
ok 'also one that came in two parts' wait_for 60 cmp -s live both
exec 8>&-
wait "$pid"
is $? 1 'the end'
done_testing
