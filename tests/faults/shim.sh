# The library that makes calls fail, as shim.so, for a test; source it after tap.sh.
# shellcheck shell=bash disable=SC2154 # tap.sh sets bin and top
need "${CC:-cc}"
if grep -q __asan_init "$bin/esreshape"; then
	tap_result 0 'the sanitizers have an allocator of their own: tested without them'
	done_testing
	exit
fi
export PYTHONDONTWRITEBYTECODE=1
"${CC:-cc}" -O2 -shared -fPIC -o shim.so "$top/tests/faults/shim.c" -ldl || exit 1
