#!/bin/bash
# What tsharks of several generations print, reshaped: no bad line, what the reference gives, and what it was before.
# golden.t --write keeps the results of now as those to compare with.
. "$(dirname "$0")/tap.sh"
need python3 tshark
export PYTHONDONTWRITEBYTECODE=1

sums=$top/tests/samples/reshaped.sha256
generations=''
for sample in "$top"/tests/samples/tshark-*.ndjson.gz; do
	name=$(basename "$sample" .ndjson.gz)
	generations+=" ${name#tshark-}"
	zcat "$sample" >stream
	run esreshape --stats=stats stream
	is "$status$err $(grep -oE '"(documents|bad|undated)":[0-9]+' stats | tr '\n' ' ')" "0 \"documents\":$(($(wc -l <stream) / 2)) \"bad\":0 \"undated\":0 " "$name: every packet, none bad"
	mv out reshaped
	python3 "$top/tests/reshape_reference.py" <stream >wanted
	ok "$name: as the reference" cmp -s reshaped wanted
	ok "$name: JSON without repeats" python3 "$top/tests/golden.py" unique <reshaped
	is "$(grep -c filtered reshaped)" 0 "$name: no filtered layer is left"
	python3 "$top/tests/reshape_reference.py" --id --tag 'sensor=é"' <stream >wanted
	run esreshape --id --tag 'sensor=é"' stream
	is "$status$err" 0 "$name: with ids and a tag"
	ok "$name: as the reference" cmp -s out wanted
	is "$(sed -n 's/.*"_id":"\([^"]*\)".*/\1/p' out | sort | uniq -d | wc -l)" "$(sed -n 2~2p out | sort | uniq -d | wc -l)" "$name: one id for one document"
	sum=$(sha256sum <reshaped)
	echo "${sum%% *}  $name" >>sums
	is "${sum%% *}" "$(sed -n "s/  $name\$//p" "$sums")" "$name: byte for byte what it was"
done
like "$generations" ' 3\.4 4\.0 4\.4 4\.6' 'four generations are here'
[[ ${1-} != --write ]] || cp sums "$sums"

# 2.x is not to be had: its white space and action lines, on the documents of 3.4.
zcat "$top/tests/samples/tshark-3.4.ndjson.gz" | python3 "$top/tests/golden.py" old >stream
run esreshape stream
is "$status$err $(wc -l <out)" "0 $(wc -l <stream)" '2.x style: every packet, none bad'
mv out reshaped
python3 "$top/tests/reshape_reference.py" <stream >wanted
ok '2.x style: as the reference' cmp -s reshaped wanted
python3 "$top/tests/golden.py" bare <reshaped >got
python3 "$top/tests/golden.py" bare <stream | esreshape >wanted
ok '2.x style: but for white space what comes without it' cmp -s got wanted

# The tshark of this machine, whichever it is.
for f in "$top"/test_pcaps/*.pcap* ; do tshark -n -r "$f" -T ek 2>/dev/null; done >stream
run esreshape stream
is "$status$err $(wc -l <out)" "0 $(wc -l <stream)" "this machine's tshark: every packet, none bad"
mv out reshaped
python3 "$top/tests/reshape_reference.py" <stream >wanted
ok "this machine's tshark: as the reference" cmp -s reshaped wanted
done_testing
