#!/bin/bash
# Deliver packets that come through Apache Kafka, a batch at a time: none is lost when anything here is killed, and with the ids
# of esreshape --id none is there twice.
set -euo pipefail

usage() {
	cat <<'END'
usage: packet_consume.sh [options] BROKERS TOPIC DIR ESBULK-OPTION...
Take packets from TOPIC as a member of a consumer group and deliver them by esbulk with the options given.  Several of these
share the work.  Each message is a packet: its action line, a tab, its document, as in

    esreshape --id packets.ek | paste - - | kcat -P -b BROKERS -t TOPIC

A batch is a file in DIR until it is delivered; each needs a DIR of its own, which stays when it is started again.

  --group NAME       consumer group (espcap)
  --batch N          messages in a batch, at most (20000)
  --wait SECONDS     longest time a message waits for others (10)
  --instance NAME    name that stays when this is started again (host name and DIR)
  --kafka NAME=VALUE setting for kcat, such as security.protocol=ssl; can be repeated
  --once             end after the first batch that has nothing in it
  -h, --help         show this help and exit
Exit status: 0 ended by a signal or --once, 2 wrong use, else that of esbulk (1: some packets are refused) or 3 when Kafka fails.
END
}

error() {
	printf 'packet_consume.sh: %s\n' "$2" >&2
	exit "$1"
}

group=espcap batch=20000 wait=10 instance='' once='' kafka=() stop='' child=''
while (($#)); do
	word=$1
	case $word in
	-h | --help) usage && exit 0 || exit 3 ;;
	--once)
		once=1
		shift
		continue
		;;
	--group | --batch | --wait | --instance | --kafka)
		(($# > 1)) || error 2 "$word needs an argument"
		value=$2
		shift 2
		;;
	--group=* | --batch=* | --wait=* | --instance=* | --kafka=*)
		value=${word#*=} word=${word%%=*}
		shift
		;;
	-*) error 2 "$word: no such option; see packet_consume.sh --help" ;;
	*) break ;;
	esac
	case $word in
	--group) group=$value ;;
	--batch | --wait)
		[[ $value =~ ^[1-9][0-9]{0,6}$ ]] || error 2 "$word: $value: it is a number from 1 to 9999999"
		printf -v "${word#--}" '%s' "$value"
		;;
	--instance) instance=$value ;;
	--kafka) kafka+=(-X "$value") ;;
	esac
done
(($# >= 4)) || {
	usage >&2
	exit 2
}
brokers=$1 topic=$2 dir=$3
shift 3
command -v kcat >/dev/null || error 3 'kcat is not installed'
if ! mkdir -p "$dir" || ! cd "$dir"; then error 3 "$dir: it can't be made"; fi
exec 8>lock
# A kcat that outlives us commits what it still writes to the batch, so it keeps the lock, and whoever comes next waits for its end.
flock -w "$((wait + 10))" 8 || error 2 "$dir: another one works there"
[[ -n $instance ]] || instance=$(uname -n)-$(pwd | cksum | cut -d ' ' -f 1)

# shellcheck disable=SC2317 # called by a trap
end() {
	stop=1
	[[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true
}
trap end TERM INT HUP

# Offsets are committed when kcat ends, and only then; what is in the file was written before.  So a batch is delivered by us, or by
# whoever has its messages next, or by both: that is what the ids are for.  A static member leaves no gap between batches.
fetch() {
	timeout -s TERM "$wait" kcat -q -u -b "$brokers" -G "$group" -c "$batch" -X auto.offset.reset=earliest -X enable.auto.commit=true \
		-X auto.commit.interval.ms=86400000 -X group.instance.id="$instance" "${kafka[@]}" "$topic" >batch.tsv &
	child=$!
	local status=0
	wait "$child" || status=$?
	# A signal ends the waiting, not kcat.
	while kill -0 "$child" 2>/dev/null; do wait "$child" || status=$?; done
	child=''
	# 124: its time was over, which is no fault.
	((status == 0 || status == 124 || status == 143)) || [[ -n $stop ]] || error 3 "kcat failed with status $status"
}

# A line without an end was cut when kcat was killed, so it is still in Kafka.
deliver() {
	local status=0
	if [[ ! -s batch.tsv ]]; then
		rm -f batch.tsv
		return
	fi
	head -n "$(wc -l <batch.tsv)" batch.tsv | sed 's/\t/\n/' | esbulk "$@" 8>&- || status=$?
	((status <= 1)) || error "$status" "the batch stays in $dir/batch.tsv"
	((worst >= status)) || worst=$status
	rm batch.tsv
}

worst=0
while :; do
	deliver "$@"
	[[ -z $stop ]] || exit "$worst"
	fetch
	[[ -z $once || -s batch.tsv ]] || exit "$worst"
done
