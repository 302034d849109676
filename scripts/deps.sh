#!/bin/bash
# Install, on Debian or Ubuntu, what espcap needs; nothing is asked and nothing done when all is there.
set -euo pipefail

usage() {
	cat <<'END'
usage: deps.sh [--tests | --demo | --bench] [--print]
Install with apt-get what building and running espcap needs; with --demo also what a test node and the queries need, with
--tests what the tests need, with --bench what make bench needs, and other clients to compare with.  Needs root, or sudo without
a password; otherwise it prints the line to run and exits with 3.

  --print   only print the packages that are missing
END
}

error() {
	printf 'deps.sh: %s\n' "$2" >&2
	exit "$1"
}

build=(gcc make pkg-config libc6-dev libjsmn-dev libpcap-dev libyaml-dev libcurl4-openssl-dev zlib1g-dev libsodium-dev nettle-dev libxxhash-dev libseccomp-dev)
run=(tshark wireshark-common curl util-linux jq)
demo=(maven default-jre-headless python3 procps)
tests=(iproute2 systemd clang libclang-rt-dev llvm openssl perl libcmocka-dev shellcheck cppcheck mandoc codespell git binutils chromium kcat bash-completion build-essential debhelper devscripts lintian mmdebstrap python3-pip)
bench=(hyperfine time tcpreplay gnuplot-nox golang-go nodejs npm python3-pip)
print=''

wanted=("${build[@]}" "${run[@]}")
for word; do
	case $word in
	--demo) wanted+=("${demo[@]}") ;;
	--tests) wanted+=("${demo[@]}" "${tests[@]}") ;;
	--bench) wanted+=("${demo[@]}" "${bench[@]}") ;;
	--print) print=1 ;;
	-h | --help) usage && exit 0 || exit 3 ;;
	*)
		usage >&2
		exit 2
		;;
	esac
done

command -v dpkg-query >/dev/null || error 3 'this is neither Debian nor Ubuntu: install by hand what README.md names'
missing=()
for package in "${wanted[@]}"; do
	# Another Java, compiler or the like than Debian's does as well.
	case $package in
	default-jre-headless) ! java -version >/dev/null 2>&1 || continue ;;
	gcc) ! command -v cc >/dev/null || continue ;;
	golang-go) ! command -v go >/dev/null || continue ;;
	nodejs | npm) ! command -v npm >/dev/null || continue ;;
	python3-pip) ! python3 -m pip --version >/dev/null 2>&1 || continue ;;
	esac
	status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
	[[ $status == *' installed' ]] || missing+=("$package")
done
if [[ -n $print ]]; then
	((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}"
	exit
fi
((${#missing[@]} > 0)) || exit 0

as_root=()
if ((EUID != 0)); then
	if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		as_root=(sudo)
	else
		printf 'deps.sh: packages are missing; run this:\n\n    sudo apt-get install -y %s\n\n' "${missing[*]}" >&2
		exit 3
	fi
fi
# wireshark-common asks whether others than root may capture; the answer stays no.
get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
printf 'deps.sh: installing %s\n' "${missing[*]}"
"${get[@]}" update >/dev/null || error 3 'apt-get update failed'
"${get[@]}" install --no-install-recommends "${missing[@]}" >/dev/null || error 3 "apt-get could not install: ${missing[*]}"
