#!/bin/bash
# espcap on a directory that cron or a ring of captures fills: --done, --follow; and what it keeps and notes by itself.
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"
need tshark setpriv

p=$top/test_pcaps
mkdir in
cp "$p/arp.pcap" "$p/dns.pcap" in
total() { jq -c '[.captured, .indexed, .duplicate, .left, .balanced]' stats; }
packets() { tshark -n -r "$1" 2>/dev/null | wc -l; }
arp=$(packets "$p/arp.pcap") dns=$(packets "$p/dns.pcap") vlan=$(packets "$p/vlan.pcap") icmp=$(packets "$p/icmp.pcap")
into() { run espcap --dir=in --done=list --node="$url" --stats=stats "$@"; }

# --- --done ---
fake
into
is "$status $(total)" "0 [$((arp + dns)),$((arp + dns)),0,0,true]" '--done: what is new is indexed'
is "$(wc -l <list)" 2 'and noted'
into
is "$status $(total)$out$err" "0 [0,0,0,0,true]" 'the second time there is nothing to do, and nothing is said'
cp in/dns.pcap in/renamed.pcap
touch in/arp.pcap
into
is "$status $(total)" '0 [0,0,0,0,true]' 'the same content under another name or with another time is known'
is "$(wc -l <list)" 4 'and noted, so that it is not read again'
cp "$p/vlan.pcap" in
into
is "$status $(total)" "0 [$vlan,$vlan,0,0,true]" 'a new one is indexed'
exec 8>>in/dns.pcap 7>>in/open.pcap
cat "$p/icmp.pcap" >&7
into -v
is "$status $(total)" '0 [0,0,0,0,true]' 'a file that is still being written is left for the next time'
like "$err" 'in/open.pcap: it is still being written' '-v says so'
exec 7>&- 8>&-
into
is "$status $(total)" "0 [$icmp,$icmp,0,0,true]" 'and taken when it is complete'
is "$(taken)" "$(taken | cut -d ' ' -f 1) 0" 'no packet is there twice'
fake_goes
cp "$p/fragments.pcap" in
into --retry 1
is "$status" 4 'the node is away: status 4'
is "$(grep -c fragments list)" 0 'the capture is not noted'
fake
into
is "$status $(grep -c fragments list)" '0 1' 'and indexed the next time'
is "$(find . -name 'esbulk-left*')" '' 'no file of what was left is kept beside its captures'
exec 9>>list
flock -n 9
into
is "$status" 4 'one espcap at a time for a list: status 4'
like "$err" 'another espcap is at work with this list' 'and said'
exec 9>&-
printf 'half a line' >>list
cp "$p/midnight.pcap" in
into
is "$status" 0 'a half line in the list is no harm'
like "$err" 'list:[0-9]+: no entry of a list of captures: passed over' 'and named'
is "$(tail -n 1 list | grep -c midnight)" 1 'nor is the next entry lost'
mkfifo in/pipe
into
is "$status$(grep pipe <<<"$err")" 0 'a named pipe there is passed over'
rm in/pipe
into --count=2
is "$status" 2 '--count would leave captures half indexed'
printf 'count: 2\n' >count.yml
into --config=count.yml
is "$status" 2 'nor may it be in the configuration'
into --config=count.yml --count=0
is "$status" 0 'unless the command line takes it back'
cp "$p/tunnel.pcap" in
into -- -o tcp.check_checksum:TRUE
is "$status $(jq .captured stats)" "0 $(packets in/tunnel.pcap)" "tshark's own arguments: the captures come before them"
mkdir alone
cp "$p/tunnel.pcap" alone
run espcap --dir=alone --done=alone.list --node="$url" -- --no-such-option
is "$status $(wc -l <alone.list)" '3 0' 'what tshark does not take is no reason to note a capture'
run espcap --dir=in --done=list --node="$url" --dry-run
like "$status $out" '^0 escapture .* esbulk' '--dry-run: the line'
ok '--dry-run: it can be given to a shell' bash -o pipefail -c "$out"
run espcap --dir=in --done= --node="$url"
is "$status" 2 'a list without a name'
printf 'dir: in\ndone: list\n' >c.yml
run espcap --config=c.yml --file="$p/dns.pcap" -q
is "$status $(wc -l <out)" '0 22' 'a file on the command line has nothing to do with the list of the configuration'
run espcap --dir=in --done=new-list --node="$url" --stats=stats
is "$status $(wc -l <new-list)" "0 $(find in -type f | wc -l)" 'a list of its own'
run espcap --file="$p/dns.pcap" --done=list --node="$url"
is "$status" 2 '--done is for --dir'
run espcap --dir=in --done=list
is "$status" 2 'and for --node'
run espcap --dir=nothere --done=list --node="$url"
is "$status" 3 'a directory that is not there: status 3'
run espcap --dir=in --done=/dev/full --node="$url"
is "$status" 2 'a device is no list'
run espcap --dir=in --done=nothere/list --node="$url"
is "$status" 3 'a list that can not be made: status 3'

