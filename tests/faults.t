#!/bin/bash
# System calls and allocations fail in turn (tests/faults): no crash, no hang, never status 0 with something missing.
# FAULTS=all lets every call fail, which takes long; otherwise some from each place.
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"
need tshark
. "$top/tests/faults/shim.sh"

# faults LIMIT DESCRIPTION ARGUMENT...: what faults.py has to say; LIMIT calls of each kind.
faults() {
	local limit=$1 what=$2
	shift 2
	[[ ${FAULTS:-} != all ]] || limit=0
	run_limit=3600 run /usr/bin/python3 "$top/tests/faults/faults.py" -l "$limit" "$PWD/shim.so" "$@"
	ok "$what" test "$status" = 0
	[[ $status == 0 && -z ${FAULTS:-} ]] || diag "$out$err"
}

# Without memory libpcap can't tell a link type; it is "-" then, as for one who may not capture.
faults 8 'esifaces' -p esifaces -- bash -c "set -o pipefail; esifaces --json | sed 's/\"link\":\"[^\"]*\"//'"

zcat "$top/tests/samples/tshark-4.0.ndjson.gz" | head -n 40 >lines
faults 20 'esreshape' -i lines -- esreshape --id --stats=stats

awk 'BEGIN { for (i = 1; i <= 8; i++) printf "{\"index\":{\"_index\":\"@\",\"_id\":\"%d\"}}\n{\"n\":%d}\n", i, i }' >bulk
fake ok
sends=(-i bulk -s "$PWD/took" -- esbulk --node="$url" --retry 1 --chunk 3 --connections 2)
faults 5 'esbulk' "${sends[@]}" --stats=stats
faults 4 'esbulk with a spool' -k fsync,write,read,open "${sends[@]}" --spool=spool
run env LD_PRELOAD="$PWD/shim.so" FAULT=fsync FAULT_AT=2 FAULT_ALL=1 esbulk --node="$url" --spool=unsure <bulk
is "$status $(ls unsure)" '0 ' 'a chunk that is not surely in the spool is delivered, and not found there by the next run'
fake items:400:0
run env LD_PRELOAD="$PWD/shim.so" FAULT=fsync FAULT_AT=3 esbulk --node="$url" --spool=kept --rejects=refused <bulk
is "$status $(cat kept/*)" "3 $(<bulk)" 'a chunk stays in the spool when the disk may not have what was refused of it'

cp "$top"/test_pcaps/{dns.pcap,icmp.pcap,dns_again.pcap.gz} . && chmod 644 ./*.pcap*
faults 3 'escapture' -k read,write,malloc,fork,pipe,open -- escapture "$PWD/dns.pcap" "$PWD/dns_again.pcap.gz" --stats=stats
faults 2 'escapture with a filter, which its own children apply' -k read,write,malloc,fork,pipe,open -- escapture --bpf udp "$PWD/dns.pcap"

for stage in escapture esreshape esbulk; do
	faults 1 "$stage in espcap" -k write,malloc,open -p "$stage" -s "$PWD/took" -- \
		espcap --file="$PWD/icmp.pcap" --index=@ --node="$url" --retry 1
done
done_testing
