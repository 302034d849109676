# How the scripts take their options and reach a server; sourced, not run.  It gives them:
#     options WORD...            take the options, put the other words into $words; the script's own option_taken OPTION VALUE
#                                returns 0 for those that it knows, and $switches names those without a value
#     ask METHOD PATH [BODY]     a request; the status goes to $http, the answer's body into the file $answer
#     must WHAT [TEST]           end with what the server said unless $http is 2xx and the answer passes jq's TEST
#     warn MESSAGE               say it
#     error STATUS MESSAGE       say it and exit
# The options for credentials and TLS are esbulk's, and secrets stay out of command lines as they do there.
# shellcheck shell=bash disable=SC2034 # the scripts use what is set here

server_usage='  --user NAME          password from ELASTIC_PASSWORD, or asked for
  --user-file FILE     file with USER:PASSWORD
  --api-key-file FILE  file with an API key (or ELASTIC_API_KEY)
  --bearer-file FILE   file with a bearer token
  --aws-sigv4 REGION[:SERVICE]
                       sign for AWS, keys from AWS_* variables
  --ca FILE            certificates of the authorities to trust, PEM
  --cert FILE          our certificate, PEM
  --key FILE           and its key
  --insecure           do not check the server'"'"'s certificate
  -h, --help           show this help and exit'

program=${0##*/}
words=() switches='' http='' node=''
server_nodes=() server_logins=() server_user='' server_password='' server_headers=() server_arguments=() server_kind=''
scratch=$(mktemp -d "${TMPDIR:-/tmp}/espcap-scripts.XXXXXX")
answer=$scratch/answer
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# What came from a server must not drive the terminal: no control characters, of C1 neither.
warn() {
	printf '%s: %s\n' "$program" "$1" | LC_ALL=C tr -d '\000-\010\013-\037\177' | LC_ALL=C sed 's/\xc2[\x80-\x9f]//g' >&2
}

error() {
	warn "$2"
	exit "$1"
}

wrong_use() {
	usage >&2
	exit 2
}

# The functions below set variables and run in no subshell, so that error ends the script.
first_line() { # FILE; sets $line
	line=''
	[[ -r $1 && ! -d $1 ]] || error 2 "$1: it can't be read"
	[[ ! -f $1 || -z $(find -L "$1" -perm /077) ]] || warn "$1: others can read this secret; chmod 600 it"
	IFS= read -r line <"$1" || true
	line=${line%$'\r'}
	[[ -n $line ]] || error 2 "$1: its first line is empty"
}

number() { # NAME OPTION VALUE MAXIMUM; sets $NAME
	if [[ ! $3 =~ ^[0-9]{1,9}$ ]] || ((10#$3 > $4)); then error 2 "$2: $3: it is a number up to $4"; fi
	printf -v "$1" '%d' $((10#$3))
}

index_pattern() { # PATTERN; sets $index
	[[ $1 =~ ^[][a-z0-9.*,_-]+$ ]] || error 2 "--index: $1: that is no index"
	# shellcheck disable=SC2034 # the script's
	index=$1
}

server_api_key() { # id:key, or encoded
	local key=$1
	[[ $key != *:* ]] || key=$(printf '%s' "$key" | base64 -w 0)
	server_headers+=("Authorization: ApiKey $key")
}

server_aws() { # REGION[:SERVICE]
	[[ $1 =~ ^[^:]+(:[^:]+)?$ ]] || error 2 "--aws-sigv4: $1: it is REGION or REGION:SERVICE"
	[[ -n ${AWS_ACCESS_KEY_ID:-} && -n ${AWS_SECRET_ACCESS_KEY:-} ]] ||
		error 2 '--aws-sigv4: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be in the environment'
	local scope=$1
	[[ $scope == *:* ]] || scope+=:es
	server_arguments+=(--aws-sigv4 "aws:amz:$scope")
	server_user=$AWS_ACCESS_KEY_ID server_password=$AWS_SECRET_ACCESS_KEY
	[[ -z ${AWS_SESSION_TOKEN:-} ]] || server_headers+=("X-Amz-Security-Token: $AWS_SESSION_TOKEN")
}

server_option() { # OPTION VALUE; returns 1 when it is none of these
	local line kind=${1%-file}
	case $kind in
	--user | --api-key | --bearer | --aws-sigv4)
		[[ -z $server_kind || $server_kind == "$kind" ]] || error 2 'give one kind of credentials: a user, an API key, a bearer token or AWS keys'
		server_kind=$kind
		;;
	esac
	case $1 in
	--user) server_user=$2 ;;
	--user-file)
		first_line "$2"
		[[ $line == *:* ]] || error 2 "$2: its first line is not USER:PASSWORD"
		server_user=${line%%:*} server_password=${line#*:}
		;;
	--api-key-file) first_line "$2" && server_api_key "$line" ;;
	--bearer-file) first_line "$2" && server_headers+=("Authorization: Bearer $line") ;;
	--aws-sigv4) server_aws "$2" ;;
	--ca | --cert | --key)
		[[ -r $2 && ! -d $2 ]] || error 2 "$1: $2: it can't be read"
		server_arguments+=("${1/%--ca/--cacert}" "$2")
		;;
	*) return 1 ;;
	esac
}

