#!/bin/bash
# A stage of espcap killed with -9 at a random moment: never status 0 with something missing, and a second run with --id makes it
# whole.  KILLS sets how often (10).
# shellcheck disable=SC2119 # fake takes steps or none
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"
need tshark python3

"$top/tests/bench/tile.py" 2000 big.pcap
packets=$(capinfos -rTc big.pcap | awk '{ print $NF }')
fake ok
run espcap --file=big.pcap --id --node="$url" --stats=stats
is "$status $(jq .indexed stats)" "0 $packets" "undisturbed: all $packets packets are indexed"
whole=$(cut -f 2 took | sort -u | wc -l)

seed=${KILL_SEED:-$RANDOM}
RANDOM=$seed
diag "KILL_SEED=$seed"
stages=(escapture esreshape esbulk tshark)
late=0
for ((n = 0; n < ${KILLS:-10}; n++)); do
	stage=${stages[n % ${#stages[@]}]} moment=0.$((RANDOM % 10))$((RANDOM % 10))
	fake ok
	rm -f stats
	espcap --file=big.pcap --id --node="$url" --retry 5 --stats=stats 2>err &
	pid=$!
	sleep "$moment" # the random moment itself, not a wait for something
	victim=$(pgrep -P "$pid" -x "$stage" | head -n 1)
	[ "$stage" != tshark ] || victim=$(pgrep -P "$(pgrep -P "$pid" -x escapture | head -n 1)" -x tshark 2>/dev/null | head -n 1)
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || victim=''
	status=0
	wait "$pid" || status=$?
	there=$(cut -f 2 took | sort -u | wc -l)
	if [ -z "$victim" ] || { [ "$status" = 0 ] && [ "$there" = "$whole" ]; }; then
		late=$((late + 1))
		continue
	fi
	ok "$stage killed after $moment s: status $status" test "$status" -ge 3
	like "$(cat err)" "$stage was ended by signal 9" "$stage killed after $moment s: said"
	[ "$stage" = tshark ] || like "$(cat err)" 'the account does not balance' "$stage killed after $moment s: the account says so"
	run espcap --file=big.pcap --id --node="$url" --stats=stats -q
	is "$status $(jq '.indexed + .duplicate' stats) $(cut -f 2 took | sort | uniq -d | wc -l) $(cut -f 2 took | sort -u | wc -l)" "0 $packets 0 $whole" \
		"$stage killed after $moment s: whole after a second run"
done
diag "$late of $n came before the start or after the end"
done_testing
