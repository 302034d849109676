#!/bin/bash
# esbulk against a scripted server: each rule of delivery, and the account equal to what the server saw.
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"

documents 100 >in
documents 100 id >ids

# --- what goes well ---
fake
send in
is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' 'all is taken'
is "$err$out" '' 'and nothing is said'
send -v <in
like "$err" '^esbulk: 100 documents: 100 indexed, 0 duplicate, 0 rejected, 0 left$' 'stdin, and -v says the account'
fake
send --chunk 30 in
is "$(cut -d ' ' -f 1 took.requests | sort -n | tr '\n' ' ')" '10 30 30 30 ' '--chunk'
fake
send --bytes 400 in
ok '--bytes bounds a request' test "$(cut -d ' ' -f 2 took.requests | sort -n | tail -n 1)" -le 400
is "$(taken)" '100 0' 'and all is taken'
{ documents 2; printf '{"index":{"_index":"t"}}\n{"n":"%01000d"}\n' 0; documents 1 | sed 's/"n":1/"n":9/'; } >big
fake
send --bytes 100 big
is "$(cut -d ' ' -f 1 took.requests | tr '\n' ' ') $(taken)" '2 1 1  4 0' 'a longer document goes alone'
fake
send --gzip --pipeline p --refresh true in
is "$status $(taken)" '0 100 0' '--gzip, --pipeline, --refresh'
fake type
send in
is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' 'Elasticsearch 6: a type is found to be wanted'
fake
send --doctype _doc in
is "$status $(taken)" '0 100 0' '--doctype'
sed 's/$/\r/' in >crlf
fake
send crlf
is "$status $(account)" '0 [100,100,0,0,0]' 'CRLF'
head -c -1 in >nolast
fake
send nolast
is "$status $(account)" '0 [100,100,0,0,0]' 'no last newline'
{ printf '\xef\xbb\xbf' && cat in; } >marked
fake
send marked
is "$status $(account)" '0 [100,100,0,0,0]' 'a byte order mark'
send ids
send ids
is "$status $(account)" '0 [100,0,100,0,0]' 'ids that are there are duplicates'
send /dev/null
is "$status $(account)" '0 [0,0,0,0,0]' 'nothing to do'

# --- what is sent again ---
again() { # DESCRIPTION FILE STEP...: all is delivered, each once
	local what=$1 file=$2
	shift 2
	fake "$@"
	send --chunk 20 --timeout 10 "$file"
	is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' "$what"
}
again 'a request answered 429' in http:429
again '429 with Retry-After' in http:429:1
again '503, then 502, then 504, then 500' in http:503 http:502 http:504 http:500
again 'items answered 429' in items:429:0,5,19
again 'items answered 500, 502, 503, 504' in items:500:1 items:502:2 items:503:3 items:504:4
again 'every item again and again' in 4xerrors:1
again 'a connection closed before' in cut-before
again '429, then a cut, then a 429 item' in http:429 cut-before items:429:1
again 'a cluster block on the request, 403' in blocked:403
again 'a cluster block on the request, 429' in blocked:429
again 'a cluster block on items' in items:403block:0,1 items:429block:2
again 'an answer a byte at a time' in slow
again 'a hung request is freed by --timeout' in hang
fake items:403block:0
send in
like "$err" 'waiting: as the script says: \\x1b\[31m403block' 'the reason of a block is said, safely'
fake http:429:2
start=$SECONDS
send in
ok 'Retry-After is waited for' test $((SECONDS - start)) -ge 1

fake cut-answer http:503 items:429:0,1
send -v --chunk 50 --connections 1 in
is "$status $(account)" '0 [100,100,0,0,0]' '-v: all is delivered'
like "$err" 'HTTP 503.*; 50 documents again' '-v tells of each request that is sent again'
like "$err" 'transfer closed .*; 50 documents again' 'of one that broke off too'
like "$err" '2 documents again: es_rejected_execution_exception: as the script says' 'and of items'