options() { # WORD...
	local word value
	while (($#)); do
		word=$1
		shift
		case $word in
		-h | --help) usage && exit 0 || exit 3 ;;
		--insecure) server_arguments+=(--insecure) ;;
		--)
			words+=("$@")
			return
			;;
		--*)
			if [[ " $switches " == *" $word "* ]]; then
				option_taken "$word" ''
				continue
			fi
			if [[ $word == *=* ]]; then
				value=${word#*=} word=${word%%=*}
			else
				(($#)) || error 2 "$word needs an argument"
				value=$1
				shift
			fi
			option_taken "$word" "$value" || server_option "$word" "$value" || error 2 "$word: no such option; see $program --help"
			;;
		*) words+=("$word") ;;
		esac
	done
}

server_url() { # WORD; adds it to the nodes, with the user and password in it to the logins
	local word=${1%/} scheme=http login='' port='' bytes
	[[ $word != *://* ]] || scheme=${word%%://*} word=${word#*://}
	if [[ $word =~ ^([^/?#]*)@(.*)$ ]]; then
		bytes=${BASH_REMATCH[1]//\\/\\\\} word=${BASH_REMATCH[2]}
		printf -v login '%b' "${bytes//%/\\x}"
	fi
	[[ $scheme =~ ^https?$ && $word =~ ^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?(/[^?#[:space:]]*)?$ ]] ||
		error 2 "${word##*@}: it is host, host:port, [IPv6]:port or a URL"
	port=${BASH_REMATCH[2]}
	[[ -n $port || $1 == *://* ]] || port=:9200
	server_nodes+=("$scheme://${BASH_REMATCH[1]}$port${BASH_REMATCH[3]}")
	server_logins+=("$login")
}

server() { # NODE[,NODE...]
	local word list
	[[ $1 != *$'\n'* ]] || error 2 'a node on more than one line'
	IFS=, read -ra list <<<"$1"
	((${#list[@]})) || error 2 'no node is given'
	for word in "${list[@]}"; do server_url "$word"; done
	node=${server_nodes[0]}
	if [[ -n $server_user && -z $server_password ]]; then
		server_password=${ELASTIC_PASSWORD:-}
		if [[ -z $server_password ]]; then
			{ true </dev/tty; } 2>/dev/null || error 2 "no password for user $server_user: set ELASTIC_PASSWORD or give --user-file"
			read -rs -p "Password for $server_user: " server_password </dev/tty && echo >&2
		fi
	elif [[ -z $server_user && ${#server_headers[@]} == 0 && -n ${ELASTIC_API_KEY:-} ]]; then
		server_api_key "$ELASTIC_API_KEY"
	fi
}

curl_quote() { # NAME VALUE, in curl's configuration syntax
	local s=${2//\\/\\\\}
	s=${s//\"/\\\"} s=${s//$'\n'/\\n}
	printf '%s = "%s"\n' "$1" "$s"
}

server_secrets() { # LOGIN; of the node's URL, where there is nothing else
	local header login=$1
	((${#server_headers[@]} == 0)) || login=''
	[[ -z $server_user ]] || login=$server_user:$server_password
	[[ -z $login ]] || curl_quote user "$login"
	for header in "${server_headers[@]}"; do curl_quote header "$header"; done
}

ask() { # METHOD PATH [BODY]
	local body=() status i
	((${#server_nodes[@]})) || error 2 'no node is given'
	[[ -z ${3:-} ]] || body=(--data-binary @-)
	for i in "${!server_nodes[@]}"; do
		node=${server_nodes[i]}
		status=0
		http=$(
			curl -sS -g -m 120 --connect-timeout 10 --proto =http,https -X "$1" -H 'Content-Type: application/json' -o "$answer" -w '%{http_code}' \
				--netrc-optional "${server_arguments[@]}" -K <(server_secrets "${server_logins[i]}") "${body[@]}" "$node$2" 2>"$scratch/why" <<<"${3:-}"
		) || status=$?
		((status)) || return 0
	done
	# Files of ours that curl can't use.
	case $status in
	26 | 58 | 77) error 2 "$(<"$scratch/why")" ;;
	esac
	error 4 "$node: $(<"$scratch/why")"
}

# What the server says is wrong.
reason() {
	jq -er '.error | if type == "object" then ([.root_cause[]?.reason, .caused_by.reason?, .reason] | map(select(.)) | unique | join("; ")) else . end' \
		"$answer" 2>/dev/null || head -c 500 "$answer"
}

# A proxy or another service can say 200 to anything: the answer must be one that the server gives.
must() { # WHAT [TEST]
	case $http in
	2*) [[ -z ${2:-} ]] || jq -es "length == 1 and (.[0] | $2)" "$answer" >/dev/null 2>&1 || error 3 "$node: $1: this is no answer of Elasticsearch or OpenSearch" ;;
	401 | 403) error 3 "$node: $1: the credentials are refused (HTTP $http): $(reason)" ;;
	429 | 5*) error 4 "$node: $1: HTTP $http: $(reason)" ;;
	*) error 3 "$node: $1: HTTP $http: $(reason)" ;;
	esac
}

command -v jq >/dev/null || error 3 'jq is not installed: scripts/deps.sh'
command -v curl >/dev/null || error 3 'curl is not installed: scripts/deps.sh'
