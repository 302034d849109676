#!/bin/bash
# esbulk against what people would post a bulk stream with: CPU and wall time, side by side in one run, best of $ROUNDS rounds each;
# then the faults, and what they cost.  The server is sink.c, which costs little.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${ESPCAP_BIN:-$top/build}
rounds=${ROUNDS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/espcap-bench.XXXXXX")
sink_pid=''
stop_sink() {
	[[ -z $sink_pid ]] || kill "$sink_pid"
	wait
	sink_pid=''
}
trap 'stop_sink; rm -rf "$work"' EXIT
cd "$work"

start_sink() { # FAULT
	stop_sink
	rm -f url
	./sink "$@" >url &
	sink_pid=$!
	until [[ -s url ]]; do sleep 0.02; done
	url=$(<url)
}
arrived() { curl -s "$url/" | jq -r "$1"; }

# measure NAME COMMAND...: keep its best wall and CPU seconds.
declare -A wall cpu status
measure() {
	local name=$1 t c line
	shift
	line=$({ TIMEFORMAT='%R %U %S'; time "$@" >"$name.out" 2>&1; } 2>&1) && status[$name]=0 || status[$name]=$?
	read -r t c <<<"$(awk '{ print $1, $2 + $3 }' <<<"$line")"
	[[ -n ${wall[$name]:-} ]] && awk "BEGIN { exit !($t >= ${wall[$name]}) }" || wall[$name]=$t
	[[ -n ${cpu[$name]:-} ]] && awk "BEGIN { exit !($c >= ${cpu[$name]}) }" || cpu[$name]=$c
}
ratio() { awk "BEGIN { printf \"%.2f\", ($1) / ($2) }"; }

cc -std=c11 -D_GNU_SOURCE -O2 -o sink "$top/tests/bench/sink.c" -lpthread
for f in "$top"/test_pcaps/*.pcap; do tshark -n -r "$f" -T ek 2>/dev/null || true; done | "$bin/esreshape" >one
n=$((275000000 / $(stat -c %s one) + 1))
for ((i = 0; i < n; i++)); do cat one; done >stream
bytes=$(stat -c %s stream)
mkdir chunks
awk -v size=8000000 '{ if (NR % 2 && len > size) { close(f); len = 0; k++ } f = sprintf("chunks/%05d", k); len += length($0) + 1; print > f }' stream

curl_each() { for f in chunks/*; do curl -s -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary "@$f" "$url/_bulk?filter_path=items.*.error"; done; }
curl_parallel() {
	printf '%s\n' chunks/* | xargs -P 4 -I{} curl -s -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary '@{}' "$url/_bulk"
}
others=()
if command -v go >/dev/null; then
	cp -r "$top/tests/bench/esutil" esutil
	if (cd esutil && go mod init esutil && go get github.com/elastic/go-elasticsearch/v7@v7.17.10 && go build -o ../esutil.bin .) >go.log 2>&1; then
		others+=(esutil)
	else
		echo "esutil.BulkIndexer could not be built here: $(tail -n 1 go.log)"
	fi
	if GOBIN=$work/go GOFLAGS=-mod=mod go install github.com/miku/esbulk/cmd/esbulk@latest >go.log 2>&1; then
		others+=(miku)
	else
		echo "the Go program esbulk could not be built here: $(tail -n 1 go.log)"
	fi
fi
if python3 -m venv venv && venv/bin/pip -q --disable-pip-version-check install elasticsearch==7.17.9 >pip.log 2>&1; then
	others+=(parallel_bulk)
else
	echo "Python's client could not be installed here: $(tail -n 1 pip.log)"
fi
sed -n 2~2p stream >documents

start_sink
for ((i = 0; i < rounds; i++)); do
	measure curl curl_each
	measure xargs curl_parallel
	measure esbulk "$bin/esbulk" -q --retry 10 --node="$url" stream
	measure esbulk-pipe bash -c "cat stream | '$bin/esbulk' -q --retry 10 --node='$url'"
	for o in "${others[@]}"; do
		case $o in
		esutil) measure esutil ./esutil.bin "$url" stream ;;
		miku) measure miku go/esbulk -server "$url" -index packets -type '' documents ;;
		parallel_bulk) ((i > 0)) || measure parallel_bulk venv/bin/python "$top/tests/bench/parallel_bulk.py" "$url" stream ;;
		esac
	done
done
echo
echo "$(nproc) processors; $(curl --version | head -n 1 | cut -d ' ' -f 1-2); $((bytes / 1000000)) MB, $(($(wc -l <stream) / 2)) documents; best of $rounds rounds"
printf '%-34s %9s %11s %16s %17s\n' '' 'wall s' 'CPU s/GB' 'esbulk CPU ratio' 'esbulk wall ratio'
for name in esbulk esbulk-pipe curl xargs "${others[@]}"; do
	case $name in
	curl) what='curl, one chunk of 8 MB at a time' ;;
	xargs) what='xargs -P 4 curl' ;;
	esutil) what="Go, esutil.BulkIndexer" ;;
	miku) what='Go, the other esbulk' ;;
	parallel_bulk) what='Python, parallel_bulk' ;;
	esbulk) what='esbulk, from a file' ;;
	*) what='cat | esbulk' ;;
	esac
	[[ ${status[$name]} == 0 ]] || what+=" (status ${status[$name]})"
	printf '%-34s %9.2f %11.2f %16s %17s\n' "$what" "${wall[$name]}" "$(ratio "${cpu[$name]} * 1e9" "$bytes")" \
		"$(ratio "${cpu[esbulk]}" "${cpu[$name]}")" "$(ratio "${wall[esbulk]}" "${wall[$name]}")"
done

# Memory, for a tenth of a GB and for 10 GB.
echo
for times in 1 36; do
	/usr/bin/time -f %M -o kilobytes "$bin/esbulk" -q --retry 10 --node="$url" <(for ((i = 0; i < times; i++)); do cat stream; done)
	printf 'peak memory for %5d MB: %d kB; the bound, (4 connections + 2) x 5 MiB, is %d kB, the libraries and tables not counted\n' \
		"$((bytes * times / 1000000))" "$(<kilobytes)" $((6 * 5 * 1024))
done

# The faults: 25,360 documents of about 3 kB.
awk 'BEGIN { pad = sprintf("%02900d", 0); for (i = 0; i < 25360; i++)
	printf "{\"create\":{\"_index\":\"t\",\"_id\":\"%d\"}}\n{\"n\":%d,\"pad\":\"%s\"}\n", i, i, pad }' >ids
sed '1~2s/.*/{"index":{"_index":"t"}}/' ids >plain
echo
printf '%-48s %8s %8s %8s %7s %9s %9s\n' 'fault' missing doubled rejected status 'wall s' 'backoff s'
for fault in none requests items bad after before; do
	for stream in plain ids; do
		[[ $fault == after && $stream == plain ]] && what='after (no ids: doubles are counted as unknown)' || what=$fault
		start_sink "$fault"
		unset "wall[f]" "cpu[f]"
		measure f "$bin/esbulk" -q --retry 30 --node="$url" --rejects=refused --stats=stats "$stream"
		printf '%-48s %8d %8d %8d %7d %9.2f %9.2f\n' "$what, $stream" "$((25360 - $(arrived .distinct)))" "$(arrived .doubled)" \
			"$(jq .rejected stats)" "${status[f]}" "${wall[f]}" "$(jq '.seconds.backoff' stats)"
	done
done
