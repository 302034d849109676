#!/bin/bash
# The pages, --help and the tables of options and keys say the same, and the pages' examples work.
. "$(dirname "$0")/tap.sh"
need mandoc tshark jq python3
. "$top/tests/node.sh"

for page in "$top"/man/*.[1-9]; do
	is "$(mandoc -T lint -W warning "$page" 2>&1)" '' "${page##*/}: mandoc has nothing to say"
done

for manual in "$top"/man/*.[18]; do
	c=${manual##*/} && c=${c%.[18]}
	[[ $manual != *.8 ]] || PATH+=:$top/scripts c+=.sh
	"$c" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE '(^| )-+[a-zA-Z0-9-]+' | tr -d ' ' | sort -u >help
	[[ $manual == *.8 ]] || is "$("$c" --help | awk 'length > 80')" '' "$c --help fits a terminal of 80 columns"
	# In the page: options that an item of a list is about.
	grep '^\.It Fl' "$manual" | grep -oE 'Fl -?[a-zA-Z0-9][a-zA-Z0-9-]*' | sed 's/^Fl //; s/^/-/' | sort -u >page
	is "$(cat page)" "$(cat help)" "$c: the page's options are those of --help"
done
sed -n '/^} keys\[\] = {/,/^};/s/.*{ "\([a-z0-9_]*\)",.*/\1/p' "$top/lib/conf.c" | sort >table
grep '^\.It Cm' "$top/man/espcap.yml.5" | sed 's/^\.It Cm //; s/ , /\n/g' | sort >page
is "$(cat page)" "$(cat table)" 'espcap.yml(5) has the keys that there are'
# Each key is an option of its stage (tshark_path is --tshark).
for stage in escapture esreshape esbulk espcap; do "$stage" --help; done | grep -oE -- '--[a-z0-9-]+' | sed 's/^--//; s/-/_/g; s/^tshark$/tshark_path/' | sort -u >names
ok 'each key is an option' test -z "$(comm -23 table names)"

# --- the examples; those with three nodes or with Kafka are in cluster.t and kafka.t ---
mkdir -p work/captures
cd work || exit 1
cp -r "$top/scripts" .
cp "$top/test_pcaps/dns.pcap" packets.pcap
cp "$top/test_pcaps/arp.pcap" "$top/test_pcaps/vlan.pcap" captures/
escapture packets.pcap >packets.ek
esreshape --id packets.ek >packets.bulk
(until [ -e ../done ]; do python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); [s.sendto(b"x", ("127.0.0.1", 40407)) for i in range(5)]'; sleep 0.2; done) &
sender=$!
at_end kill "$sender"
sed -n 's/^\.Dl //p' "$top"/man/*.[1-9] | grep -vE '^espcap: |es1:|kafka1:' | sort -u | sed 's/\\(dq/"/g' >../examples
ok 'there are examples' test "$(wc -l <../examples)" -gt 20
while IFS= read -r line; do
	# The tests beside this one send megabytes over lo.
	[[ $line != *'--nic lo'* || $line == *--bpf* ]] || line=${line/--nic lo/"--nic lo --bpf 'udp port 40407'"}
	run bash -o pipefail -c "${line//localhost:9200/$node}"
	is "$status" 0 "example: $line"
	[ "$status" = 0 ] || diag "$err"
done <../examples
touch ../done
done_testing
