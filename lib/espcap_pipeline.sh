# espcap: the stages, each in a process, chained by pipes.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

tmp='' capture_pid='' stopping=''

# shellcheck disable=SC2317 # called by a trap
clean_up() {
	[[ -z $tmp ]] || rm -rf "$tmp"
}

# Ctrl-C and kill end the first stage; the others then end with their input.
# shellcheck disable=SC2317 # called by a trap
stop_capture() {
	stopping=1
	[[ -z $capture_pid ]] || kill -TERM "$capture_pid" 2>/dev/null || true
}

# A pipe whose ends are the descriptors $write_end and $read_end.
make_pipe() {
	local both
	mkfifo "$tmp/pipe"
	exec {both}<>"$tmp/pipe"
	# shellcheck disable=SC2094 # it is a pipe
	exec {write_end}>"$tmp/pipe" {read_end}<"$tmp/pipe" {both}>&-
	rm "$tmp/pipe"
}

# The status of the process PID, in spite of signals that end the wait early.
status_of() { # PID
	local status
	while :; do
		status=0
		wait "$1" || status=$?
		if ((status <= 128)) || ! kill -0 "$1" 2>/dev/null; then break; fi
	done
	printf -v "$2" '%d' "$status"
}

# What ends with this script, however that ends.
die=()
! command -v setpriv >/dev/null || die=(setpriv --pdeathsig TERM --)

# The process PID is the one to end on Ctrl-C, which may have come already.
may_be_stopped() { # PID
	capture_pid=$1
	[[ -z $stopping ]] || stop_capture
}

declare -A status=()

run_pipeline() {
	local write_end read_end to_reshape from_capture to_bulk from_reshape reshape_pid bulk_pid='' one
	make_pipe
	to_reshape=$write_end from_capture=$read_end
	if [[ -n ${given[node]:-} ]]; then
		make_pipe
		to_bulk=$write_end from_reshape=$read_end
		"${program[esbulk]}" --stats="$tmp/esbulk" "${esbulk_options[@]}" <&"$from_reshape" \
			{to_reshape}>&- {from_capture}<&- {to_bulk}>&- {from_reshape}<&- &
		bulk_pid=$!
		exec {from_reshape}<&-
	else
		{ exec {to_bulk}>&1; } 2>/dev/null || error 3 'stdout is closed, and without --node the bulk stream goes there'
	fi
	"${program[esreshape]}" --stats="$tmp/esreshape" "${esreshape_options[@]}" - <&"$from_capture" >&"$to_bulk" \
		{to_reshape}>&- {from_capture}<&- {to_bulk}>&- &
	reshape_pid=$!
	exec {from_capture}<&- {to_bulk}>&-
	# If this script is killed, so is the capture, and the other stages end with it.
	"${die[@]}" "${program[escapture]}" --stats="$tmp/escapture" "${escapture_options[@]}" </dev/stdin >&"$to_reshape" {to_reshape}>&- &
	may_be_stopped $!
	exec {to_reshape}>&-
	status_of "$capture_pid" one && status[escapture]=$one
	capture_pid=''
	status_of "$reshape_pid" one && status[esreshape]=$one
	if [[ -n $bulk_pid ]]; then status_of "$bulk_pid" one && status[esbulk]=$one; fi
}

show_pipeline() {
	local stage words
	for stage in "${stages[@]}"; do
		case $stage in
		escapture) words=("${escapture_options[@]}") ;;
		esreshape) words=("${esreshape_options[@]}") ;;
		esbulk)
			[[ -n ${given[node]:-} ]] || continue
			words=("${esbulk_options[@]}")
			;;
		esac
		[[ $stage == escapture ]] || printf ' | '
		printf '%s' "$stage"
		((${#words[@]} == 0)) || printf ' %q' "${words[@]}"
	done
	printf '\n'
}

# Name the stages that failed; the status is that of the last one in the pipe that did, for those before it fail with it.
end_status() {
	local stage result=0 one
	for stage in "${stages[@]}"; do
		one=${status[$stage]:-0}
		if ((one > 128)); then
			printf 'espcap: %s was ended by signal %d\n' "$stage" $((one - 128)) >&2
			one=3
		elif ((one > 1)); then
			printf 'espcap: %s failed with status %d\n' "$stage" "$one" >&2
		fi
		if ((one > 1 || result == 0)); then result=$one; fi
	done
	return "$result"
}
