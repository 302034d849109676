# Completion of esifaces, escapture, esreshape, esbulk and espcap for bash; make install puts it where bash-completion looks.
# It has no list of options: each command's --help says which there are and what they take.
# shellcheck shell=bash

# The options of the programs NAME... beside the command, a line each: the option and, where it takes one, its argument's word.
_espcap_options() { # PREFIX NAME...
	local prefix=$1 name line
	shift
	for name; do
		while IFS= read -r line; do
			[[ ! $line =~ ^\ \ (-.,\ |\ \ \ \ )(--[a-z0-9-]+)(\ ([^a-z ]+))?(\ |$) ]] ||
				printf '%s %s\n' "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]}"
		done < <("$prefix$name" --help 2>/dev/null)
	done
}

_espcap() {
	local cur=${COMP_WORDS[COMP_CWORD]} option='' prefix='' options kind='' i
	local name=${1##*/} programs
	[[ $1 != */* ]] || prefix=${1%/*}/
	# shellcheck disable=SC2088 # the word as it was typed
	[[ $prefix != '~/'* ]] || prefix=$HOME/${prefix#'~/'}
	programs=("$name")
	[[ $name != espcap ]] || programs+=(escapture esreshape esbulk)

	# What follows a lone -- is tshark's: files, as for anything unknown.
	for ((i = 1; i < COMP_CWORD; ++i)); do [[ ${COMP_WORDS[i]} != -- ]] || return 0; done
	# '=' is a word of its own: --file = name.
	((COMP_CWORD < 2)) || option=${COMP_WORDS[COMP_CWORD - 1]}
	[[ $cur != = ]] || cur=''
	[[ $option != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}

	options=$(_espcap_options "$prefix" "${programs[@]}")
	[[ $option != --* ]] || kind=$(sed -n "s/^$option //p;" <<<"$options" | head -n 1)
	case $option:$kind in
	--done:* | *:FILE | *:PATH) return ;;
	*:DIR)
		compopt +o default -o dirnames
		return
		;;
	*:IF) mapfile -t COMPREPLY < <(compgen -W "$("${prefix}esifaces" 2>/dev/null)" -- "$cur") ;;
	*:OP) mapfile -t COMPREPLY < <(compgen -W 'index create' -- "$cur") ;;
	*:WHEN) mapfile -t COMPREPLY < <(compgen -W 'true false wait_for' -- "$cur") ;;
	*:?*) ;;
	*)
		# Operands are files, where a command takes any.
		[[ $cur == -* || $name == esifaces || $name == espcap ]] || return 0
		mapfile -t COMPREPLY < <(compgen -W "${options//[^-a-z0-9$'\n' ]/}" -- "$cur")
		;;
	esac
	# Nothing that fits is nothing, not a file's name.
	compopt +o default
}

complete -o default -F _espcap esifaces escapture esreshape esbulk espcap
