#!/bin/bash
# esbulk against random scripts of faults.  SCRIPTS sets how many (200), SCRIPTS_SEED repeats a run.
. "$(dirname "$0")/tap.sh"
need python3

seed=${SCRIPTS_SEED:-$RANDOM}
diag "SCRIPTS_SEED=$seed"
run_limit=1200 run python3 "$top/tests/bulk_scripts.py" "$top/tests/fakenode.py" "${SCRIPTS:-200}" "$seed" 10000
ok 'whatever the faults, each document is delivered, or counted and kept' test "$status" = 0
[ "$status" = 0 ] || diag "$out$err"

# And what must not be is seen: stand-ins that lose one document, or send one twice, and say that all went well.
stand_in() { # RULE COMMAND: what it does with the stream "in" before the real one has it as "less", and with the account
	mkdir "$1"
	cat >"$1/esbulk" <<END
#!/bin/bash
$2
"$bin/esbulk" "\${@:1:\$#-1}" less
status=\$?
sed -i -E 's/"(documents|indexed)":[0-9]+/"\1":1000/g; s/"(duplicate|rejected|left|unknown)":[0-9]+/"\1":0/g' stats
exit \$status
END
	chmod +x "$1/esbulk"
	# Without faults, so that this is all that is wrong.
	sed '/^FAULTS = /,/\]$/c FAULTS = ["ok"]' "$top/tests/bulk_scripts.py" >"$1/scripts.py"
	PATH=$PWD/$1:$PATH run python3 "$1/scripts.py" "$top/tests/fakenode.py" 4 1 1000
}
stand_in loses 'head -n -2 in >less'
is "$status" 1 'a client that loses a document is found out'
like "$out" 'a document is lost' 'as one that does'
stand_in doubles '{ cat in && tail -n 2 in | sed s/create/index/; } >less'
is "$status" 1 'a client that sends one twice is found out'
like "$out" '1 documents are there twice, 0 said to be' 'as one that does'
done_testing
