#!/bin/bash
# The units in scripts/systemd: what systemd says of them, and that their command lines are ours.
. "$(dirname "$0")/tap.sh"
need systemd-analyze

for unit in "$top"/scripts/systemd/*.service; do
	name=${unit##*/}
	run systemd-analyze security --offline=true --threshold=15 "$unit"
	is "$status" 0 "$name: an exposure of 1.5 at most"
	diag "$(tail -n 1 out)"
	# espcap itself reads the line: systemd's %i and %S stand for words.  %I would make another interface of br-lan.
	line=$(sed -n 's/^ExecStart=espcap //p' "$unit" | sed "s,%S,$tmp,g; s,%i,br-lan,g; s,%I,br/lan,g; s,/etc/espcap,$tmp,g")
	ok "$name: it has one" test -n "$line"
	like "$line" '(--nic=br-lan|--done=)' "$name: the interface is the name as it is"
	printf 'node: localhost:9200\ndir: %s\n' "$tmp" >espcap.yml
	cp espcap.yml dir.yml
	# shellcheck disable=SC2086 # the words of the line
	run espcap --dry-run $line
	is "$status" 0 "$name: espcap takes its command line"
	like "$out" 'esbulk .*--node=localhost:9200' "$name: and would deliver"
done
mkdir -p units/bin
cp "$top"/scripts/systemd/* units
for unit in units/*.service; do sed -i "s,^ExecStart=espcap,ExecStart=$bin/espcap,; /^Documentation/d" "$unit"; done
for unit in units/espcap@.service units/espcap-dir.service units/espcap-dir.timer; do
	is "$(systemd-analyze verify "./$unit" 2>&1)" '' "${unit##*/}: systemd has nothing to say"
done
# Each command of the cron examples is one of ours and knows its options.
while read -r line; do
	for words in "${line%%|*}" "${line#*| }"; do
		read -r command _ <<<"${words%%>*}"
		while read -r option; do
			PATH=$top/scripts:$PATH "$(basename "$command")" --help | grep -q -- "$option\b" || echo "$command $option"
		done < <(grep -oE -- '--[a-z-]+' <<<"$words")
	done
done < <(sed -n 's,^[0-9*/]* [^ ]* [^ ]* [^ ]* [^ ]* espcap ,,p' "$top/scripts/cron/espcap") >unknown
is "$(cat unknown)" '' 'the cron examples use options that there are'
done_testing
