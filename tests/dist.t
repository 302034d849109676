#!/bin/bash
# make dist: the same bytes wherever and whenever it is made, nothing but what git knows, and it builds the same commands.
. "$(dirname "$0")/tap.sh"
need make git cc pkg-config

version=$(cat "$top/VERSION")
name=espcap-$version
run make -s -C "$top" dist BUILD="$tmp/one"
is "$status $err" '0 ' 'make dist'

# The same files in another folder, with new times, under another umask, locale and time zone.
git clone -q "$top" clone
git -C clone rm -q -r .
git -C "$top" ls-files -z | tar -c -C "$top" --null -T - | (umask 077 && tar -x -m -C clone --no-same-permissions)
git -C clone add -A
touch clone/not-known-to-git
run bash -c "umask 077; SOURCE_DATE_EPOCH=$(git -C "$top" log -1 --format=%ct) LC_ALL=C TZ=Asia/Tokyo make -s -C clone dist BUILD=../two"
is "$status $err" '0 ' 'and in a clone of it'
ok 'both are the same, byte for byte' cmp "one/$name.tar.gz" "two/$name.tar.gz"

tar -tzf "one/$name.tar.gz" >listed
is "$(cat listed)" "$(git -C "$top" ls-files | LC_ALL=C sort | sed "s,^,$name/,")" 'it has the files that git knows, sorted'
is "$(tar -tvzf "one/$name.tar.gz" --numeric-owner | awk '{ print $1, $2 }' | sort -u | tr '\n' ' ')" '-rw-r--r-- 0/0 -rwxr-xr-x 0/0 ' 'all are of one owner'
is "$(tar -tvzf "one/$name.tar.gz" --full-time | awk '{ print $4, $5 }' | sort -u | wc -l)" 1 'and of one time'

# A tarball that no git is around of, built beside the tree; without debug information, which names the folder.
tar -xzf "one/$name.tar.gz"
for from in "$top" "$tmp/$name"; do
	run make -s -C "$from" all BUILD="$tmp/from-${from##*/}" CFLAGS=-O1
	is "$status $err" '0 ' "make in ${from##*/} without a warning"
done
for c in esifaces escapture esreshape esbulk esconfig esnew espcap; do
	ok "$c is the same" cmp "from-${top##*/}/$c" "from-$name/$c"
done
is "$("from-$name/espcap" --version)" "espcap (espcap) $version" 'and has the version'
done_testing
