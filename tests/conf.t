#!/bin/bash
# espcap.yml: where it is looked for, whom it is taken from, what is wrong with it.
. "$(dirname "$0")/tap.sh"
need setpriv

options() { # what is read, a line each: [stage option]...
	esconfig "$@" | tr '\0' '\n' | paste -d ' ' - -
}

is "$(options)" '' 'none at all is fine'
mkdir -p config xdg/espcap run/config run/sub
echo 'chunk: 1' >xdg/espcap/espcap.yml
is "$(options)" "config $tmp/xdg/espcap/espcap.yml
esbulk --chunk=1" 'XDG_CONFIG_HOME'
mkdir -p .config/espcap
echo 'chunk: 9' >.config/espcap/espcap.yml
is "$(XDG_CONFIG_HOME='' options | tail -n 1)" 'esbulk --chunk=9' '.config at home without the variable'
mkdir -p sub
echo 'chunk: 2' >config/espcap.yml
is "$(cd sub && options | tail -n 1)" 'esbulk --chunk=2' '../config/espcap.yml before that'
is "$(options | tail -n 1)" 'esbulk --chunk=2' 'config/espcap.yml before that'
echo 'chunk: 3' >espcap.yml
is "$(options | tail -n 1)" 'esbulk --chunk=3' './espcap.yml before that'
echo 'chunk: 4' >env.yml
is "$(ESPCAP_CONFIG=env.yml options | tail -n 1)" 'esbulk --chunk=4' 'ESPCAP_CONFIG before that'
echo 'chunk: 5' >option.yml
is "$(ESPCAP_CONFIG=env.yml options --config option.yml | tail -n 1)" 'esbulk --chunk=5' '--config before that'
is "$(ESPCAP_CONFIG='' options | tail -n 1)" 'esbulk --chunk=3' 'an empty ESPCAP_CONFIG is none'
is "$(cd / && XDG_CONFIG_HOME=xdg HOME=home options)" '' 'nor are relative folders of configurations'
is "$(cd / && env -u XDG_CONFIG_HOME -u HOME "$bin/esconfig")" '' 'or none at all'
run esconfig --config .
is "$status" 2 'a folder is no configuration: status'
like "$err" '^espcap: .: Is a directory' 'a folder is no configuration: said'
run esconfig --config nothere.yml
is "$status" 2 '--config of what is not there: status'
like "$err" 'nothere.yml: No such file' '--config of what is not there: said'

chmod 620 espcap.yml
run esconfig
like "$err" 'espcap: ./espcap.yml: passed over: ' 'one that others may write is named'
like "$(tr '\0' '\n' <out)" '--chunk=2' 'and the next one is taken'
chmod 600 espcap.yml
chown 65534 espcap.yml
run esconfig
like "$err" './espcap.yml: passed over' "another user's is named"
rm espcap.yml
ln -s option.yml espcap.yml
is "$(options | tail -n 1)" 'esbulk --chunk=5' 'a link of ours is followed'
chown -h 65534 espcap.yml
run esconfig
like "$err" './espcap.yml: passed over' "another's link is not"
rm espcap.yml

wrong() { # YAML PATTERN DESCRIPTION
	printf '%b' "$1" >wrong.yml
	run esconfig --config wrong.yml
	is "$status" 2 "$3: status"
	like "$err" "$2" "$3: file and line"
}
wrong '# a comment\nnope: 1\n' 'wrong.yml:2: nope: no such key' 'an unknown key'
wrong 'chunk: 1\nchunk: 2\n' 'wrong.yml:2: chunk: given twice' 'a key given twice'
wrong 'chunk: many\n' 'wrong.yml:1: chunk: many: it is a number' 'no number'
wrong 'chunk: -5\n' 'wrong.yml:1: chunk: -5' 'a negative number'
wrong 'bytes: 5Q\n' 'wrong.yml:1: bytes: 5Q: it is a size' 'no size'
wrong 'flush: soon\n' 'wrong.yml:1: flush: soon: it is a time' 'no time'
wrong 'id: perhaps\n' 'wrong.yml:1: id: perhaps: it is true or false' 'no truth'
wrong 'bpf:\n  - a\n' 'wrong.yml:2: bpf: its value is one word' 'a list where there is none'
wrong 'node:\n  - [a]\n' 'wrong.yml:2: node: ' 'a list in a list'
wrong '\n\nnode: {a: b}\n' 'wrong.yml:3: node: ' 'a mapping'
wrong 'a: [\n' 'wrong.yml:2: ' 'no YAML'
wrong 'tshark_path: ""\n' 'wrong.yml:1: tshark_path: : it is empty' 'an empty value'
wrong '[a]: b\n' 'wrong.yml:1: a key is a word' 'a list as a key'
wrong '# list\n- a\n' 'wrong.yml:2: it is KEY: VALUE, a line each' 'a list instead of keys'
wrong 'node es1\n' 'wrong.yml:1: it is KEY: VALUE, a line each' 'a text'
wrong 'bpf: "a\\0b"\n' 'wrong.yml:1: bpf: a NUL byte' 'a NUL byte'
wrong 'bpf: \xff\xfe\n' 'wrong.yml:' 'no UTF-8'
wrong 'x\\x1b[2J: 1\n' 'wrong.yml:1: ' 'a hostile key does not reach the terminal'
unlike "$err" $'\033' 'no escape in the message'

head -c 1100000 /dev/zero | tr '\0' '#' >wrong.yml
run esconfig --config wrong.yml
is "$status" 2 'a file over 1 MiB'
python3 -c 'print("a: " + "[" * 100000)' >wrong.yml
run esconfig --config wrong.yml
is "$status" 2 'a deep file'
{ echo 'a0: &a0 [x,x,x,x,x,x,x,x,x]'; for i in {1..20}; do echo "a$i: &a$i [*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1))]"; done; } >wrong.yml
run esconfig --config wrong.yml
is "$status" 2 'a bomb of aliases'
: >empty.yml
run esconfig --config empty.yml
is "$status" 0 'an empty file is fine'

cat >all.yml <<'END'
node: [es1:9200, "https://es2/prefix"]
nic: eth0
buffer: 2M
wait_nic: true
id: true
gzip: false
spool_max: 2G
flush: 0.5
tag: sensor=a b
quiet: true
END
is "$(options --config all.yml)" 'config all.yml
escapture --nic=eth0
escapture --wait-nic
escapture --buffer=2M
esreshape --id
esreshape --tag=sensor=a b
esbulk --node=es1:9200
esbulk --node=https://es2/prefix
esbulk --flush=0.5
esbulk --spool-max=2G
espcap --quiet' 'each key is an option of its stage'
run bash -c 'esconfig --config all.yml >/dev/full'
is "$status" 3 'a full disk is told'
done_testing
