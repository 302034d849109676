# What else people index with, as far as it can be had here; source it after bench.sh.  have[NAME] is where it is; a note says why
# another is not.  The programs are kept in the cache, as those of the test nodes are.
# shellcheck shell=bash disable=SC2034,SC2154 # bench.sh sets here, others use have
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/espcap/bench
declare -A have=()

# obtain NAME FILE WHAT: unless FILE is in the cache's folder NAME, run get_NAME in a new folder, which becomes NAME if that works.
obtain() {
	local part
	if [[ ! -e $cache/$1/$2 ]]; then
		mkdir -p "$cache"
		part=$(mktemp -d "$cache/part.XXXXXX")
		if ! (cd "$part" && "get_$1") >"$part/log" 2>&1; then
			note "$3 could not be had here: $(tail -n 1 "$part/log" | sed 's,https\?://[^ ]*,(the registry),; s/^[[:space:]]*//')"
			rm -rf "$part"
			return
		fi
		rm -rf "${cache:?}/$1"
		mv -T "$part" "$cache/$1"
	fi
	have[$1]=$cache/$1/$2
}

# Of Elastic's clients the last that do not refuse OpenSearch.
get_python() { python3 -m pip -q --disable-pip-version-check install --target . elasticsearch==7.13.4; }
get_esutil() {
	cp "$here/esutil/main.go" . && go mod init x && go get github.com/elastic/go-elasticsearch/v7@v7.13.1 && go build -o run
}
get_miku() { go mod init x && go get github.com/miku/esbulk@latest && go build -o run github.com/miku/esbulk/cmd/esbulk; }
get_elasticdump() { npm install --no-audit --no-fund --prefix . elasticdump; }

obtain python elasticsearch/__init__.py "Elastic's Python client"
obtain esutil run "Go's esutil.BulkIndexer"
obtain miku run 'the Go program esbulk (github.com/miku/esbulk)'
obtain elasticdump node_modules/.bin/elasticdump elasticdump
PYTHONPATH=$cache/python
export PYTHONPATH
