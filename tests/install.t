#!/bin/bash
# make install puts everything in its place, what is there works, and uninstall leaves nothing.
. "$(dirname "$0")/tap.sh"
need make tshark

cp -r "$top/Makefile" "$top/VERSION" "$top/cmd" "$top/lib" "$top/man" "$top/scripts" "$top/README.md" "$top/NEWS.md" "$top/SECURITY.md" "$top/LICENSE" .
mkdir build
cp -rp "$bin/." build/
touch build/lib/*.o build/cmd/*.o build/*.a build/es*
run make -s install DESTDIR="$tmp/root" PREFIX=/usr
is "$status $err" '0 ' 'make install'
for c in esifaces escapture esreshape esbulk espcap; do
	ok "$c is there" test -x "root/usr/bin/$c"
	ok "and its page" test -s "root/usr/share/man/man1/$c.1"
done
run env PATH="$tmp/root/usr/bin:/usr/bin:/bin" espcap --file "$top/test_pcaps/arp.pcap"
is "$status $(wc -l <out)" '0 4' 'the installed espcap finds its stages'
cat >tshark <<'END'
#!/bin/sh
echo "$LD_PRELOAD" >&2
unset LD_PRELOAD
exec /usr/bin/tshark "$@"
END
chmod 755 tshark
run root/usr/bin/escapture --jobs 1 --tshark ./tshark "$top/test_pcaps/arp.pcap"
ok 'the installed escapture finds its library' test "$(sed -n '1s/.*: //p' err)" -ef root/usr/libexec/espcap/tshark_stdout.so
ok 'the template script is there, with what it needs' bash -c './root/usr/share/espcap/scripts/packet_template-7.x.sh --print | grep -q index_patterns'
run make -s uninstall DESTDIR="$tmp/root" PREFIX=/usr
is "$status" 0 'make uninstall'
is "$(find root -type f -o -type l)" '' 'leaves no file'
is "$(find root -type d -name 'espcap*' 2>/dev/null)" '' 'and no folder of ours'
ok 'but those of all' test -d root/usr/bin -a -d root/usr/share/man/man1

is "$(ldd "$bin/esreshape" | grep -cE 'libcurl|libpcap')" 0 'esreshape is linked with neither libcurl nor libpcap'
is "$(ldd "$bin/esifaces" | grep -cE 'libcurl|libyaml')" 0 'esifaces is linked with neither libcurl nor libyaml'
is "$(ldd "$bin/escapture" | grep -c libcurl)" 0 'escapture is linked without libcurl'
done_testing
