#!/usr/bin/env python3
"""Helpers of golden.t.

    golden.py old     print the EK stream on stdin as tshark 2.x would: its white space, action lines, and "1" for true
    golden.py bare    print the JSON lines on stdin without white space between the tokens
    golden.py unique  fail where the JSON lines on stdin have an object that repeats a name
"""
import json
import re
import sys

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\[\]{}:,"\s]+')
OLD_ACTION = '{"index" : {"_index": "packets-2026-01-01", "_type": "pcap_file", "_score": null}}\n'


def unique(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


for line in sys.stdin:
    tokens = TOKEN.findall(line)
    if sys.argv[1] == "unique":
        json.loads(line, object_pairs_hook=unique)
    elif sys.argv[1] == "bare":
        print("".join(tokens))
    elif line.startswith('{"index"'):
        sys.stdout.write(OLD_ACTION)
    else:
        tokens = ['"1"' if t == "true" else '"0"' if t == "false" else '""' if t == "null" else t for t in tokens]
        print("".join({":": ": ", ",": ", "}.get(t, t) for t in tokens))
