#!/bin/bash
# escapture --jobs N: with tsharks that can't work side by side, that die or stop or run ahead, and with many files.
. "$(dirname "$0")/tap.sh"
need tshark python3 jq

p=$top/test_pcaps
tshark=$(command -v tshark)
export WIRESHARK_CONFIG_DIR=/nonexistent
plain() { "$tshark" -n -T ek "$@" 2>/dev/null; }
stat_of() { jq -r ".$1" stats; }
"$top/tests/bench/tile.py" 1650 big.pcap || exit 1
plain -r big.pcap >big.ek
chmod 644 big.pcap

# --- other tsharks ---
stand_in() { # NAME: a tshark of our own, from stdin
	{ printf '#!/bin/bash\nreal=%q\n' "$tshark" && cat; } >"$1"
	chmod 755 "$1"
}
stand_in tshark3 <<'END'
case "$*" in *' % '*) echo 'tshark: "%" was unexpected in this context.' >&2; exit 4 ;; esac
exec "$real" "$@"
END
for n in 2 7 8; do
	run escapture --tshark ./tshark3 --jobs $n --stats stats big.pcap
	ok "3.x, N = $n: byte for byte" cmp -s out big.ek
	is "$status $err" '0 ' "3.x, N = $n: nothing said"
	power=$((n >= 8 ? 8 : n >= 4 ? 4 : 2))
	is "$(stat_of tsharks)" $power "3.x, N = $n: $power tsharks"
done
run escapture --tshark ./tshark3 --jobs 4 - < <(cat big.pcap)
ok '3.x, stdin: what was read at the first try is read again' cmp -s out big.ek
stand_in tshark2 <<'END'
"$real" "$@" | sed 's/":/": /g'
END
./tshark2 -n -T ek -r big.pcap >wanted 2>/dev/null
run escapture --tshark ./tshark2 --jobs 4 --stats stats big.pcap
ok '2.x: as one prints it' cmp -s out wanted
is "$(stat_of tsharks)" 1 '2.x: by one'
run escapture --tshark ./tshark2 --jobs 4 - < <(cat big.pcap)
ok '2.x, stdin: as one prints it' cmp -s out wanted

# --- what goes wrong ---
stand_in dies <<'END'
case "$*" in *'== 1'*)
	"$real" "$@" | head -n 100
	kill -KILL $$
	;;
esac
exec "$real" "$@"
END
run escapture --tshark ./dies --jobs 3 --stats stats big.pcap
is "$status" 3 'a tshark dies: status'
like "$err" '^escapture: big.pcap: tshark was ended by signal 9$' 'a tshark dies: said'
# 50 frames of the blocks 1, 4, 7 and 10 were printed: up to frame 16 x 10 + 2 - 1.
ok 'a tshark dies: all packets before it, in order' cmp -s out <(head -n $((2 * 161)) big.ek)
is "$(stat_of documents)" 161 'a tshark dies: counted'
run escapture --tshark ./dies --jobs 3 - < <(cat big.pcap)
ok 'a tshark dies, stdin: the same' cmp -s out <(head -n $((2 * 161)) big.ek)
is "$status" 3 'a tshark dies, stdin: status'
stand_in stops <<'END'
case "$*" in *'== 1'*) "$real" "$@" | head -n 100 && exit ;; esac
exec "$real" "$@"
END
run escapture --tshark ./stops --jobs 3 big.pcap
is "$status" 1 'one has less than the others: status'
ok 'one has less than the others: what is in order' cmp -s out <(head -n $((2 * 161)) big.ek)
like "$err" 'it has changed under way' 'one has less than the others: said'
stand_in tears <<'END'
"$real" "$@" | sed '/"frame_frame_number":"\(20\|31\|32\)"/s/"frame_frame_len"/"raw\nnewline"&/'
END
"$tshark" -n -T ek -r big.pcap 2>/dev/null | sed '/"frame_frame_number":"\(20\|31\|32\)"/s/"frame_frame_len"/"raw\nnewline"&/' >wanted
run escapture --tshark ./tears --jobs 3 --stats stats big.pcap
is "$(sort out | md5sum)" "$(sort wanted | md5sum)" 'documents with raw newlines: nothing is lost'
ok 'documents with raw newlines: the others stay in order' cmp -s <(grep -a frame_frame_number out) <(grep -a frame_frame_number wanted)
for n in 1 3; do
	run espcap --tshark ./tears --jobs $n --file big.pcap --stats account
	is "$status $(jq -c '[.bad, .balanced, .captured - .reshaped]' account)" '1 [6,true,3]' "documents with raw newlines, N = $n: the account balances"
