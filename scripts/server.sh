# How the scripts reach a server; sourced, not run.  It gives them:
#     error STATUS MESSAGE            say it and exit
#     server_option OPTION VALUE      take one of the options below; returns 1 when it is none of them
#     server_node WORD                set $node to the URL of host, host:port, [IPv6]:port or URL
#     ask METHOD PATH [BODY]          a request; the answer's body goes to $answer, its status to $http
# The options are esbulk's, and secrets stay out of the command line as they do there.
# shellcheck shell=bash disable=SC2034 # the scripts use what is set here

server_usage='  --user NAME          password from ELASTIC_PASSWORD, or asked for
  --user-file FILE     file with USER:PASSWORD
  --api-key-file FILE  file with an API key (or ELASTIC_API_KEY)
  --bearer-file FILE   file with a bearer token
  --ca FILE            certificates of the authorities to trust
  --cert FILE, --key FILE   our certificate and its key
  --insecure           do not check the server'"'"'s certificate'

program=${0##*/}
node='' answer='' http=''
server_user='' server_password='' server_header='' server_arguments=()

error() {
	printf '%s: %s\n' "$program" "$2" | tr -d '\000-\010\013-\037\177' >&2
	exit "$1"
}

first_line() { # FILE
	local line
	[[ -r $1 ]] || error 2 "$1: it can't be read"
	IFS= read -r line <"$1" || [[ -n $line ]] || error 2 "$1: its first line is empty"
	printf '%s' "${line%$'\r'}"
}

server_option() { # OPTION VALUE; returns 0 when it was taken
	local line
	case $1 in
	--user) server_user=$2 ;;
	--user-file)
		line=$(first_line "$2")
		server_user=${line%%:*} server_password=${line#*:}
		;;
	--api-key-file) server_api_key "$(first_line "$2")" ;;
	--bearer-file) server_header="Authorization: Bearer $(first_line "$2")" ;;
	--ca) server_arguments+=(--cacert "$2") ;;
	--cert) server_arguments+=(--cert "$2") ;;
	--key) server_arguments+=(--key "$2") ;;
	*) return 1 ;;
	esac
}

server_api_key() { # id:key, or encoded
	local key=$1
	[[ $key != *:* ]] || key=$(printf '%s' "$key" | base64 -w 0)
	server_header="Authorization: ApiKey $key"
}

server_node() { # WORD
	local word=${1%/}
	[[ $word == *://* ]] || word=http://$word
	[[ $word =~ ^https?://([^/@]*@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?(/.*)?$ ]] || error 2 "$1: it is host, host:port, [IPv6]:port or a URL"
	if [[ -z ${BASH_REMATCH[3]} && $1 != *://* ]]; then
		word=http://${BASH_REMATCH[2]}:9200${BASH_REMATCH[4]}
	fi
	node=$word
	if [[ -n $server_user && -z $server_password ]]; then
		server_password=${ELASTIC_PASSWORD:-}
		if [[ -z $server_password ]]; then
			[[ -t 0 ]] || error 2 "no password for user $server_user: set ELASTIC_PASSWORD or give --user-file"
			read -rs -p "Password for $server_user: " server_password && echo >&2
		fi
	elif [[ -z $server_user$server_header && -n ${ELASTIC_API_KEY:-} ]]; then
		server_api_key "$ELASTIC_API_KEY"
	fi
}

# A value in curl's configuration syntax.
curl_quote() {
	local s=${1//\\/\\\\}
	printf '"%s"' "${s//\"/\\\"}"
}

ask() { # METHOD PATH [BODY]
	local all
	all=$(
		curl -sS -m 120 --proto =http,https -X "$1" -H 'Content-Type: application/json' -w '\n%{http_code}' --netrc-optional \
			"${server_arguments[@]}" -K <(
				[[ -z $server_user ]] || printf 'user = %s\n' "$(curl_quote "$server_user:$server_password")"
				[[ -z $server_header ]] || printf 'header = %s\n' "$(curl_quote "$server_header")"
			) ${3:+--data-binary @-} "$node$2" <<<"${3:-}"
	) || error 4 "$node can't be reached"
	http=${all##*$'\n'}
	answer=${all%$'\n'*}
}
