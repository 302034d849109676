#!/bin/bash
. "$(dirname "$0")/tap.sh"
need jq setpriv

run esifaces
is "$status" 0 'names: status'
ok 'names: lo is there, alone on its line' grep -qx lo <<<"$out"
names=$out
run esifaces --json
is "$(jq -r '.[].name' <<<"$out")" "$names" 'JSON has the same names in the same order'
is "$(jq -c '.[] | select(.name == "lo") | [.loopback, (.addresses | index("127.0.0.1") != null), .state]' <<<"$out")" '[true,true,"loopback"]' 'JSON: lo'
run esifaces -l
like "$out" $'^NO +NAME +STATE +LINK +ADDRESSES +DESCRIPTION\n' 'table: heads'
like "$out" $'\n *[0-9]+ +lo +loopback +EN10MB +127.0.0.1' 'table: lo, with its link type'
is "$(wc -l <<<"$out")" $(($(wc -l <<<"$names") + 1)) 'table: a line each'
number=$(awk '$2 == "lo" { print $1 }' <<<"$out")
is "$(sed -n "${number}p" <<<"$names")" lo 'the number is the place in the list'
cp "$bin/esifaces" "$tmp/" && chmod 755 "$tmp/esifaces"
run setpriv --reuid=65534 --regid=65534 --clear-groups "$tmp/esifaces" -l
is "$status" 0 'without privilege: status'
like "$out" $'\n *[0-9]+ +lo +loopback +-' 'without privilege lo is listed, its link type is not known'
run esifaces extra
is "$status" 2 'operands are wrong use'
run esifaces --help
is "$status" 0 '--help'
run bash -c 'esifaces > /dev/full'
is "$status" 3 'a full disk is told'
run bash -c 'esifaces -l >&-'
is "$status" 3 'a closed stdout is told'
done_testing
