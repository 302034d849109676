#!/usr/bin/env python3
"""Measures for the benchmarks.

    measure.py cpu ROUNDS INPUT COMMAND...       run the commands (one word each, by sh -c without a shell's own cost: split at blanks) in
                                                 turns, ROUNDS times, on INPUT as stdin; print the least CPU seconds of each, a line each
    measure.py memory INPUT TIMES COMMAND        run COMMAND on TIMES copies of INPUT through a pipe; print its peak memory in kB
    measure.py merge                             what esreshape does, by Python's json: a filter
    measure.py members COUNT NAMES BYTES         print documents of objects of COUNT members with NAMES different names, BYTES in all
    measure.py lines LENGTH BYTES                print documents of LENGTH bytes a line, BYTES in all
"""
import fcntl
import json
import os
import struct
import subprocess
import sys
import termios
import time


def cpu_seconds(command, source):
    with open(source, "rb") as stdin:
        before = os.times()
        status = subprocess.run(command.split(), stdin=stdin, stdout=subprocess.DEVNULL, check=False).returncode
        after = os.times()
    if status != 0:
        sys.exit(f"{command}: status {status}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def cpu(rounds, source, *commands):
    best = [min(times) for times in zip(*([cpu_seconds(c, source) for c in commands] for _ in range(int(rounds))))]
    for seconds in best:
        print(f"{seconds:.3f}")


def status_of(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(line.split()[1] for line in f if line.startswith(name + ":"))


def memory(source, times, command):
    with open(source, "rb") as f:
        data = f.read()
    child = subprocess.Popen(command.split(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for _ in range(int(times)):
        child.stdin.write(data)
    child.stdin.flush()
    # Once it has taken everything and sleeps, its peak is known.
    waiting = struct.pack("i", 0)
    while struct.unpack("i", fcntl.ioctl(child.stdin, termios.FIONREAD, waiting))[0] > 0 or status_of(child.pid, "State") != "S":
        time.sleep(0.01)
    print(status_of(child.pid, "VmHWM"))
    child.stdin.close()
    if child.wait() != 0:
        sys.exit(f"{command}: status {child.returncode}")


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
    {"cpu": cpu, "memory": memory, "merge": merge, "members": members, "lines": lines}[sys.argv[1]](*sys.argv[2:])
