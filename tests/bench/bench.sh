# What the benches share; each sources it.  A time is hyperfine's of one whole run; commands are compared by taking turns, and of
# the rounds the best counts: what else runs on the machine only ever adds.  Results go to $BENCH_RESULTS, a JSON object a line, for
# report.jq, and in short to stderr.
# shellcheck shell=bash disable=SC2034 # what is set here is used there
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=$(cd "${ESPCAP_BIN:-$top/build}" && pwd)
# QUICK=1 is to try the benches themselves: its figures mean nothing.
sized() { [[ -n ${QUICK:-} ]] && echo "$1" || echo "$2"; } # QUICK FULL
rounds=${ROUNDS:-$(sized 1 5)}
results=${BENCH_RESULTS:-/dev/null}
work=$(mktemp -d "${TMPDIR:-/tmp}/espcap-bench.XXXXXX")
export here top bin LC_ALL=C.UTF-8 TZ=UTC PYTHONDONTWRITEBYTECODE=1
export WIRESHARK_CONFIG_DIR=/nonexistent WIRESHARK_EXTCAP_DIR=/nonexistent

sink_pid=''
stop_sink() {
	if [[ -n $sink_pid ]]; then
		kill "$sink_pid" 2>/dev/null || true
		wait "$sink_pid" || true
	fi
	sink_pid=''
}
at_exit=(stop_sink)
cleanup() {
	local command
	for command in "${at_exit[@]}"; do $command; done
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

# start_sink [FAULT]: a new sink.c, with $url its address.
start_sink() {
	[[ -x sink ]] || ${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -o sink "$here/sink.c" -lpthread
	stop_sink
	rm -f url
	./sink "${1:-}" >url &
	sink_pid=$!
	until [[ -s url ]]; do sleep 0.02; done
	url=$(<url)
	export url
}
arrived() { curl -s "$url/" | jq -r "$1"; } # FILTER: what the sink counted

# measure NAME COMMAND: run the shell line COMMAND once more.  wall[NAME], cpu[NAME] are the best seconds of its runs so far,
# mean_cpu[NAME] the mean of them, status[NAME] is its last status, memory[NAME] the largest sum of its processes' peaks in kB, if
# $watch is set.
declare -A wall=() cpu=() mean_cpu=() runs=() status=() memory=()
measure() {
	local w c s once=(hyperfine -N -i -r 1 --style none --export-json run)
	[[ -z ${watch:-} ]] || once=("$here/watch.py" memory "${once[@]}")
	"${once[@]}" "bash -o pipefail -c ${2@Q}" >hyperfine.log 2>&1 || {
		cat hyperfine.log >&2
		return 1
	}
	read -r w c s < <(jq -r '.results[0] | "\(.mean) \(.user + .system) \(.exit_codes[0])"' run)
	status[$1]=$s
	wall[$1]=$(least "$w" ${wall[$1]:+"${wall[$1]}"})
	cpu[$1]=$(least "$c" ${cpu[$1]:+"${cpu[$1]}"})
	runs[$1]=$((${runs[$1]:-0} + 1))
	mean_cpu[$1]=$(calc "${mean_cpu[$1]:-0} + ($c - ${mean_cpu[$1]:-0}) / ${runs[$1]}")
	[[ -z ${watch:-} ]] || memory[$1]=$(<memory)
	printf '  %s: %.2f s, CPU %.2f s, status %s\n' "$1" "$w" "$c" "${status[$1]}" >&2
}
least() { printf '%s\n' "$@" | sort -g | head -n 1; }
most() { printf '%s\n' "$@" | sort -g | tail -n 1; }
calc() { awk "BEGIN { printf \"%.6g\", $1 }"; } # EXPRESSION

repeat() { # TIMES FILE: the file again and again, on stdout
	local i
	for ((i = 0; i < $1; i++)); do cat "$2"; done
}
export -f repeat

# kilobytes COMMAND: the peak memory of the largest of its processes.
kilobytes() {
	/usr/bin/time -q -f %M -o kilobytes bash -o pipefail -c "$1" >/dev/null
	cat kilobytes
}

# row TABLE NAME=VALUE...: a row of a table; a value that is a number is one.
row() {
	jq -cn '{table: $ARGS.positional[0], row: ($ARGS.positional[1:] | map(capture("^(?<key>[^=]*)=(?<value>.*)$"; "s") |
		.value as $v | .value = ($v | tonumber? // $v)) | from_entries)}' --args "$@" >row
	cat row >>"$results"
	jq -r '"  " + (.row | map(tostring) | join("  "))' row >&2
}

# figure NAME VALUE [HOW TARGET]: VALUE (an expression), and whether it is HOW (<= or >=) the TARGET as it should be.
figure() {
	local met=''
	[[ -z ${3:-} ]] || met=$(awk "BEGIN { print (($2) $3 $4 ? \"yes\" : \"NO\") }")
	row 'Targets' "what=$1" "measured=$(calc "$2")" "target=${3:+$3 $4}" "met=$met"
}

note() { row Notes "text=$1"; }
