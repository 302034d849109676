# espcap: the account, from those of the stages.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

declare -A account_of=() # of each stage: what it gave in this run, one JSON object, or nothing

read_accounts() {
	local stage text
	for stage in "${stages[@]}"; do
		IFS= read -r text <"/dev/fd/${account_fd[$stage]}" || true
		account_of[$stage]=$text
	done
}

number() { # VARIABLE STAGE MEMBER: the number in the stage's account; 0 if there is none
	if [[ ${account_of[$2]} =~ \"$3\":([0-9]+) ]]; then printf -v "$1" %s "${BASH_REMATCH[1]}"; else printf -v "$1" 0; fi
}

# Over all runs of the pipeline.
declare -A total=([captured]=0 [dropped]=0 [reshaped]=0 [bad]=0 [indexed]=0 [duplicate]=0 [rejected]=0 [left]=0)

# Print the account of a run, and say where it does not balance.
account() {
	local captured torn dropped reshaped bad documents indexed duplicate rejected left line problem='' stage
	number captured escapture documents
	number torn escapture torn
	number dropped escapture dropped
	number reshaped esreshape documents
	number bad esreshape bad
	number documents esbulk documents
	for stage in indexed duplicate rejected left; do number "$stage" esbulk "$stage"; done
	for stage in captured dropped reshaped bad indexed duplicate rejected left; do
		total[$stage]=$((${total[$stage]} + ${!stage}))
	done
	line="$captured captured, $dropped dropped; $reshaped reshaped, $bad bad"
	for stage in "${!status[@]}"; do
		[[ -n ${account_of[$stage]} ]] || problem="$stage gave no account"
	done
	# A document that tshark tore into lines is captured once, and each of its lines is bad.
	if [[ -z $problem ]] && ((captured + torn != reshaped + bad)); then
		problem="between escapture and esreshape: $captured captured, but $reshaped reshaped and $bad bad"
	fi
	if [[ -n ${status[esbulk]:-} ]]; then
		line+="; $indexed indexed, $duplicate duplicate, $rejected rejected, $left left"
		if [[ -z $problem ]] && ((documents < reshaped || documents != indexed + duplicate + rejected + left)); then
			problem="in esbulk: $reshaped reshaped, $documents taken, $((indexed + duplicate + rejected + left)) accounted for"
		fi
	fi
	[[ -n $quiet ]] || printf 'espcap: %s\n' "$line" >&2
	note "${problem:+the account does not balance, $problem; }$line"
	write_stats "$problem"
	[[ -z $problem ]] || error 3 "the account does not balance, $problem"
}

# The account for --stats, if that is wanted.  The file is made at the start too: a path that can't be written is told then, and no
# older account is taken for this one's.
write_stats() { # PROBLEM
	[[ -z $stats ]] || print_stats "$1" >"$stats" || error 3 "$stats: the account could not be written"
}

print_stats() { # PROBLEM
	local stage comma=''
	printf '{"captured":%s,"dropped":%s,"reshaped":%s,"bad":%s' \
		"${total[captured]}" "${total[dropped]}" "${total[reshaped]}" "${total[bad]}"
	[[ -z ${given[node]:-} ]] || printf ',"indexed":%s,"duplicate":%s,"rejected":%s,"left":%s' \
		"${total[indexed]}" "${total[duplicate]}" "${total[rejected]}" "${total[left]}"
	printf ',"balanced":%s,"stages":[' "$([[ -z $1 ]] && echo true || echo false)"
	for stage in "${stages[@]}"; do
		[[ -n ${account_of[$stage]:-} ]] || continue
		printf '%s%s' "$comma" "${account_of[$stage]}"
		comma=,
	done
	printf ']}\n'
}

# A line for the system's log, if that is wanted.
note() { # TEXT
	[[ -z $syslog ]] || logger -t espcap -p user.info -- "$1" || printf 'espcap: the system log could not be written\n' >&2
}

# What will run, without names and passwords.
note_start() {
	local esbulk_options=("${esbulk_options[@]/#--node=*@/--node=}")
	note "start: $(show_pipeline)"
	trap 'note "end: status $?"' EXIT
}
