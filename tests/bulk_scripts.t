#!/bin/bash
# esbulk against random scripts of faults.  SCRIPTS sets how many (200), SCRIPTS_SEED repeats a run.
. "$(dirname "$0")/tap.sh"
need python3

seed=${SCRIPTS_SEED:-$RANDOM}
diag "SCRIPTS_SEED=$seed"
run_limit=1200 run python3 "$top/tests/bulk_scripts.py" "$top/tests/fakenode.py" "${SCRIPTS:-200}" "$seed" 10000
ok 'whatever the faults, each document is delivered, or counted and kept' test "$status" = 0
[ "$status" = 0 ] || diag "$out$err"

# And what must not be is seen: one that loses a chunk when the server is busy, as some clients do.
mkdir lossy
cat >lossy/esbulk <<END
#!/bin/bash
head -n -2 in >less
exec "$bin/esbulk" "\${@:1:\$#-1}" less
END
chmod +x lossy/esbulk
PATH=$PWD/lossy:$PATH run python3 "$top/tests/bulk_scripts.py" "$top/tests/fakenode.py" 2 1 1000
is "$status" 1 'a client that loses a document is found out'
done_testing