done
head -c -7 big.pcap >cut.pcap
plain -r cut.pcap >wanted
run escapture --jobs 3 cut.pcap
ok 'cut: all whole packets' cmp -s out wanted
is "$status $(grep -c 'cut short' err)" '1 1' 'cut: status, and said once'

# --- bounded memory: the first block does not come, and nobody runs ahead without end ---
stand_in waits <<'END'
case "$*" in *'== 0'*) until [ -e go ]; do sleep 0.1; done ;; esac
exec "$real" "$@"
END
"$top/tests/bench/tile.py" 8000 bigger.pcap
escapture --tshark ./waits --jobs 2 bigger.pcap >out &
pid=$!
read_now() { sed -n 's/^rchar: //p' "/proc/$pid/io"; }
full() { [ "$(read_now)" -gt 4000000 ] && before=$(read_now) && sleep 0.5 && [ "$before" = "$(read_now)" ]; }
ok 'memory: a worker ahead is stopped' wait_for 60 full
touch go
peak() { peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status") && [ -n "$peak" ]; }
peak
wait "$pid"
is $? 0 'memory: and goes on'
# The sanitizer's own tables count too.
ok "memory: below 20 MB ($peak kB)" test "$peak" -lt $((20000 + ${ASAN_OPTIONS:+20000} + 0))
plain -r bigger.pcap >wanted
ok 'memory: byte for byte' cmp -s out wanted

# --- many files ---
mkdir many
"$top/tests/bench/tile.py" --split 12 many
cp big.pcap many/00003x.pcap
cp cut.pcap many/00006x.pcap
cp "$p/dns_again.pcap.gz" many/00009x.gz
echo text >many/00001x
: >wanted
for f in many/*; do [ "$f" = many/00001x ] || plain -r "$f" >>wanted; done
for n in 1 2 3; do
	run escapture --jobs $n --dir many --stats stats
	ok "many files, N = $n: in their order" cmp -s out wanted
	is "$status $(stat_of files) $(stat_of cut_files) $(stat_of passed_over)" '1 15 1 1' "many files, N = $n: counted"
done
is "$(grep -c . err) $(grep -o 'many/[0-9x]*' err | tr '\n' ' ')" '2 many/00001x many/00006x ' 'many files: complaints in the order of the files'
run escapture --jobs 3 --count 23 many/0000[78]*.pcap many/0001*
ok 'many files: --count' cmp -s out <(for f in many/0000[78]*.pcap many/0001*; do plain -r "$f"; done | head -n 46)
run escapture --jobs 3 --tshark ./dies "$p/arp.pcap" big.pcap "$p/vlan.pcap"
is "$status" 3 'many files: one fails: status'
ok 'many files: one fails, the others are read' cmp -s out <(plain -r "$p/arp.pcap" && head -n $((2 * 161)) big.ek && plain -r "$p/vlan.pcap")

# --- a signal ---
mkfifo pipe
escapture --jobs 2 --tshark ./waits - <pipe >out 2>err &
pid=$!
exec 7>pipe
children() { [ "$(pgrep -cP "$pid")" -ge 3 ]; }
wait_for 60 children
children=$(pgrep -P "$pid")
kill -TERM "$pid"
wait "$pid"
is $? 3 'SIGTERM: status'
like "$(cat err)" 'interrupted: not all was read' 'SIGTERM: said'
for c in $children; do ok "SIGTERM: child $c is gone" test ! -e "/proc/$c"; done
exec 7>&-
done_testing
