# Test Anything Protocol for shell tests; run by prove(1).  Source it first:
#     . "$(dirname "$0")/tap.sh"
# It sets $bin (the commands under test), $top (the source tree), $tmp (a folder of this test's own, removed at the end,
# also the current directory), a fixed locale and time zone, and no configuration of the caller's.
# shellcheck shell=bash disable=SC2034 # the tests use what is set here
set -u

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$(cd "${ESPCAP_BIN:-$top/build}" && pwd) || exit 1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/espcap-test.XXXXXX") || exit 1
chmod 755 "$tmp"
cd "$tmp" || exit 1
export LC_ALL=C.UTF-8 TZ=UTC XDG_CONFIG_HOME=$tmp/xdg XDG_STATE_HOME=$tmp/state HOME=$tmp
unset STATE_DIRECTORY ESPCAP_CONFIG ELASTICSEARCH_URL ELASTIC_PASSWORD ELASTIC_API_KEY CDPATH MAKEFLAGS MAKELEVEL MFLAGS
# The caller's PATH keeps its order, with the commands under test before it.
export PATH=$bin:$PATH
tap_count=0 tap_failed=0 tap_done=0
out='' err='' status=0

# at_end COMMAND...: run it when the test ends, however it ends.
tap_end=()
at_end() { tap_end+=("$(printf '%q ' "$@")"); }

tap_finish() {
	local rc=$? i
	[ "$BASHPID" = "$$" ] || return "$rc" # a child that a signal met before it was another program
	for ((i = ${#tap_end[@]} - 1; i >= 0; i--)); do eval "${tap_end[i]}"; done
	cd /
	chmod -R u+rwX "$tmp" 2>/dev/null
	rm -rf "$tmp"
	if ((!tap_done)); then
		echo "# ended before done_testing (status $rc)"
		exit 1
	fi
	((tap_failed == 0)) || exit 1
}
trap tap_finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

tap_result() { # 0|1 DESCRIPTION
	((++tap_count))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		((++tap_failed))
		printf 'not ok %d - %s\n' "$tap_count" "$2"
	fi
	return "$1"
}

# On stderr: prove(1) shows that, and hides comments on stdout.
diag() { printf '%s\n' "$*" | head -c 4000 | sed -e 's/^/# /' -e '12q' >&2; }

# ok DESCRIPTION COMMAND...: passes when the command does.
ok() {
	local what=$1
	shift
	if "$@"; then tap_result 0 "$what"; else
		tap_result 1 "$what"
		diag "failed: $*"
		return 1
	fi
}

# is GOT WANTED DESCRIPTION
is() {
	if [ "$1" = "$2" ]; then tap_result 0 "$3"; else
		tap_result 1 "$3"
		diag "got:    $1"
		diag "wanted: $2"
		return 1
	fi
}

# like GOT PATTERN DESCRIPTION: an extended regular expression, anywhere in it.
like() {
	if [[ $1 =~ $2 ]]; then tap_result 0 "$3"; else
		tap_result 1 "$3"
		diag "got:    $1"
		diag "wanted: $2"
		return 1
	fi
}

unlike() {
	if [[ ! $1 =~ $2 ]]; then tap_result 0 "$3"; else
		tap_result 1 "$3"
		diag "got:      $1"
		diag "unwanted: $2"
	fi
}

# run COMMAND...: run it with the standard input given; its stdout, stderr and status go to $out, $err and $status, and stdout and stderr
# also to the files out and err in $tmp.  A run of more than $run_limit seconds is ended and gives 124.
run_limit=120
run() {
	status=0
	timeout -k 5 "$run_limit" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	out=$(tr -d '\0' <"$tmp/out")
	err=$(tr -d '\0' <"$tmp/err")
}

# wait_for SECONDS COMMAND...: poll until the command passes; fails when it has not by then.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# minds_signals PID PROGRAM: whether process PID is that program by now and reads SIGINT itself (it is blocked).  A shell about to become it
# blocks it too, for a moment, and forgets what came then.
minds_signals() { [ "$(cat "/proc/$1/comm")" = "$2" ] && grep -qE '^Sig(Blk|Cgt):.*[2367abef]$' "/proc/$1/status"; }

# has_ended PID: whether that process, another one's child, is gone or waits to be collected.
has_ended() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

# need COMMAND...: end the test here as skipped where one of them is missing; in CI that is a failure.
need() {
	local c
	for c; do
		command -v "$c" >/dev/null || skip_all "$c is not installed (scripts/deps.sh --tests)"
	done
}

skip_all() {
	if [ -n "${CI:-}" ]; then
		tap_result 1 "in CI nothing is skipped: $1"
		done_testing
		exit 1
	fi
	tap_done=1
	if ((tap_count == 0)); then echo "1..0 # SKIP $1"; else
		((++tap_count))
		echo "ok $tap_count # SKIP $1"
		echo "1..$tap_count"
	fi
	exit 0
}

done_testing() {
	tap_done=1
	echo "1..$tap_count"
}