# The answer is lost after the server took the chunk: with ids it is a duplicate, without it may be double and is said so.
for step in cut-after cut-answer garbage short; do
	fake "$step"
	send --chunk 50 ids
	is "$status $(jq -c '[.documents, .indexed + .duplicate, .rejected, .left]' stats) $(taken)" '0 [100,100,0,0] 100 0' "$step, with ids: each once"
	fake "$step"
	send --chunk 50 in
	is "$status $(jq -c '[.documents, .indexed, .unknown]' stats)" '0 [100,100,50]' "$step, without: the unknown outcome is counted"
done
fake ok cut-after
send --chunk 50 --connections 1 in
is "$status $(jq -c '[.documents, .indexed, .unknown]' stats) $(taken)" '0 [100,100,50] 100 50' 'cut-after on a connection that was kept: libcurl sends again by itself, and that is counted too'
fake 3xcut-answer
send --chunk 50 --connections 1 in
is "$(jq -c '[.indexed, .unknown]' stats)" '[100,100]' 'a document whose outcome is unknown again and again is counted once'
fake hang
send --retry 4 --chunk 50 --connections 1 in
is "$status $(account) $(jq .unknown stats)" '4 [100,0,0,0,100] 50' 'what was under way when it gave up is of unknown outcome too'
rm -f esbulk-left-*
for step in http:500 http:502 http:503 http:504; do
	fake "$step"
	send --chunk 50 --connections 1 in
	is "$status $(jq -c '[.documents, .indexed, .unknown]' stats)" '0 [100,100,50]' "$step from whoever: the unknown outcome is counted"
done
fake http:429
send --chunk 50 --connections 1 in
is "$(jq -c '[.indexed, .unknown]' stats)" '[100,0]' 'not so with 429'
again 'an answer that is compressed, unasked' in gzip
for step in headers body bomb; do
	fake "$step"
	send --chunk 50 --timeout 60 ids
	is "$status $(jq -c '[.documents, .indexed + .duplicate]' stats) $(taken)" '0 [100,100] 100 0' "an answer with endless $step"
done

fake body
send --chunk 50 --connections 1 in
is "$status $(jq -c '[.documents, .indexed, .unknown]' stats)" '0 [100,100,50]' 'without ids: the outcome of what has an endless answer is unknown'
# Elasticsearch quotes the value that is of the wrong type, whole, and once more in the cause.
{ echo '{"index":{"_index":"t"}}' && awk 'BEGIN { printf "{\"n\":\"%0700000d\"}\n", 0 }'; } >quoted
fake quotes
send --rejects=refused0 quoted
is "$status $(account) $(wc -l <took.requests)" '1 [1,0,0,1,0] 1' 'an answer with much of the request in it is read, and the document refused at once'
ok 'and kept' cmp quoted refused0

# --- what is refused ---
fake items:400:3,7
send --rejects=refused in
is "$status $(account)" '1 [100,98,0,2,0]' 'items refused: status 1'
is "$(cat refused)" "$(sed -n '7,8p;15,16p' in)" 'they are kept as a bulk stream'
is "$(jq -c '[.status, .type, .index, .line]' refused.why | tr '\n' ' ')" '[400,"mapper_parsing_exception","t",7] [400,"mapper_parsing_exception","t",15] ' 'with reasons'
like "$err" '2 refused documents are in refused, with the reasons in refused.why' 'and named'
unlike "$err" $'\033' 'a hostile reason does not reach the terminal'
printf '{"index":{"_index":"t"}}\n{"n":' >refused
fake items:400:0
send --rejects=refused in
is "$(tail -n 3 refused | head -n 1)" '{"n":' 'a file that ended inside a line gets a newline first'
cp refused refused5
fake
send --rejects=refused5 refused5 ids
is "$status $(account) $(cmp refused refused5)" '3 [100,100,0,0,0] ' 'the file of refused documents is not read while it is written to'
like "$err" "refused5: refused documents go there, so it can't be read" 'and that is said'
mkdir here
fake items:409:0 items:404:1
(cd here && esbulk --node="$url" ../in 2>err; echo $? >status)
is "$(cat here/status)" 1 'refused without --rejects: status'
ok 'and kept in a file of its own' test -s here/esbulk-rejected-*.ndjson
sed 's/"n":37}/"n":37,"marked":1}/; s/"n":80}/"n":80,"marked":1}/' in >marked
fake marked:400
send --chunk 50 --rejects=refused2 marked
is "$status $(account) $(taken)" '1 [100,98,0,2,0] 98 0' 'a request refused with 400 is halved until the culprits are alone'
is "$(grep -c marked refused2)" 2 'which are kept'
fake larger:500
send in
is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' 'a request answered 413 is halved'
fake larger:500
send --rejects=refused3 big
is "$status $(account)" '1 [4,3,0,1,0]' 'a document too large for the server is refused'

