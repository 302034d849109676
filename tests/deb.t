#!/bin/bash
# make deb: a package that lintian has nothing to say of; in a clean Debian root it installs, works and leaves nothing.
. "$(dirname "$0")/tap.sh"
need make git unshare dh lintian mmdebstrap dpkg-buildpackage
((EUID == 0)) || skip_all 'a root of its own needs root'

# A clean Debian, made while the package is.
root=$tmp/root
"$top/tests/root" make "$root" >root.log 2>&1 &
making=$!
at_end wait "$making"
in_root=("$top/tests/root" run "$root")

version=$(cat "$top/VERSION")
is "$(dpkg-parsechangelog -l "$top/debian/changelog" -S Version)" "$version" 'debian/changelog is of this version'
run make -s -C "$top" deb BUILD="$tmp/build"
is "$status $err" '0 ' 'make deb'
[ "$status" = 0 ] || { done_testing && exit; }
deb=$(echo build/espcap_"$version"_*.deb)
run lintian --fail-on error,warning --allow-root "build/espcap_${version}_$(dpkg --print-architecture).changes"
is "$status $out" '0 ' 'lintian: no error, no warning'
dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./prerm >prerm
like "$(cat prerm)" "stop 'espcap@\*.service' espcap-dir.timer" 'what runs is stopped before it goes'
is "$(dpkg-deb -f "$deb" Conflicts Replaces | tr '\n' ' ')" 'Conflicts: esbulk Replaces: esbulk ' 'it takes the place of the other esbulk'

ok 'a clean Debian root' wait "$making" || diag "$(tail -n 5 root.log)"
listing() { (cd "$root" && find . -xdev \( -path ./var/cache -o -path ./var/log -o -path ./var/lib/dpkg -o -path ./var/lib/apt -o -path ./tmp \) -prune -o -print | LC_ALL=C sort); }
cp "$deb" "$root/tmp/espcap.deb"
cp "$top/test_pcaps/dns.pcap" "$root/tmp/"
# What it depends on comes first, so that whatever is new then is of the package itself.
mapfile -t depends < <(dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/|.*//; s/(.*//; s/ //g')
run "${in_root[@]}" apt-get -q -y install --no-install-recommends "${depends[@]}"
is "$status" 0 'apt-get install of what it depends on' || diag "$out $err"
mkdir "$root/var/captures"
listing >before
run "${in_root[@]}" dpkg -i /tmp/espcap.deb
is "$status" 0 'dpkg -i' || diag "$out $err"
is "$("${in_root[@]}" espcap --version)" "espcap (espcap) $version" 'espcap --version'
run "${in_root[@]}" espcap --file=/tmp/dns.pcap
is "$status" 0 'espcap --file' || diag "$err"
mv out indexed
run espcap --file="$top/test_pcaps/dns.pcap"
is "$(wc -l <indexed)" "$(wc -l <out)" 'prints as many lines as espcap here'
ok 'and some' test -s indexed
for page in 1/espcap 1/esbulk 5/espcap.yml 7/espcap 8/packet_query; do
	ok "page $page" test -s "$root/usr/share/man/man${page%/*}/${page#*/}.${page%/*}.gz"
done
for f in /lib/systemd/system/{espcap@.service,espcap-dir.service,espcap-dir.timer} /usr/share/bash-completion/completions/esbulk \
	/usr/share/doc/espcap/examples/{espcap.yml,dir.yml,cron} /usr/libexec/espcap/esconfig; do
	ok "$f" test -s "$root$f"
done
like "$("${in_root[@]}" getent passwd espcap)" '^espcap:.*:/var/spool/espcap:/usr/sbin/nologin$' 'the system user'
is "$("${in_root[@]}" stat -c '%U %a' /var/spool/espcap)" 'espcap 750' 'its folder'
ok 'no unit is enabled' test -z "$(find "$root/etc/systemd" -name 'espcap*')"
# The examples are configuration that espcap takes.
for example in 'espcap.yml --file=/tmp/dns.pcap' dir.yml; do
	# shellcheck disable=SC2086 # two words
	run "${in_root[@]}" espcap --dry-run --config=/usr/share/doc/espcap/examples/$example
	is "$status" 0 "example ${example% *}" || diag "$err"
done
run "${in_root[@]}" dpkg --purge espcap
is "$status" 0 'dpkg --purge' || diag "$out $err"
listing >after
# The user stays, as Debian has it: files may be its.  Its entries are in files that are there anyway.
is "$(diff before after)" '' 'nothing is left'
done_testing
