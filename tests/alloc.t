#!/bin/bash
# Memory ends: by each allocation in turn that fails, and by a limit. esreshape says so with status 3 and leaves no half line.
. "$(dirname "$0")/tap.sh"
need python3
. "$top/tests/faults/shim.sh"

# All that makes it allocate: packets, a long line, names with escapes, a tag that is there, bytes to mend, bad lines.
stamp='"timestamp":"1439587238915"'
{
	zcat "$top/tests/samples/tshark-4.0.ndjson.gz" | head -n 40
	printf '{%s,"a":"\xff","\\u0062":1,"b":2}\n[\n' "$stamp"
	python3 -c 'print("{\"layers\":[" + ",".join(["{\"\\u0061" + "x" * 9000 + "\":[1,2,3]}"] * 100) + "]}")'
	printf '{%s,"sensor":"\xff"}\n' "$stamp"
} >in

# libseccomp itself does not survive it (lib/confine.c): what it needs is there before it is called.
export FAULT_NOT=libseccomp
for options in '' '--id' '--tag sensor=lab --bad=bad --stats=stats' '--id --tag sensor=lab --tag a=b --max-line=100K'; do
	# shellcheck disable=SC2086 # several words
	run python3 "$top/tests/alloc.py" "$PWD/shim.so" in "$bin/esreshape" $options
	ok "each allocation in turn: esreshape $options" test "$status" = 0
	diag "$out$err"
done

# And truly: the memory that a process may have is cut, from too little to start with up to enough.
run esreshape --id in
mv out wanted
normal=$status
ends=''
for ((kb = 3000; kb < 40000; kb += 200)); do
	run bash -c 'ulimit -v "$1"; exec "$2" --id in' - "$kb" "$bin/esreshape"
	# Below that the loader can't map the libraries, or bash cannot start it.
	[[ $err != *'loading shared libraries'* && $err != *': cannot execute'* && $status != 126 && -n $err$out ]] || continue
	if [[ $status == "$normal" ]] && cmp -s out wanted; then
		ends+='whole '
		[[ $ends != *'whole whole whole '* ]] || break
	elif [[ $status == 3 && $err == *'out of memory'* ]] && cmp -s out <(head -c "$(stat -c %s out)" wanted) &&
		[[ -z $(tail -c 1 out) && $(($(wc -l <out) % 2)) == 0 ]]; then ends+='3 '; else ends+="$kb:$status "; fi
done
like "$ends" '^(3 )+(whole )+$' 'under a limit: status 3 until there is enough'
done_testing