printf '{"index":{"_index":"t"}}\n{"n":1,"marked":1}\n' >odd
printf '{"index":{"_index":%s}}\n{"marked":1}\n' '{"a":"b"}' '"a\"\u005c\u000a"' $'"a\xff"' >>odd
fake marked:400
send --rejects=refused4 odd
is "$(jq -c .index refused4.why | sort | tr '\n' ' ')" '"" "a\"\\\n" "a�" "t" ' 'whatever the action says, the reasons are JSON'

# --- what is left ---
left() { # DESCRIPTION STATUS STEP...: nothing goes; all is left in a file that is named
	local what=$1 want=$2
	shift 2
	rm -f esbulk-left-*
	fake "$@"
	send --retry 4 --chunk 20 in
	is "$status $(account)" "$want [100,0,0,0,100]" "$what: status $want, all left"
	is "$(cat esbulk-left-*.ndjson | sort)" "$(sort in)" "$what: in a file"
	like "$err" 'documents are left in ./esbulk-left-[0-9]+.ndjson: give it to esbulk again' "$what: that is named"
}
left 'credentials refused' 3 'auth:nobody'
left 'busy for longer than --retry' 4 1000xhttp:503
like "$err" "nothing could be delivered for 4 s: $url: HTTP 503, es_rejected_execution_exception: busy; what is not delivered is kept" 'and why is said'
left 'no index and none may be made' 3 1000xitems:404index:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19
left 'no bulk there' 3 1000xhttp:404
rm -f esbulk-left-*
url=http://127.0.0.1:1
send --retry 4 <in
is "$status $(account)" '4 [100,0,0,0,100]' 'nobody listens: status 4, all left'
is "$(jq -r .left_in stats)" "$(ls ./esbulk-left-*.ndjson)" 'where, is in the account'
like "$err" 'no node can be reached, waiting' 'and said once'
is "$(grep -c 'no node can be reached' <<<"$err")" 1 'once'
fake
send esbulk-left-*.ndjson
is "$status $(taken)" '0 100 0' 'the file of what was left is a bulk stream'

# --- several nodes ---
fake
send --node=127.0.0.1:1 in
is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' 'one node dead: its chunks go to the other'
url="$url,http://localhost:${url##*:}/prefix/"
send --chunk 10 ids
is "$status $(account)" '0 [100,100,0,0,0]' 'a list of URLs, one with a path'
fake
fake_goes
rm -f err.live
esbulk --node="$url" --stats=stats in 2>err.live &
pid=$!
ok 'no node is there: it waits' wait_for 60 grep -q 'waiting' err.live
fake_comes_back
wait "$pid"
is "$? $(account)" '0 [100,100,0,0,0]' 'a node that comes back is used again'
for words in 'localhost:99999' 'ftp://x' '' 'a,,b' 'http://' 'a b' '::1'; do
	run esbulk --node="$words" in
	is "$status" 2 "wrong use: --node='$words'"
