#!/usr/bin/env python3
"""EK streams for the benches, and what esreshape does in a slow way.

    streams.py merge                          what esreshape does, by Python's json: a filter
    streams.py members COUNT NAMES BYTES      print documents of objects of COUNT members with NAMES different names, BYTES in all
    streams.py lines LENGTH BYTES             print documents of LENGTH bytes a line, BYTES in all
"""
import json
import sys
import time


def merged(pairs):
    out = {}
    for name, value in pairs:
        if name not in out:
            out[name] = value
        else:
            before = out[name] if isinstance(out[name], list) else [out[name]]
            out[name] = before + (value if isinstance(value, list) else [value])
    return out


def merge():
    for line in sys.stdin:
        document = json.loads(line, object_pairs_hook=merged)
        if "layers" in document:
            day = time.strftime("%Y-%m-%d", time.gmtime(int(document["timestamp"]) // 1000))
            print('{"index":{"_index":"packets-' + day + '"}}')
            print(json.dumps(document, separators=(",", ":")))


def emit(line, total):
    for _ in range(max(int(total) // len(line), 1)):
        sys.stdout.write(line)


def members(count, names, total):
    count, names = int(count), int(names)
    inside = ",".join(f'"tcp_tcp_flags_{i % names:06d}":"{i:012d}"' for i in range(count))
    emit('{"timestamp":"1439587238915","layers":{"tcp":{' + inside + "}}}\n", total)


def lines(length, total):
    member = '"eth_eth_dst_resolved":"Broadcast","eth_eth_dst_lg":true,"ip_ip_len":"1500",'
    head, tail = '{"timestamp":"1439587238915","layers":{"eth":[', "]}}\n"
    one = "{" + ",".join(member.replace('":', f'_{i}":', 3)[:-1] for i in range(4)) + "}"
    count = max((int(length) - len(head) - len(tail)) // (len(one) + 1), 1)
    emit(head + ",".join([one] * count) + tail, total)


if __name__ == "__main__":
    {"merge": merge, "members": members, "lines": lines}[sys.argv[1]](*sys.argv[2:])
