#!/bin/bash
# esbulk reaches servers as people have them: credentials, TLS, proxies, signatures; no secret where it can be seen.
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"
need openssl
# shellcheck disable=SC2016 # a Cloud ID has dollars in it
cloud_id() { printf '127.0.0.1.example:9243$es$kibana' | base64; }

documents 100 >in
# --- credentials ---
fake "auth:Basic $(printf 'me:pass word' | base64)"
ELASTIC_PASSWORD='pass word' send --user me in
is "$status" 0 '--user and ELASTIC_PASSWORD'
(umask 077; echo 'me:pass word' >user; echo 'key-id:key' >key; echo token >token)
send --user-file user in
is "$status" 0 '--user-file'
printf 'machine 127.0.0.1 login me password "pass word"\n' >.netrc
send in
is "$status" 0 '.netrc'
rm .netrc
run esbulk --node="http://me:pass%20word@${url#http://}" in
is "$status" 0 'in the URL'
fake "auth:ApiKey $(printf 'key-id:key' | base64)"
send --api-key-file key in
is "$status" 0 '--api-key-file, id:key'
ELASTIC_API_KEY=$(printf 'key-id:key' | base64) send in
is "$status" 0 'ELASTIC_API_KEY, encoded'
fake "auth:Basic $(printf u:p | base64)"
ELASTIC_API_KEY=another run esbulk --node="${url/:\/\//://u:p@}" --retry 4 in
is "$status" 0 'a user in the URL comes before ELASTIC_API_KEY'
fake 'auth:Bearer token'
send --bearer-file token in
is "$status" 0 '--bearer-file'
chmod 644 token
send --bearer-file token in
like "$err" 'token: others can read this secret' 'a secret that others can read is said'
run esbulk --node="$url" --user me:secret in
is "$status" 2 'a password in argv is refused'
unlike "$err" secret 'and not shown'
run esbulk --node="$url" --user-file user --bearer-file token in
is "$status" 2 'two kinds of credentials'
run esbulk --node="$url" --password=hunter2 in
is "$status ${err%%$'\n'*}" "2 esbulk: unknown or ambiguous option '--password'" 'what an unknown option was given is not shown'
run esbulk --node="$url" --insecure=hunter2 in
is "$status ${err%%$'\n'*}" "2 esbulk: option '--insecure' takes no argument" 'nor what one was given that takes nothing'
bad_secret() { # CONTENT PATTERN DESCRIPTION
	(umask 077; printf '%b' "$1" >bad.secret)
	run esbulk --node="$url" --user-file bad.secret in
	is "$status" 2 "--user-file, $3: wrong use"
	like "$err" "^esbulk: bad.secret: $2" "--user-file, $3: said"
	unlike "$err" secret-itself "--user-file, $3: but not shown"
}
bad_secret 'secret-itself\n' 'its first line is not USER:PASSWORD' 'no colon'
bad_secret '\nsecret-itself:x\n' 'its first line is empty' 'an empty line'
bad_secret ' \t\r\n' 'its first line is empty' 'white space'
bad_secret '' 'its first line is empty' 'an empty file'
run esbulk --node="$url" --api-key-file nothere in
is "$status" 2 'a secret that is not there'
like "$err" 'nothere: No such file' 'is named'
run esbulk --node="$url" --bearer-file <(printf 'token \t\r\n') in
is "$status$err" 0 'a secret from a pipe, with white space behind it'
ELASTIC_API_KEY='' run esbulk --node="$url" --retry 4 in
is "$status" 3 'an empty ELASTIC_API_KEY is none'
rm -f esbulk-left-*

# --- asked for ---
fake "auth:Basic $(printf 'me:typed in' | base64)"
asked() { run python3 "$top/tests/terminal.py" -e 'Password for me: ' "$1" esbulk --node="$url" --stats=stats --user me in; }
asked $'typed in\n'
is "$status $(account)" '0 [100,100,0,0,0]' 'the password is asked for on the terminal'
like "$out" 'Password for me: ' 'with a prompt'
unlike "$out" 'typed in' 'and without an echo'
asked $'\004'
is "$status" 2 'none is given: wrong use'
like "$out" 'no password was given' 'and said'
run setsid -w esbulk --node="$url" --user me in </dev/null
is "$status" 2 'there is no terminal: wrong use'
like "$err" 'no password for user me: set ELASTIC_PASSWORD or give --user-file' 'and what to do'

