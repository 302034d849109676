#!/bin/bash
# Little memory, few descriptors (ulimit), and a full disk under each file that a command writes beside its output (/dev/full under
# most is with the command's own test): no crash, no hang, never status 0 with something missing, and a message that says what.
. "$(dirname "$0")/tap.sh"
. "$top/tests/fakenode.sh"
need tshark jq
if grep -q __asan_init "$bin/esreshape"; then
	tap_result 0 'the sanitizers need memory of their own: tested without them'
	done_testing
	exit
fi

cp "$top/test_pcaps/icmp.pcap" packets.pcap
zcat "$top/tests/samples/tshark-4.0.ndjson.gz" | head -n 40 >lines
fake ok

# result: what is to be there: documents at the server for who sends, else what was printed.
result() {
	case $1 in
	esbulk | espcap) cut -f 1,3 took | sed -n "s/^limit-$round\t//p" | sort ;;
	*) cat out ;;
	esac
}
command_line() { # COMMAND; sets $line
	case $1 in
	esifaces) line=(esifaces) ;;
	escapture) line=(escapture --jobs 2 packets.pcap) ;;
	esreshape) line=(esreshape lines) ;;
	esbulk) documents 20 | sed "s/\"t\"/\"limit-$round\"/" >bulk && line=(esbulk --node="$url" --retry 1 --chunk 7 bulk) ;;
	espcap) line=(espcap --file=packets.pcap --index="limit-$round" --node="$url" --retry 1) ;;
	esac
}
round=0
# limited COMMAND u VALUE...: run it with "ulimit -u VALUE", each in turn; where not even the loader manages (127), nothing is said
# about us.
limited() {
	local command=$1 what=$2 value fine=0 failed=0 wrong=''
	shift 2
	command_line "$command"
	run "${line[@]}"
	[[ $status == 0 ]] || wrong="without a limit: $status $err"
	result "$command" >wanted
	[[ -s wanted ]] || wrong="without a limit nothing is there"
	for value; do
		((++round))
		command_line "$command"
		# shellcheck disable=SC2016 # the inner shell's words
		run bash -c 'ulimit "-$1" "$2" || exit 127; exec "${@:3}"' - "$what" "$value" "${line[@]}"
		result "$command" >got
		case $status in
		0)
			((++fine))
			cmp -s got wanted || wrong+="$what $value: status 0, but not all is there; "
			;;
		[1-4])
			((++failed))
			[[ $err == *': '* ]] || wrong+="$what $value: status $status and nothing is said; "
			;;
		127) ((++failed)) ;;
		*) wrong+="$what $value: status $status $(tail -c 200 err); " ;;
		esac
	done
	is "$wrong" '' "$command with ulimit -$what $*"
	ok "$command: it was too little for some and enough for some ($failed and $fine)" test $((fine > 0 && failed > 0)) = 1
}

few=(3 4 5 6 7 8 9 10 11 12 14 16 18 20)
limited esifaces n "${few[@]}"
limited esreshape n "${few[@]}"
limited esbulk n "${few[@]}" 32
limited escapture n "${few[@]}" 32
limited espcap n 3 6 8 10 12 14 16 18 20 64
# KiB of address space.
limited esifaces v 4000 6000 8000 64000
limited esreshape v 2000 3000 4000 6000 8000 12000 128000
limited esbulk v 6000 9000 12000 14000 16000 18000 20000 1000000
limited escapture v 4000 6000 8000 64000 200000 2000000
limited espcap v 5000 16000 100000 2000000

# The reasons of what is refused have a file of their own, what can't be delivered another.
ln -s /dev/full refused.why
fake items:400:0
documents 3 >bulk
run esbulk --node="$url" --rejects=refused bulk
is "$status" 3 'no space for the reasons of what is refused'
like "$err" 'refused.why: No space left' 'and said'
rm refused.why
ln -s /dev/full refused-full
fake items:400:0
run esbulk --node="$url" --rejects=refused-full --stats=stats bulk
is "$status $(account)" '3 [3,2,0,1,0]' 'no space for what is refused: the account is given'
like "$err" 'refused-full: No space left.*can.t be kept' 'and said'
like "$err" '1 documents could not be kept: give the input to esbulk again' 'and how many'
mkdir spool
fake items:400:0
run esbulk --node="$url" --rejects=refused-full --spool=spool bulk
is "$status $(cat spool/* | grep -c '"n":')" '3 3' 'with a spool the chunk stays there'
mkdir full
if mount -t tmpfs -o size=4k tmpfs full 2>/dev/null; then
	at_end umount "$tmp/full"
	head -c 4096 /dev/zero >full/all
	fake http:503
	fake_goes
	run env -C full TMPDIR="$tmp/full" esbulk --node="$url" --retry 1 <bulk
	is "$status" 3 'no space for what is not delivered'
	like "$err" 'esbulk-left-[0-9]*.ndjson: No space left.*can.t be kept' 'and said'
	like "$err" '3 documents: 0 indexed, 0 duplicate, 0 rejected, 3 left' 'and the account is given'
	unlike "$err" 'in the spool' 'and no spool named, where there is none'
	run env TMPDIR="$tmp/full" espcap --file=packets.pcap
	is "$status" 3 'no space for the files of espcap'
	like "$err" 'full/.*: |No space left' 'and said'
elif [ -n "${CI:-}" ]; then
	is mount 'a tmpfs' 'in CI nothing is skipped'
fi
done_testing
