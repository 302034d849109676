#!/bin/bash
# escapture --jobs N: several tsharks side by side print what one prints, byte for byte.
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

# --- N of 1 to 8 ---
for n in 1 2 3 4 5 6 7 8; do
	run escapture --jobs "$n" --stats stats big.pcap
	ok "large, N = $n: byte for byte" cmp -s out big.ek
	is "$status $(stat_of documents) $(stat_of tsharks)" "0 $(($(wc -l <big.ek) / 2)) $n" "large, N = $n: counted, and $n tsharks it were"
done
# From a pipe, whose length is not known, small ones are split too.
for f in "$p"/*.pcap "$p"/*.pcapng "$p"/*.gz; do
	plain -r "$f" >wanted
	differ=''
	# Those of one block are all printed by the first tshark, however many there are.
	ns=(1 2 3) # all of 1 to 8 were seen, they take minutes
	(($(wc -l <wanted) >= 32)) || ns=(2)
	for n in "${ns[@]}"; do
		run escapture --jobs "$n" - < <(cat "$f")
		cmp -s out wanted || differ+=" $n"
	done
	is "$differ" '' "${f##*/}, N = ${ns[*]}: byte for byte"
done
run escapture --jobs 4 --stats stats "$p/dns.pcap"
is "$(stat_of tsharks)" 1 'one tshark does for a small one'
run escapture --stats stats big.pcap
is "$(stat_of tsharks)" "$(nproc)" 'by default as many as processors'
for n in 0 -1 65 x ''; do
	run escapture --jobs "$n" big.pcap
	is "$status" 2 "--jobs '$n' is wrong use"
done

# --- other ways in ---
python3 -c 'import gzip, sys; gzip.open("big.pcap.gz", "wb", 0).write(open("big.pcap", "rb").read())' # as large as it was
run escapture --jobs 3 --stats stats big.pcap.gz
ok 'gzip' cmp -s out big.ek
is "$(stat_of tsharks)" 3 'gzip: by three'
run escapture --jobs 3 - <big.pcap
ok 'stdin, a file' cmp -s out big.ek
run escapture --jobs 3 <(cat big.pcap)
ok 'a named pipe' cmp -s out big.ek
run escapture --jobs 1 --bpf 'udp or icmp' big.pcap
mv out wanted
run escapture --jobs 3 --bpf 'udp or icmp' big.pcap
ok '--bpf' cmp -s out wanted
ok '--bpf: there is something' test -s wanted
run escapture --jobs 3 --bpf 'udp or icmp' big.pcap.gz
ok '--bpf, gzip' cmp -s out wanted
for n in 1 15 16 17 48 1000; do
	run escapture --jobs 3 --count $n --stats stats big.pcap
	ok "--count $n" cmp -s out <(head -n $((2 * n)) big.ek)
	is "$status $(stat_of documents)" "0 $n" "--count $n: counted"
done
endless() { cat big.pcap && exec sleep 100; }
run escapture --jobs 2 --count 20 - < <(endless)
is "$status $(($(wc -l <out) / 2))" '0 20' '--count ends although the input does not'

# --- the caller's own arguments ---
for words in '-x' '-o tcp.desegment_tcp_streams:FALSE' '-d tcp.port==80,data --disable-protocol=http' '-otcp.check_checksum:TRUE'; do
	# shellcheck disable=SC2086
	plain -r big.pcap $words >wanted
	# shellcheck disable=SC2086
	run escapture --jobs 3 --stats stats big.pcap -- $words
	ok "-- $words: byte for byte" cmp -s out wanted
	is "$(stat_of tsharks)" 3 "-- $words: by three"
done
for words in '-Y dns' '-c 100' '-e frame.time_delta_displayed' '-P' '-V -c10'; do
	# shellcheck disable=SC2086
	plain -r - $words <big.pcap >wanted
	# shellcheck disable=SC2086
	run escapture --jobs 3 --stats stats big.pcap -- $words
	ok "-- $words: as one tshark" cmp -s out wanted
	is "$(stat_of tsharks)" 1 "-- $words: by one"
done
for layers in 'frame ip' 'ip udp' 'dns'; do
	plain -r big.pcap -J "$layers" >wanted
	run escapture --jobs 3 --stats stats --layers "$layers" big.pcap
	ok "--layers '$layers': byte for byte" cmp -s out wanted
	is "$(stat_of tsharks)" 3 "--layers '$layers': by three"
done
done_testing
