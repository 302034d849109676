#!/bin/bash
# How the captures here were made: real programs on loopback, captured by dumpcap, and packets built by scapy (Debian's
# python3-scapy).  Run as root in this folder; the files differ each time in times and ports.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# capture FILE FILTER COMMAND...: what COMMAND sends on loopback.
capture() {
	local file=$1 filter=$2 pid
	shift 2
	dumpcap -q -P -i lo -f "$filter" -w "$file" 2>"$work/dumpcap" &
	pid=$!
	until grep -q File: "$work/dumpcap"; do sleep 0.1; done
	sleep 0.5
	"$@"
	sleep 1
	kill -INT "$pid"
	wait "$pid" || true
}

web() { # ADDRESS PORT
	local pid host=$1
	[[ $host != *:* ]] || host="[$host]"
	python3 -m http.server -b "$1" -d "$work/www" "$2" >/dev/null 2>&1 &
	pid=$!
	until curl -s -o /dev/null "http://$host:$2/"; do sleep 0.1; done
	curl -s -o /dev/null -H 'Host: www.example.org' "http://$host:$2/large.txt"
	curl -s -o /dev/null -H 'Host: www.example.org' "http://$host:$2/missing?q=%22%3Cb%3E"
	curl -s -o /dev/null -X POST -d 'name=value' "http://$host:$2/form"
	kill "$pid"
}

tls() {
	local pid
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/cert" -days 2 -subj /CN=tls.example.org 2>/dev/null
	openssl s_server -quiet -accept 127.0.0.1:8443 -key "$work/key" -cert "$work/cert" >/dev/null 2>&1 &
	pid=$!
	sleep 1
	echo hello | timeout 3 openssl s_client -quiet -tls1_3 -servername tls13.example.org -connect 127.0.0.1:8443 >/dev/null 2>&1 || true
	echo hello | timeout 3 openssl s_client -quiet -tls1_2 -servername tls12.example.org -connect 127.0.0.1:8443 >/dev/null 2>&1 || true
	kill "$pid"
}

mkdir "$work/www"
python3 -c 'print("A line that is longer than nothing.\n" * 400)' >"$work/www/large.txt"
capture http_ipv4.pcap 'tcp port 8080' web 127.0.0.1 8080
capture http_ipv6.pcap 'tcp port 8080' web ::1 8080
capture tls.pcap 'tcp port 8443' tls
/usr/bin/python3 make.py
# A copy under gzip, and one cut in the middle of a packet.
gzip -9 -n -c dns.pcap >dns_again.pcap.gz
head -c -20 http_ipv4.pcap >cut.pcap