done
run esbulk --node='http://u:secret@[::1' in
unlike "$err" secret 'a password in a bad URL is not shown'
run env -u ELASTICSEARCH_URL "$bin/esbulk" in
is "$status" 2 'no node is wrong use'
fake
ELASTICSEARCH_URL=$url run esbulk in
is "$status" 0 'ELASTICSEARCH_URL'

# --- the input ---
fake
printf '%s\n' '{"index":{"_index":"t"}}' '{"n":1}' 'hello' '{"n":2}' '[1]' '{"index":{"_index":"t"}}' 'no document' '{"index":{"_index":"t"}}' '{"n":3}' '{"index":{}}' >mixed
send mixed
is "$status $(account) $(jq .bad stats) $(taken)" '1 [2,2,0,0,0] 5 2 0' 'lines that are no bulk stream are counted and passed over'
like "$err" 'mixed:3: expected an action line' 'with the line and what was expected'
like "$err" 'mixed:7: expected a document, an object, after its action line' 'also for a document'
like "$err" 'mixed:10: the document after this action line is missing' 'and at the end'
send nothere in
is "$status $(account)" '3 [100,100,0,0,0]' 'a missing file: status 3, the others are delivered'
python3 -c 'print("{\"index\":{\"_index\":\"t\"}}\n{\"n\":\"" + "x" * 3000000 + "\"}")' >long
send --max-line 2M long in
is "$status $(account)" '1 [100,100,0,0,0]' 'a line over --max-line is passed over'
send long
is "$status $(account)" '0 [1,1,0,0,0]' 'a long line'
mkfifo pipe
esbulk --node="$url" --flush 0.3 <pipe &
pid=$!
exec 7>pipe
fake_took() { grep -q '"trickle"' took; }
printf '{"index":{"_index":"t"}}\n{"n":"trickle"}\n' >&7
ok 'a slow trickle is flushed by time' wait_for 60 fake_took
exec 7>&-
wait "$pid"
esbulk --node="$url" --flush 20 --stats=stats <pipe &
pid=$!
exec 7>pipe
printf '{"index":{"_index":"t"}}\n{"n":"alone"}\n' >&7
one_took() { grep -q '"alone"' took; }
ok 'one that comes alone does not wait so long' wait_for 18 one_took
for n in 2 3 4; do printf '{"index":{"_index":"t"}}\n{"n":%d}\n' $n >&7; done
exec 7>&-
wait "$pid"
is "$(jq .requests stats) $(jq .indexed stats)" '2 4' 'those behind it do: one request for all of them'

# --- a terminal ---
fake slow
on_terminal() { script -qec "stty cols $1; $2" /dev/null </dev/null | tr '\r' '\n' | sed 's/\x1b\[K//' >terminal; }
on_terminal 200 "esbulk --node='$url' in"
like "$(<terminal)" $'\n100%, [0-9]+ s left: [0-9]+ documents, 0\\.0 MB, [0-9]+/s, [0-9] in flight, 0 retried, 0 rejected\n' 'on a terminal: progress, for a file with percent and time'
like "$(<terminal)" 'esbulk: 100 documents: 100 indexed' 'and the account at the end'
on_terminal 40 "esbulk --node='$url' in"
is "$(grep -v '^esbulk: ' terminal | awk '{ print length }' | sort -n | tail -n 1)" 39 'cut to its width, so that it stays one line'
on_terminal 80 "esbulk --node='$url' -q in"
is "$(<terminal)" '' '-q: nothing'
on_terminal 80 "cat in | esbulk --node='$url'"
like "$(<terminal)" '^[^%]*[0-9]+ documents, [^%]*$' 'from a pipe without percent'

