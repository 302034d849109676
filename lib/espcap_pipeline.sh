# espcap: the stages, each in a process, chained by pipes.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

capture_pid='' bulk_pid='' stopping='' waiting=''
declare -A account_fd=() # of each stage: the file with its account
declare -A status=()     # how each stage ended

# Files for reading and writing that have no name, so that none stays however this ends.
new_files() { # VARIABLE...: each for the descriptor of one
	local folder name fd
	folder=$(mktemp -d "${TMPDIR:-/tmp}/espcap.XXXXXX") || error 3 'no temporary file can be made'
	for name; do
		exec {fd}<>"$folder/$name" || { rm -rf -- "$folder" && error 3 'too few files may be open'; }
		printf -v "$name" '%d' "$fd"
	done
	rm -rf -- "$folder"
}

# A pipe whose ends are the descriptors $write_end and $read_end; the process behind <( ) only lends it.
make_pipe() {
	local both
	{ exec {both}<> <(:) && exec {write_end}>"/dev/fd/$both" {read_end}<"/dev/fd/$both" {both}>&-; } || error 3 'no pipe can be made'
}

runs() { # PID: whether it is a child of ours that has not ended
	[[ -n $1 && $'\n'$(jobs -rp)$'\n' == *$'\n'$1$'\n'* ]]
}

# Ctrl-C and kill end the first stage; the others then end with their input.  When a server does not take what is left, esbulk
# keeps it in the end if it is asked again.
# shellcheck disable=SC2317 # called by a trap
stop() {
	stopping=1
	if runs "$capture_pid"; then
		kill -TERM "$capture_pid" 2>/dev/null || true
	elif runs "$bulk_pid"; then
		[[ -n $waiting ]] || printf 'espcap: delivering what was captured; once more to keep the rest in a file and end\n' >&2
		[[ -z $waiting ]] || kill -USR2 "$bulk_pid" 2>/dev/null || true
		waiting=1
	fi
}

# The process PID is the one to end on Ctrl-C, which may have come already.
may_be_stopped() { # PID
	capture_pid=$1
	[[ -z $stopping ]] || stop
}

# Read until all who hold the other end of the pipe have ended; signals are taken meanwhile.  A wait(1) that a signal ends early can
# lose the status of a process that ends at that moment (bash 5.2), so one only waits for what has ended.
until_all_end() {
	local result=129
	while ((result > 128)); do
		result=0
		read -r -u "$ended" _ || result=$?
	done
	exec {ended}<&-
}

note_status() { # STAGE PID
	status[$1]=0
	wait "$2" || status[$1]=$?
}

# What ends with this script, however that ends.
die=()
! command -v setpriv >/dev/null || die=(setpriv --pdeathsig TERM --)

# Become esbulk.  Names and passwords in the nodes' URLs, which may be from a file that only we can read, stay out of ps.
become_esbulk() {
	local word nodes='' others=()
	for word in "${esbulk_options[@]}"; do
		if [[ $word == --node=* ]]; then nodes+=,${word#--node=}; else others+=("$word"); fi
	done
	if [[ $nodes == *@* ]]; then export ELASTICSEARCH_URL=${nodes#,}; else others=("${esbulk_options[@]}"); fi
	exec "${program[esbulk]}" --stats="/dev/fd/${account_fd[esbulk]}" "${others[@]}"
}

# Signals that go to a whole group, such as a terminal's and timeout(1)'s, are for the first stage alone.
run_pipeline() { # ESCAPTURE-OPTION...
	local write_end read_end alive ended to_reshape from_capture to_bulk from_reshape reshape_pid
	make_pipe
	alive=$write_end ended=$read_end	# each stage holds the one end
	make_pipe
	to_reshape=$write_end from_capture=$read_end
	if [[ -n ${given[node]:-} ]]; then
		make_pipe
		to_bulk=$write_end from_reshape=$read_end
		(trap '' INT TERM HUP && become_esbulk) <&"$from_reshape" {to_reshape}>&- {from_capture}<&- {to_bulk}>&- {from_reshape}<&- &
		bulk_pid=$!
		exec {from_reshape}<&-
	else
		{ exec {to_bulk}>&1; } 2>/dev/null || error 3 'stdout is closed, and without --node the bulk stream goes there'
	fi
	(trap '' INT TERM HUP && exec "${program[esreshape]}" --stats="/dev/fd/${account_fd[esreshape]}" "${esreshape_options[@]}" -) \
		<&"$from_capture" >&"$to_bulk" {to_reshape}>&- {from_capture}<&- {to_bulk}>&- &
	reshape_pid=$!
	exec {from_capture}<&- {to_bulk}>&-
	# If this script is killed, so is the capture, and the other stages end with it.
	"${die[@]}" "${program[escapture]}" --stats="/dev/fd/${account_fd[escapture]}" "$@" "${tshark_arguments[@]}" \
		<&"$stdin" >&"$to_reshape" {to_reshape}>&- &
	may_be_stopped $!
	exec {to_reshape}>&- {alive}>&-
	until_all_end
	note_status escapture "$capture_pid"
	note_status esreshape "$reshape_pid"
	[[ -z $bulk_pid ]] || note_status esbulk "$bulk_pid"
	capture_pid='' bulk_pid=''
}

# The pipeline as a line for a shell.
show_pipeline() {
	local stage words
	for stage in "${stages[@]}"; do
		case $stage in
		escapture) words=("${escapture_options[@]}" "${tshark_arguments[@]}") ;;
		esreshape) words=("${esreshape_options[@]}") ;;
		esbulk)
			[[ -n ${given[node]:-} ]] || continue
			words=("${esbulk_options[@]}")
			;;
		esac
		[[ $stage == escapture ]] || printf ' | '
		if [[ $(command -v "$stage") -ef ${program[$stage]} ]]; then printf '%s' "$stage"; else printf '%q' "${program[$stage]}"; fi
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

# One run of the pipeline: its status.
run_once() { # ESCAPTURE-OPTION...
	local stage result=0 fds=("${stages[@]/#/account_fd[}")
	((${#account_fd[@]} > 0)) || new_files "${fds[@]/%/]}"
	for stage in "${stages[@]}"; do : >"/dev/fd/${account_fd[$stage]}"; done
	run_pipeline "$@"
	end_status || result=$?
	read_accounts
	if ((result != 2)); then account; fi
	return "$result"
}
