#!/bin/bash
# make.sh [SUITE...]: make the samples of this folder again with the tsharks of these suites of the distribution that this machine's
# apt knows (bullseye trixie sid ...; "here": the installed one).  A suite's tshark is unpacked with all it needs into a
# folder of its own, never installed.  Needs root (chroot) or user namespaces; about 100 MB and a minute for each suite.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pcaps=$here/../../test_pcaps
work=$(mktemp -d "${TMPDIR:-/tmp}/espcap-samples.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The first archive in this machine's own apt sources, so that none has to be named here.
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null || true)
archive=$(sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' <<<"$sources" | head -n 1)
key=$(sed -nE 's/^Signed-By: *([^ ]+).*/\1/p' <<<"$sources" | head -n 1)

# unpack SUITE: its tshark and everything that needs into $work/SUITE
unpack() {
	local suite=$1 a=$work/apt-$1 deb dir
	mkdir -p "$a"/{state/lists/partial,cache/archives/partial,etc} "$work/$suite"
	: >"$a/status"
	echo "deb ${key:+[signed-by=$key] }$archive $suite main" >"$a/etc/sources.list"
	local apt=(apt-get -q -y -o Dir::State="$a/state" -o Dir::State::status="$a/status" -o Dir::Cache="$a/cache"
		-o Dir::Etc::sourcelist="$a/etc/sources.list" -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=root
		-o APT::Install-Recommends=false -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none)
	if ! { "${apt[@]}" update && "${apt[@]}" -d install tshark; } >"$a/log" 2>&1; then
		tail -n 3 "$a/log" >&2
		return 1
	fi
	for deb in "$a"/cache/archives/*.deb; do dpkg -x "$deb" "$work/$suite"; done
	# Newer suites leave these to a package that tshark does not name.
	for dir in lib lib64; do [[ -e $work/$suite/$dir ]] || ln -s "usr/$dir" "$work/$suite/$dir"; done
	rm -rf "$a"
	mkdir -p "$work/$suite/pcaps"
	cp "$pcaps"/*.pcap* "$work/$suite/pcaps"
}

# in_suite SUITE COMMAND...: with the suite's files as the root
in_suite() {
	local root=$1
	shift
	if [[ $root == here ]]; then "$@"; else
		local enter=()
		((EUID == 0)) || enter=(unshare -r)
		"${enter[@]}" chroot "$work/$root" "$@"
	fi
}

for suite in "${@:-here}"; do
	folder=/pcaps
	if [[ $suite == here ]]; then folder=$pcaps; else unpack "$suite" || {
		echo "make.sh: $suite can't be had here" >&2
		continue
	}; fi
	export LC_ALL=C.UTF-8 TZ=UTC WIRESHARK_CONFIG_DIR=/nonexistent
	# TShark (Wireshark) 4.0.17 (Git ...
	version=$(in_suite "$suite" /usr/bin/tshark --version 2>/dev/null | sed -nE '1s/^TShark (\(Wireshark\) )?([0-9.]+[0-9]).*/\2/p')
	sample=$here/tshark-${version%.*}.ndjson
	: >"$sample"
	for f in "$pcaps"/*.pcap*; do
		in_suite "$suite" /usr/bin/tshark -n -r "$folder/${f##*/}" -T ek 2>/dev/null >>"$sample" || true # cut.pcap is cut
	done
	# What is left out prints differently: layers that are just {"filtered":...}, and in tunnels arrays of them.
	for f in icmp.pcap tunnel.pcap; do
		in_suite "$suite" /usr/bin/tshark -n -r "$folder/$f" -T ek -J 'frame ip udp' 2>/dev/null >>"$sample"
	done
	gzip -9nf "$sample"
	echo "${sample##*/}.gz: $version of $suite, $(zcat "$sample.gz" | wc -l) lines, $(zcat "$sample.gz" | wc -c) bytes, $(stat -c %s "$sample.gz") compressed"
done