# --- signals ---
fake
rm -f err.live
env --default-signal=INT esbulk --node="$url" --flush 60 --stats=stats <pipe 2>err.live &
pid=$!
exec 7>pipe
documents 5 >&7
wait_for 60 minds_signals "$pid" esbulk
counted() { kill -USR1 "$pid" && grep -q '5 documents: 0 indexed' err.live; }
ok 'SIGUSR1: the account so far' wait_for 60 counted
kill -INT "$pid"
wait "$pid"
is "$? $(account) $(taken)" '4 [5,5,0,0,0] 5 0' 'SIGINT: what was read is delivered'
exec 7>&-
env --default-signal=TERM esbulk --node="$url" pipe &
pid=$!
wait_for 60 minds_signals "$pid" esbulk
kill -TERM "$pid"
gone() { ! kill -0 "$pid"; }
wait_for 60 gone || kill -KILL "$pid"
wait "$pid"
is $? 4 'SIGTERM while a named pipe has no writer yet'
fake 1000xhttp:503
rm -f err.live
env --default-signal=TERM esbulk --node="$url" --stats=stats <pipe 2>err.live &
pid=$!
exec 7>pipe
documents 5 >&7
wait_for 60 grep -q 503 took.requests
kill -TERM "$pid"
wait_for 60 grep -q 'reading no more' err.live
ended() { kill -TERM "$pid" 2>/dev/null; ! kill -0 "$pid" 2>/dev/null; }
wait_for 60 ended
wait "$pid"
is "$? $(account)" '4 [5,0,0,0,5]' 'a second signal: what is not delivered is kept'
exec 7>&-

# --- the spool ---
url=http://127.0.0.1:1
send --spool spool --retry 4 --chunk 10 ids
is "$status $(account)" '4 [100,0,0,0,100]' 'with --spool: status 4, all left'
is "$(cat spool/*.bulk | sort)" "$(sort ids)" 'in the spool'
like "$err" '100 documents are left in the spool spool' 'which is named'
echo '{"index":{"_index":"t","_id":"x"}}' >spool/half.bulk.tmp
echo 'another program works on this' >spool/other.tmp
fake
send --spool spool /dev/null
is "$status $(account) $(taken)" '0 [100,100,0,0,0] 100 0' 'the next run delivers it'
is "$(ls spool)" 'half.bulk.tmp
other.tmp' 'and the spool is empty, but for what is not ours'
is "$(cut -f 2 took | head -n 3 | tr '\n' ' ')" 'id1 id2 id3 ' 'the oldest first'
esbulk --node="$url" --spool spool <pipe &
pid=$!
exec 7>pipe
opened() { find "/proc/$pid/fd" -lname "$tmp/spool" | grep -q .; }
wait_for 60 opened
locked() { run esbulk --node="$url" --spool spool /dev/null; [ "$status" = 3 ]; }
ok 'a spool is for one esbulk at a time' wait_for 60 locked
like "$err" 'another esbulk uses this spool' 'and that is said'
exec 7>&-
wait "$pid"
mkdir mine
cp in mine/packets.bulk
fake
send --spool mine mine/packets.bulk
is "$status $(account) $(ls mine)" '0 [100,100,0,0,0] packets.bulk' 'a bulk stream in the same folder is only what it is given as'
mkdir oddspool
name=oddspool/00000000001-0000000001-00000
cp ids "${name}1.bulk"
echo hello >"${name}2.bulk"
fake
send --spool oddspool --spool-max 2K --chunk 1 in
is "$status $(account)" '3 [200,200,0,0,0]' 'a file that is no bulk stream: the others are delivered, and the status tells'
is "$(ls oddspool)" "$(basename "${name}2.bulk.bad")" 'it is kept'
fake auth:nobody
send --spool bounded --spool-max 3K --chunk 10 in
is "$status" 3 'a full spool and no server any more: status'
like "$err" 'bounded: it is full .--spool-max.: the input is not read to its end' 'and it is said'
ok 'the spool is as large as it may be' test "$(cat bounded/* | wc -c)" -le 3500
exec 7<>pipe # nobody writes to it, and nobody may read it
fake auth:nobody
run_limit=30 run esbulk --node="$url" --spool bounded2 --spool-max 3K --chunk 10 in in <&7
is "$status" 3 'so too when stdin is another one that is open'
exec 7>&-
rm -r bounded bounded2
fake item:400 items:429:1
sed -n '1,2s/"n":1}/"n":1,"marked":1}/; 1,6p' in >marked
run esbulk --node="$url" --spool unkept --rejects=/dev/full marked
is "$status $(cat unkept/*)" "3 $(<marked)" 'what could not be kept elsewhere is not taken from the spool, whatever else is in its chunk'
fake
send --spool small --spool-max 1000 ids
is "$status $(account)" '0 [100,100,0,0,0]' 'a spool smaller than --bytes: chunks that fit'
rm -f err.live
esbulk --node=127.0.0.1:1 --spool small --spool-max 1000 --bytes 600 --flush 0.1 --retry 0 <pipe 2>err.live &
pid=$!
exec 7>pipe
cat in >&7
wait_for 60 grep -q 'no node can be reached, waiting' err.live
ticks() { cut -d ' ' -f 14,15 "/proc/$pid/stat" | tr ' ' +; }
before=$(($(ticks))) end=$((SECONDS + 2))
passed() { ((SECONDS >= end)); }
wait_for 5 passed
ok 'a full spool that waits for its server costs no time' test $(($(ticks) - before)) -lt 10
kill -KILL "$pid"
wait "$pid" 2>/dev/null
exec 7>&-
mkdir full
if mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
	at_end umount "$tmp/full"
	documents 5000 id >many
	fake 2xhttp:503
	send --spool full many
	is "$status $(account) $(taken)" '0 [5000,5000,0,0,0] 5000 0' 'a full disk under the spool: all is delivered'
	like "$err" 'No space left on device; without the spool from here on' 'and it is said'
	mount -o remount,ro full
	fake
	send --spool full in
	is "$status $err $(taken)" '3 esbulk: full: Read-only file system 0 0' 'a spool that can not be written to is told before anything is sent'