# --- a capture that kills tshark does not hold up the others ---
# shellcheck disable=SC2016 # for the stand-in's shell
printf '#!/bin/bash\n[[ $* != *" -r "* || $(stat -Lc %%s /dev/stdin) != %d ]] || kill -KILL $$\nexec %q "$@"\n' \
	"$(stat -c %s "$p/icmp.pcap")" "$(command -v tshark)" >tshark-dies
chmod 755 tshark-dies
mkdir poisoned
for name in arp dns icmp vlan; do cp "$p/$name.pcap" poisoned; done
echo text >poisoned/text
run espcap --dir=poisoned --done=poisoned.list --node="$url" --tshark=./tshark-dies
is "$status" 3 'a capture that kills tshark: status 3'
like "$err" 'espcap: poisoned/icmp.pcap: it can not be indexed' 'and it is named'
is "$(cut -d '"' -f 2 poisoned.list | sort | xargs)" 'poisoned/arp.pcap poisoned/dns.pcap poisoned/vlan.pcap' 'the others are indexed and noted'
is "$(grep -c 'text: passed over' <<<"$err")" 1 'what is no capture is named once'
run espcap --dir=poisoned --done=poisoned.list --node="$url"
is "$status $(wc -l <poisoned.list)" '0 4' 'another tshark takes it the next time'

# A file that others open and close all the time.
mkdir busy
(until [ -e busy.end ]; do : >>busy/log; done) &
writer=$!
esnew -q --wait --done none busy >/dev/null 2>&1 &
waits=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$waits" 2>/dev/null && sleep 0.1; done
ok 'it does not end esnew' kill "$waits"
wait "$waits"
is $? 143 'which waits until it is told to'
touch busy.end
wait "$writer"

# What is no capture is named once, and so is what can't be read.
mkdir odd odd/folder
echo text >odd/note
mkfifo odd/pipe
: >odd/empty
cp "$p/arp.pcap" odd/.hidden.pcap
run esnew --done none odd
is "$status$out" 0 'neither texts nor folders, pipes and hidden files are new captures'
is "$err" "espcap: odd/empty: passed over: it is empty, no capture
espcap: odd/note: passed over: it is text, no capture" 'texts are named'
run esnew -q --done none odd
is "$status$out$err" 0 'with -q they are not'
cp "$p/arp.pcap" odd/secret.pcap
chmod 600 odd/secret.pcap
cp "$bin/esnew" . && chmod 755 esnew
run setpriv --reuid=65534 --regid=65534 --clear-groups ./esnew -q --done nothere odd
is "$status$out" 0 'one that may not be read is passed over'
like "$err" 'odd/secret.pcap: Permission denied' 'and named'
run setpriv --reuid=65534 --regid=65534 --clear-groups ./esnew --done odd/secret.pcap odd
is "$status" 3 'a list that may not be read: status 3'
rm esnew
for words in 'odd' '--done list' '--done list odd odd'; do
	# shellcheck disable=SC2086
	run esnew $words
	is "$status" 2 "wrong use: esnew $words"
done
run esnew --done list --wait nothere
is "$status" 3 'what is not there can not be waited for'
like "$err" 'nothere: it can.t be watched: No such file' 'and that is said'