is "$(stat -c %a user)" 600 'a secret is not made more open'
fake 'auth:Basic x'
send --user-file user --retry 4 in
is "$status $(account)" '3 [100,0,0,0,100]' 'wrong credentials: status 3, all left'
like "$err" 'HTTP 401, security_exception' 'with the reason'
unlike "$err" 'pass word' 'and no password'
rm -f esbulk-left-*
# Nothing secret in the arguments, where all can read it, nor in what -v says.
fake hang
esbulk -v --node="$url" --user-file user --timeout 2 in 2>err.v &
pid=$!
wait_for 60 grep -q hang took.requests
unlike "$(tr '\0' ' ' <"/proc/$pid/cmdline")" 'pass word' 'no secret in the arguments'
wait "$pid"
unlike "$(cat err.v)" 'pass|bWU6' 'none in what -v says'

# --- AWS ---
export AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=secret/key
fake aws:AKID:secret/key
for region in eu-west-1 us-east-1:aoss; do
	send --aws-sigv4 "$region" --pipeline p --refresh true in
	is "$status $(account)" '0 [100,100,0,0,0]' "--aws-sigv4 $region: the signature is right"
done
AWS_SESSION_TOKEN=session/token send --aws-sigv4 eu-west-1 in
is "$status" 0 'with a session token, which is signed too'
AWS_SECRET_ACCESS_KEY=other send --aws-sigv4 eu-west-1 in
is "$status" 3 'another key is refused: status 3'
unlike "$err" 'other|secret' 'without a secret in the message'
env -u AWS_ACCESS_KEY_ID "$bin/esbulk" --node="$url" --aws-sigv4 eu-west-1 in 2>err
is "$?" 2 'no key in the environment: wrong use'
for words in '' :es eu-west-1:es:x; do
	run esbulk --node="$url" --aws-sigv4 "$words" in
	is "$status" 2 "wrong use: --aws-sigv4 '$words'"
done
env -u AWS_SECRET_ACCESS_KEY "$bin/esbulk" --node="$url" --aws-sigv4 eu-west-1 in 2>err
is "$?" 2 'no secret key in the environment: wrong use'
run esbulk --node="$url" --aws-sigv4 eu-west-1 --bearer-file token in
is "$status" 2 'signed and with a token: wrong use'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
rm -f esbulk-left-*

# --- --dry-run ---
dry() { # STATUS WORDS STEP...
	fake "${@:3}"
	run esbulk --node="$url" --dry-run
	is "$status $out" "$1 $url: $2" "--dry-run: ${*:3}"
}
dry 0 ok ok
dry 0 ok root:404 http:400
dry 0 ok root:405 http:400
dry 0 ok root:403 http:400
dry 3 'the credentials are refused (HTTP 401)' root:401
dry 3 'the credentials are refused (HTTP 403)' root:403 http:403
dry 3 'HTTP 404' root:404 http:404
dry 3 'HTTP 302' root:302
dry 4 'HTTP 429' root:429
dry 4 'HTTP 503' root:503
dry 4 'Empty reply from server' root:0
run esbulk --node="127.0.0.1:1,$url" --dry-run
is "$status $(wc -l <<<"$out")" '4 2' '--dry-run: all of them are asked, and the worst counts'

# --- Cloud ID, redirects, proxies ---
run esbulk --cloud-id "name:$(cloud_id)" --dry-run
like "$out" '^https://es\.127\.0\.0\.1\.example:9243: ' '--cloud-id'
for words in 'name:!!' "$(printf 'nothing' | base64)" 'x:' "x:$(printf "\$es\$k" | base64)" "x:$(printf "a\\0b\$es" | base64)" \
	"x:$(printf "a,http://b/\$es" | base64 -w 0)" "x:$(printf "a/b\$es" | base64)" "x:$(printf "a b\$es" | base64)"; do
	run esbulk --cloud-id "$words" --dry-run
	is "$status" 2 "wrong use: --cloud-id '$words'"
