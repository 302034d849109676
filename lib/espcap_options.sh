# espcap: what the command line and espcap.yml say, sorted into the options of each stage.
# shellcheck shell=bash disable=SC2034,SC2154 # what other parts set or use

own=(config stats quiet verbose list dry-run 'done' follow syslog help version)
declare -A owners=() # of an option's name: the stages that have it
declare -A takes_value=() # whether it takes an argument
declare -A given=() # names on the command line: these replace the configuration's
config='' stats='' quiet='' verbose='' dry_run='' list='' done_list='' follow='' syslog=''
has_source='' dir=''
escapture_options=() esreshape_options=() esbulk_options=()
tshark_arguments=() # "--" and what is behind it: always the last of escapture's
limited='' # --count, wherever it comes from

# --help says which options there are, so there is no second list of them here.
learn_options() {
	local stage name fd
	local -A help=()
	for stage in "${stages[@]}"; do # all at once
		exec {fd}< <("${program[$stage]}" --help) || error 3 'too few files may be open'
		help[$stage]=$fd
	done
	for stage in "${stages[@]}"; do
		fd=${help[$stage]}
		learn_from "$stage" <&"$fd" || error 3 "$stage can't be asked for its options"
		exec {fd}<&-
	done
	# These are espcap's own, though stages have options of the same name.
	for name in "${own[@]}"; do owners[$name]='' takes_value[$name]=''; done
	learn_from espcap < <(usage)
}

# Its lines are "  -q, --quiet    ..." and "      --chunk N    ...": an argument comes after one space, what it does after more.
learn_from() { # PROGRAM; fails when it has none
	local line name='' rest
	while IFS= read -r line; do
		[[ $line == '  '????--[a-z]* ]] || continue
		name=${line:8} name=${name%% *}
		[[ $1 != espcap || " ${own[*]} " == *" $name "* ]] || continue
		owners[$name]+=" $1"
		rest=${line:8 + ${#name}}
		if [[ $rest == ' '[!\ ]* ]]; then takes_value[$name]=1; else takes_value[$name]=''; fi
	done
	[[ -n $name ]]
}

# Note the option NAME with its value (none: no argument) for the stages that have it.
pass_on() { # NAME [VALUE]
	local stage word=--$1
	(($# == 1)) || word+="=$2"
	for stage in ${owners[$1]}; do
		case $stage in
		escapture) escapture_options+=("$word") ;;
		esreshape) esreshape_options+=("$word") ;;
		esbulk) esbulk_options+=("$word") ;;
		esac
	done
	given[$1]=1
	[[ $1 != cloud-id ]] || given[node]=1
	case $1 in nic | file | dir) has_source=1 ;; esac
	[[ $1 != dir ]] || dir=$2
	[[ $1 != count ]] || limited=$2
}

parse_options() {
	local word name value
	while (($#)); do
		word=$1
		shift
		case $word in
		--)
			(($# == 0)) || tshark_arguments=(-- "$@")
			break
			;;
		-h) word=--help ;;
		-V) word=--version ;;
		-q) word=--quiet ;;
		-v) word=--verbose ;;
		esac
		[[ $word == --?* ]] || wrong_use "unknown option or operand '$word'"
		name=${word#--} name=${name%%=*} value=()
		[[ -n $name && -n ${owners[$name]:-} ]] || wrong_use "unknown option '${word%%=*}'"
		[[ $word != *=* ]] || value=("${word#*=}")
		if [[ -z ${takes_value[$name]} ]]; then
			((${#value[@]} == 0)) || wrong_use "option '--$name' takes no argument"
		elif ((${#value[@]} == 0)); then
			(($#)) || wrong_use "option '--$name' needs an argument"
			value=("$1")
			shift
		fi
		if [[ ${owners[$name]} == ' espcap' ]]; then
			[[ -z ${takes_value[$name]} || -n ${value[0]} ]] || wrong_use "option '--$name' needs an argument"
			take_own "$name" "${value[@]}"
		else
			pass_on "$name" "${value[@]}"
		fi
	done
}

take_own() { # NAME [VALUE]
	case $1 in
	help) usage && exit 0 || exit 3 ;;
	version) printf 'espcap (espcap) %s\n' "$version" && exit 0 || exit 3 ;;
	list) list=1 ;;
	dry-run) dry_run=1 ;;
	quiet) quiet=1 ;;
	verbose) verbose=1 ;;
	follow) follow=1 ;;
	syslog) syslog=1 ;;
	config) config=$2 ;;
	stats) stats=$2 ;;
	done) done_list=$2 ;;
	esac
}

# What espcap.yml sets and the command line does not.
read_config() {
	local words=() i stage word name last from=/dev/null
	# Its status is the last word: bash 5.2's wait(1) can lose that of such a process.
	mapfile -d '' -t words < <("$esconfig" ${config:+"--config=$config"} && last=0 || last=$?; printf '%d\0' "$last")
	((${#words[@]} > 0)) || error 3 "$esconfig can't be started"
	last=${words[-1]}
	((last < 126)) || error 3 "$esconfig could not be run"
	((last == 0)) || exit "$last"
	for ((i = 0; i + 1 < ${#words[@]}; i += 2)); do
		stage=${words[i]} word=${words[i + 1]}
		name=${word#--} name=${name%%=*}
		[[ -z ${given[$name]:-} ]] || continue
		case $stage in
		config) from=$word ;;
		escapture) # it reads its own
			[[ $name != dir || -n $has_source ]] || dir=${word#*=}
			[[ $name != count ]] || limited=${word#*=}
			case $name in nic | file | dir) has_source=1 ;; esac
			;;
		esreshape) esreshape_options+=("$word") ;;
		esbulk) esbulk_options+=("$word") && case $name in node | cloud-id) given[node]=1 ;; rejects) given[rejects]=1 ;; esac ;;
		espcap)
			case $name in
			stats) stats=${stats:-${word#*=}} ;;
			done) [[ -z $dir ]] || done_list=${done_list:-${word#*=}} ;; # another source on the command line has no list
			follow) [[ -z $dir ]] || follow=1 ;;
			syslog) syslog=1 ;;
			quiet) quiet=1 ;;
			esac
			;;
		esac
	done
	escapture_options=("--config=$from" "${escapture_options[@]}")
}

# Refused documents are kept, where the next person looks for them.
keep_rejects() {
	local state=${STATE_DIRECTORY:-}
	state=${state%%:*}
	[[ -n ${given[node]:-} && -z ${given[rejects]:-} ]] || return 0
	if [[ -z $state ]]; then
		if [[ -n ${XDG_STATE_HOME:-} ]]; then
			state=$XDG_STATE_HOME/espcap
		elif ((EUID == 0)); then
			state=/var/lib/espcap
		else
			state=${HOME:-}/.local/state/espcap
		fi
	fi
	# Where that can't be, esbulk makes a file of its own if it needs one.
	if [[ -n $dry_run || (-d $state && -w $state) ]] || (umask 077 && mkdir -p "$state" && [[ -w $state ]]) 2>/dev/null; then
		esbulk_options+=("--rejects=$state/rejects.ndjson")
	fi
}

# How much the stages say.
pass_on_words() {
	[[ -z $quiet ]] || escapture_options=(-q "${escapture_options[@]}")
	if [[ -n $verbose ]]; then
		escapture_options=(-v "${escapture_options[@]}")
		esbulk_options+=(-v)
	else
		esbulk_options+=(-q)
	fi
}
