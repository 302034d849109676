#!/bin/bash
# esreshape and the reference agree byte for byte on generated documents; and a difference would be seen.
. "$(dirname "$0")/tap.sh"
need python3
run_limit=300
export PYTHONDONTWRITEBYTECODE=1

run python3 "$top/tests/reshape_property.py" --documents "${PROPERTY_DOCUMENTS:-100000}" ${PROPERTY_SEED:+--seed "$PROPERTY_SEED"}
sed 's/^/# /' out err
is "$status" 0 'generated documents: the output, the bad lines and the status are what the reference gives'

# A wrong esreshape is found, and what shows it is small enough to be pasted.
cat >wrong <<END
#!/bin/bash
"$bin/esreshape" "\$@" >out.\$\$
status=\$?
sed 's/null,null/null/' out.\$\$
rm out.\$\$
exit \$status
END
chmod +x wrong
run python3 "$top/tests/reshape_property.py" --esreshape ./wrong --documents 10000 --seed 1
is "$status" 1 'a wrong program fails'
shown=$(sed -n "s/^#     printf '\(.*\)' | esreshape.*/\1/p" out)
ok 'the document is printed' test -n "$shown"
ok 'and small' test ${#shown} -lt 100
# shellcheck disable=SC2059 # it is printed to be a format
printf "$shown" >line
ok 'and shows it' test "$(./wrong --bad=bad <line)" != "$(esreshape --bad=bad <line)"
done_testing
