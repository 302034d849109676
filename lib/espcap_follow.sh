# espcap: captures that arrive in a directory, for --done and --follow.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

most=200 # captures in one run of the pipeline
new_fd='' skip_fd='' list_fd='' told=''
left_file='' left_of=() # what esbulk has left of an earlier run, and the captures it is from
files=() entries=() # the new captures: options for escapture, and what the list will say of them

check_follow() {
	[[ -n $done_list$follow ]] || return 0
	[[ -n $dir && -z ${given[nic]:-} && -z ${given[file]:-} ]] || wrong_use '--done and --follow are for --dir'
	[[ -n ${given[node]:-} ]] || wrong_use '--done and --follow need --node: on stdout no one says what arrived'
	[[ $limited =~ ^0*$ ]] || wrong_use '--count would leave captures half indexed: not with --done or --follow'
	[[ -n ${given[id]:-} ]] || esreshape_options+=(--id)
}

open_list() {
	if [[ -z $done_list ]]; then
		new_files list_fd
		done_list=/dev/fd/$list_fd
	fi
	must_be_writable "$done_list"
	exec {list_fd}>>"$done_list" || error 3 'too few files may be open'
	[[ -f $done_list ]] || error 2 "$done_list: it is no regular file"
	flock -n "$list_fd" || error 4 "$done_list: another espcap is at work with this list"
	# A run that was killed can have left half a line.
	[[ ! -s $done_list || -z $(tail -c 1 "$done_list") ]] || echo >&"$list_fd"
}

add_to_list() { # ENTRY...
	if ! { printf '%s\n' "$@" >&"$list_fd" && sync -d "$done_list"; }; then error 3 "$done_list: the list can't be written"; fi
}

# Look for new captures, with --follow until there are some.  Those that are not new but for their name are noted.
find_new() {
	local words i one
	"${die[@]}" "$esnew" --done="$done_list" --skip="/dev/fd/$skip_fd" --most="$most" ${follow:+--wait} ${told:+--quiet} \
		${verbose:+--verbose} "$dir" >"/dev/fd/$new_fd" {list_fd}>&- &
	may_be_stopped $!
	one=0
	wait "$capture_pid" || one=$?
	capture_pid='' told=1
	files=() entries=()
	[[ -z $stopping ]] || return 0
	((one <= 128)) || error 3 'the directory could not be looked through'
	((one == 0)) || exit "$one"
	mapfile -d '' -t words <"/dev/fd/$new_fd"
	for ((i = 0; i + 2 < ${#words[@]}; i += 3)); do
		if [[ ${words[i]} == known ]]; then
			add_to_list "${words[i + 2]}"
		else
			files+=("--file=${words[i + 1]}") entries+=("${words[i + 2]}")
		fi
	done
}

# Index the new captures in the directory, and note in the list those that were delivered to the last packet.
follow_dir() {
	local i options=() result=0 one left failed pause=1 all=$most
	# espcap chooses the files, not escapture.
	for i in "${escapture_options[@]}"; do [[ $i == --dir=* ]] || options+=("$i"); done
	open_list
	told=$quiet
	new_files new_fd skip_fd
	write_stats ''
	while [[ -z $stopping ]]; do
		find_new
		if ((${#files[@]} == 0)); then
			[[ -n $follow && -z $stopping ]] || break
			continue
		fi
		one=0
		run_once "${options[@]}" "${files[@]}" || one=$?
		number left esbulk left
		number failed escapture failed_files
		settle_left "$failed"
		if ((left == 0 && one <= 1)); then
			add_to_list "${entries[@]}"
			((one == 0)) || result=$one
			((pause = 1, most = 2 * most < all ? 2 * most : all))
		elif [[ -n $stopping ]]; then
			return 4
		elif ((one == 2)); then
			return 2
		elif ((left == 0 && status[esbulk] <= 1 && failed > 0)); then
			# One that can't be read does not hold up the others: which it is is found by halves.  One that has gone was renamed,
			# or the ring was faster.
			((most = (${#files[@]} + 1) / 2))
			if ((${#files[@]} == 1)) && [[ -e ${files[0]#--file=} ]]; then
				pass_over
				result=3
			fi
		elif [[ -z $follow ]]; then
			if [[ -n $left_file ]]; then
				find_new
				all_are_new && forget_left 'its captures are still to be indexed'
			fi
			return "$one"
		else
			printf 'espcap: not delivered; again in %d s\n' "$pause" >&2
			rest "$pause"
			((pause = pause < 60 ? 2 * pause : 60))
		fi
	done
	return "$result"
}

# What esbulk could not deliver is in a file of its own, which is needed only if the captures go, as in a ring.  So that no heap of
# such files is made, it is removed when all its captures were read again to the end: what was not delivered then is in a newer one.
settle_left() { # FAILED-FILES
	all_are_new || left_file=''
	if [[ -z $stopping && -n ${account_of[esbulk]} ]] && (($1 == 0 && status[escapture] <= 1 && status[esreshape] <= 1 && status[esbulk] != 3)); then
		forget_left 'its captures were read again'
	fi
	left_file=''
	if [[ ${account_of[esbulk]} =~ \"left_in\":\"([^\"\\]+)\" ]]; then left_file=${BASH_REMATCH[1]} left_of=("${entries[@]}"); fi
}

# Whether those captures are among the new ones, by their content: a ring uses names again.
all_are_new() {
	local one
	local -A new=()
	for one in "${entries[@]}"; do new[$one]=1; done
	for one in "${left_of[@]}"; do [[ -n ${new[$one]:-} ]] || return 1; done
}

forget_left() { # WHY
	[[ -n $left_file ]] || return 0
	rm -f -- "$left_file"
	printf 'espcap: %s is removed: %s\n' "$left_file" "$1" >&2
	left_file=''
}

pass_over() {
	printf 'espcap: %s: it can not be indexed: passed over, and tried again at the next start\n' "${files[0]#--file=}" >&2
	printf '%s\n' "${entries[0]}" >>"/dev/fd/$skip_fd"
}

rest() { # SECONDS; a signal ends it
	local pid
	sleep "$1" &
	pid=$!
	wait "$pid" || true
	kill "$pid" 2>/dev/null || true
}
