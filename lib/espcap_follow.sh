# espcap: captures that arrive in a directory, for --done and --follow.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

batch=200 # captures in one run of the pipeline

add_to_list() { # ENTRY...
	if ! { printf '%s\n' "$@" >&"$list_fd" && sync -d "$done_list"; }; then error 3 "$done_list: the list can't be written"; fi
}

# Index the new captures in the directory, and note in the list those that were delivered to the last packet.
follow_dir() {
	local list_fd words i files entries options=("${escapture_options[@]}") result=0 one pause=1
	exec {list_fd}>>"$done_list" || error 3 "$done_list: the list can't be written"
	[[ -f $done_list ]] || error 2 "$done_list: it is no regular file"
	flock -n "$list_fd" || error 4 "$done_list: another espcap is at work with this list"
	# A run that was killed can have left half a line.
	[[ ! -s $done_list || -z $(tail -c 1 "$done_list") ]] || echo >&"$list_fd"
	while [[ -z $stopping ]]; do
		"${die[@]}" "$esnew" --done="$done_list" ${follow:+--wait} ${quiet:+--quiet} ${verbose:+--verbose} "$dir" >"$tmp/new" {list_fd}>&- &
		may_be_stopped $!
		status_of "$capture_pid" one
		capture_pid=''
		[[ -z $stopping ]] || break
		((one == 0)) || return "$one"
		mapfile -d '' -t words <"$tmp/new"
		if ((${#words[@]} == 0)); then
			[[ -s $tmp/escapture ]] || write_stats ''
			break
		fi
		files=() entries=()
		for ((i = 0; i + 2 < ${#words[@]}; i += 3)); do
			if [[ ${words[i]} == known ]]; then
				add_to_list "${words[i + 2]}"
			elif ((${#files[@]} < batch)); then
				files+=("--file=${words[i + 1]}") entries+=("${words[i + 2]}")
			fi
		done
		((${#files[@]} > 0)) || continue
		escapture_options=("${options[@]}" "${files[@]}")
		one=0
		run_once || one=$?
		if ((one <= 1 && $(number esbulk left) == 0)) && [[ -z $stopping ]]; then
			add_to_list "${entries[@]}"
			((one == 0)) || result=$one
			pause=1
		elif [[ -z $follow || -n $stopping ]] || ((one == 2)); then
			((one > 1)) || one=4
			return "$one"
		else
			printf 'espcap: not delivered; again in %d s\n' "$pause" >&2
			sleep "$pause" &
			wait $! || true
			((pause = pause < 60 ? 2 * pause : 60))
		fi
	done
	return "$result"
}

check_follow() {
	[[ -n $done_list$follow ]] || return 0
	[[ -n $dir && -z ${given[nic]:-} && -z ${given[file]:-} ]] || wrong_use '--done and --follow are for --dir'
	[[ -n ${given[node]:-} ]] || wrong_use '--done and --follow need --node: on stdout no one says what arrived'
	[[ -n ${given[id]:-} ]] || esreshape_options+=(--id)
	# With them espcap chooses the files, not escapture.
	local i kept=()
	for i in "${escapture_options[@]}"; do [[ $i == --dir=* ]] || kept+=("$i"); done
	escapture_options=("${kept[@]}")
	: "${done_list:=$tmp/done}"
}