else
	diag 'no tmpfs can be mounted here: a full disk under the spool was not tried'
	[ -z "${CI:-}" ] || is mount 'a tmpfs' 'in CI nothing is skipped'
fi

# Killed at any moment with a spool, and run again: with ids each document is there exactly once.
documents 3000 k >kids
fake 3xhttp:503 cut-after 20xok items:429:0,7 cut-answer
RANDOM=${KILL_SEED:=$RANDOM}
diag "KILL_SEED=$KILL_SEED"
requests=0
more() { [ "$(wc -l <took.requests)" -ge "$requests" ]; }
for _ in $(seq 50); do
	esbulk --node="$url" --spool kill --chunk 50 --connections 3 kids 2>/dev/null &
	pid=$!
	requests=$(($(wc -l <took.requests) + RANDOM % 8))
	wait_for 60 more
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
send --spool kill --chunk 50 kids
is "$status $(taken)" '0 3000 0' 'killed 50 times with a spool and run again: exactly once'
is "$(ls kill)" '' 'and nothing is left'

rm -f err.live
esbulk --node=127.0.0.1:1 --spool later --retry 0.2 <pipe 2>err.live &
pid=$!
exec 7>pipe
cat in >&7
ok 'that nothing goes, and waits in the spool, is said' wait_for 60 grep -q 'nothing could be delivered for 0 s: .*; it waits in the spool later' err.live
kill -KILL "$pid"
wait "$pid" 2>/dev/null
exec 7>&-