# --- --follow ---
mkdir ring
cp "$p/arp.pcap" ring
fake
env --default-signal=INT,TERM espcap --dir=ring --follow --done=followed --node="$url" --stats=stats 2>err.live &
pid=$!
has() { [ "$(wc -l <took)" = "$1" ]; }
ok '--follow: what is there is indexed' wait_for 60 has "$arp"
cp "$p/dns.pcap" ring/part
mv ring/part ring/dns.pcap
ok 'a capture that is moved there' wait_for 60 has $((arp + dns))
tail -c +1 "$p/vlan.pcap" >ring/vlan.pcap
ok 'and one that is written there' wait_for 60 has $((arp + dns + vlan))
noted() { [ "$(wc -l <followed)" = 3 ]; }
ok 'all are noted' wait_for 60 noted
mapfile -t children < <(pgrep -P "$pid")
ok 'its children are seen' test "${#children[@]}" -gt 0
kill -INT "$pid"
wait "$pid"
is "$? $(total)" "0 [$((arp + dns + vlan)),$((arp + dns + vlan)),0,0,true]" 'Ctrl-C ends it; the account is over all'
none_runs() { ! kill -0 "${children[@]}"; } # not even one
ok 'and no process is left' wait_for 60 none_runs

# The node is away for longer: of what was left there is one file, that of the last try, and none when all is delivered.
fake_goes
cp "$p/icmp.pcap" in
esbulk_left() { find . -name 'esbulk-left*' | wc -l; }
espcap --dir=in --follow --done=away.list --node="$url" --retry 4 2>away.err &
pid=$!
tries() { [ "$(grep -c 'again in' away.err)" -ge "$1" ]; }
ok 'the node is away: tried again and again' wait_for 90 tries 3
# While it tries there are two: the older one goes when the newer one is there.
one_left() { [ "$(esbulk_left)" = 1 ]; }
ok 'what is left is in one file only' wait_for 60 one_left
fake_comes_back
none_left() { [ "$(esbulk_left)" = 0 ]; }
ok 'and in none when it was delivered' wait_for 90 none_left
kill -TERM "$pid"
wait "$pid"

# A ring that uses a name again: what was left of the capture before is not removed.
mkdir ring2
cp "$p/dns.pcap" ring2/cap0.pcap
fake_goes
rm away.err # "tries" would see those of before
espcap --dir=ring2 --follow --done=ring2.list --node="$url" --retry 4 2>away.err &
pid=$!
ok 'a ring: the node is away' wait_for 90 tries 2
cp "$p/arp.pcap" ring2/new && mv ring2/new ring2/cap0.pcap
fake_comes_back
ring_noted() { [ -s ring2.list ]; }
ok 'a ring: the capture of the same name is indexed' wait_for 90 ring_noted
kill -TERM "$pid"
wait "$pid"
is "$(cat esbulk-left-*.ndjson | wc -l)" $((2 * dns)) 'a ring: what was left of the one before is kept'
rm -f esbulk-left-*

# --- kept by default, noted in the system's log ---
fake items:400:2
run espcap --file="$p/dns.pcap" --node="$url"
is "$status" 1 'a refused document'
like "$err" "1 refused documents are in $tmp/state/espcap/rejects.ndjson, with the reasons in $tmp/state/espcap/rejects.ndjson.why" \
	'is kept in the state directory, which is named'
is "$(wc -l <state/espcap/rejects.ndjson) $(stat -c %a state/espcap)" '2 700' 'for us alone'
run esbulk --node="$url" state/espcap/rejects.ndjson
is "$status" 0 'and can be given to esbulk again'
mkdir log
# shellcheck disable=SC2016 # for the stand-in
printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>"%s/log/lines"\n' "$tmp" >log/logger
chmod +x log/logger
PATH=$tmp/log:$PATH run espcap --syslog --file="$p/arp.pcap" --node="http://me:secret@${url#http://}" -q
is "$status$err" 0 '--syslog'
like "$(head -n 1 log/lines)" '^-t espcap -p user.info -- start: escapture .*arp.pcap \| esreshape' 'notes the start'
unlike "$(cat log/lines)" secret 'without a password'
like "$(cat log/lines)" "$arp captured, 0 dropped; $arp reshaped, 0 bad; $arp indexed" 'and the account'
is "$(tail -n 1 log/lines)" '-t espcap -p user.info -- end: status 0' 'and the end'
rm log/lines
PATH=$tmp/log:$PATH run espcap --syslog --file="$p/arp.pcap" --node="http://me:s/e:c@r@et@${url#http://}" -q
unlike "$(cat log/lines)" 'c@r|et@' 'without a password, whatever is in it'
done_testing