done
fake
target=$url
moved() { /usr/bin/python3 "$top/tests/fakenode.py" moved.log "moved:$target/_bulk" >moved.url 2>/dev/null & moved_pid=$!; wait_for 60 test -s moved.url; }
moved
run esbulk --node="$(cat moved.url)" --user-file user --retry 4 in
kill "$moved_pid"
is "$status" 3 'a redirect is not followed: status 3'
like "$err" "redirects to $target/_bulk; if that is right, give it as --node" 'and where to is said'
is "$(taken)" '0 0' 'nothing went there'
rm -f esbulk-left-*
http_proxy=$url run esbulk --gzip --node=http://elastic.example:9200 in
is "$status $(taken)" '0 100 0' 'by a proxy'
like "$(cat took.requests)" '^100 [0-9]+ ok gzip' '--gzip compresses'
fake
send --gzip in
is "$(cut -d ' ' -f 3- took.requests)" ok '--gzip does not for this machine'
http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 run esbulk --node="$url" --retry 4 in
is "$status" 0 'NO_PROXY'

# --- TLS ---
authority() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout "$1.key" -out "$1.crt" -subj "/CN=$1" 2>/dev/null; }
certificate() { # NAME AUTHORITY ALTNAME
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 2 -out "$1.crt" -extfile <(echo "subjectAltName=$3") 2>/dev/null
}
authority ca
authority other
certificate server ca 'IP:127.0.0.1,DNS:localhost'
certificate client ca DNS:client
certificate foreign other DNS:client
certificate elsewhere ca DNS:elsewhere.example
export FAKENODE_TLS=server.crt:server.key
fake
send --ca ca.crt in
is "$status $(account)" '0 [100,100,0,0,0]' '--ca'
run esbulk --node="$url" --ca other.crt --retry 5 in
is "$status" 3 'an authority that is not trusted: status 3, at once'
like "$err" "$url: SSL certificate problem" 'and why'
like "$err" 'are left in' 'and nothing is lost'
run esbulk --node="$url" --ca nothere.crt in
is "$status" 3 'no such file of authorities'
send --insecure in
is "$status" 0 '--insecure'
like "$err" '^esbulk: --insecure: the server.s certificate is not checked' 'says so'
run esbulk --node="${url/https/http}" --retry 4 in
ok 'http to a port that speaks TLS fails' test "$status" -ge 3
FAKENODE_TLS=elsewhere.crt:elsewhere.key fake
run esbulk --node="$url" --ca ca.crt in
is "$status" 3 "a certificate for another name: status 3"
export FAKENODE_TLS=server.crt:server.key:ca.crt
fake
send --ca ca.crt --cert client.crt --key client.key in
is "$status $(account)" '0 [100,100,0,0,0]' '--cert and --key'
run esbulk --node="$url" --ca ca.crt --retry 4 in
ok 'a server that wants a certificate refuses those without' test "$status" -ge 3
run esbulk --node="$url" --ca ca.crt --cert foreign.crt --key foreign.key --retry 4 in
ok 'and another authority'"'"'s' test "$status" -ge 3
run esbulk --node="$url" --ca ca.crt --cert client.crt --key foreign.key in
is "$status" 3 'a key that does not fit: status 3'
unset FAKENODE_TLS
rm -f esbulk-left-*

# --- the server's own rate ---
documents 20000 id >many
fake limit:2
send --connections 8 --chunk 100 --retry 60 many
is "$status $(account) $(taken)" '0 [20000,20000,0,0,0] 20000 0' 'a server that takes two at a time'
busy=$(jq '.retried["429"]' stats)
ok "is asked for little more: $busy of 20000 documents went twice" test "$busy" -lt 12000
done_testing