# A server that fails at one document, again and again, with 500, while it takes others.
sed 's/"n":37}/"n":37,"marked":1}/' ids >marked
steadily() { # FILE OPTION...: the marked documents, and others as long as FILE, of those that are refused, is empty
	local file=$1 i
	shift
	rm -f "$file"
	{ cat marked && for ((i = 0; i < 1200; i++)); do [ ! -s "$file" ] || break; documents 1 "more-$file-$i-" && sleep 0.1; done; } |
		esbulk --node="$url" --chunk 50 --flush 0.1 --rejects="$file" --stats="stats-$file" "$@"
}
fake marked:500 # the whole request
other_pid=$fake_pid fake_pid='' # the next one does not end it
at_end kill "$other_pid"
steadily refused6 2>err6 &
first=$!
fake item:500
steadily refused7 2>err7
is "$? $(jq -c '[.rejected, .left]' stats-refused7)" '1 [1,0]' 'an item answered 500 again and again, while others go, is refused'
is "$(cat refused7) $(jq -c .status refused7.why)" "$(sed -n 73,74p marked) 500" 'and kept'
wait "$first"
is "$? $(jq -c '[.rejected, .left]' stats-refused6)" '1 [1,0]' 'a request is halved until the culprit is alone'
is "$(cat refused6) $(jq -c '[.status, .reason]' refused6.why)" "$(sed -n 73,74p marked) [500,\"HTTP 500, illegal_argument_exception: something is marked\"]" 'and it is kept'
fake item:500
send --retry 3 --chunk 50 --rejects=refused8 marked
is "$status $(account) $(sort -u refused8 | wc -l)" '1 [100,99,0,1,0] 2' 'so it is when --retry runs out and nothing else is left'
fake item:500
send --retry 3 --chunk 50 --spool poisoned --rejects=refused9 marked
is "$status $(account) $(ls poisoned)" '1 [100,99,0,1,0] ' 'and with a spool'
# Where nothing else goes it is the server.
{ head -n 20 in && sed 's/"n"/"marked":1,"n"/' in; } >failing
fake item:500
send --retry 5 --chunk 10 --connections 1 failing
is "$status $(account)" '4 [110,10,0,0,100]' 'a server that fails at all items: nothing is refused'
rm -f esbulk-left-*
fake ok 2000xhttp:500
send --retry 5 --chunk 10 --connections 1 in
is "$status $(account)" '4 [100,10,0,0,90]' 'a server that fails at all requests: nothing is refused'
ok 'nor do many small ones follow' test "$(wc -l <took.requests)" -lt 200
fake ok 6xhttp:503 items:500:0
send --chunk 50 --connections 1 in
is "$status $(account)" '0 [100,100,0,0,0]' 'one 500 behind other failures is only one'
rm -f esbulk-left-*

# --- outputs that can't be written ---
# shellcheck disable=SC2016 # the inner shell's
run_limit=30 run env TMPDIR=/proc bash -c 'cd /proc && exec esbulk --node=127.0.0.1:1 --retry=0.2 < <(cat "$0"; while sleep 0.1; do echo; done)' "$PWD/in"
is "$status" 3 'nothing goes, and nothing can be kept: it ends, though there is more to read'
like "$err" 'could not be kept: give the input to esbulk again' 'and it is said'
fake items:400:0
run esbulk --node="$url" --rejects=/dev/full in
is "$status" 3 'rejects that can not be written: status'
like "$err" '/dev/full: No space left' 'and said'
run esbulk --node="$url" --rejects=/nonexistent/x in
is "$status" 3 'a rejects file that can not be made is told at once'
fake
run esbulk --node="$url" --stats=/dev/full in
is "$status" 3 'an account that can not be written'
run esbulk --node="$url" --stats=no/such/folder in
is "$status $err $(taken)" '3 esbulk: no/such/folder: No such file or directory 100 0' 'one that can not be made is told before anything is sent'
run bash -c 'esbulk --help >/dev/full'
is "$status" 3 '--help to a full disk'
run bash -c "esbulk --node='$url' --dry-run >&-"
is "$status" 3 '--dry-run to a closed stdout'
for words in '--chunk 0' '--chunk x' '--bytes 5Q' '--flush -1' '--connections 0' '--connections 1000' '--retry x' '--spool-max 0' '--pipeline a/b' '--doctype a?b'; do
	# shellcheck disable=SC2086
	run esbulk --node=x $words in
	is "$status" 2 "wrong use: $words"
done
done_testing
