#!/usr/bin/env python3
"""Let each allocation of a command fail in turn.

    alloc.py SHIM INPUT COMMAND [ARGUMENT...]

COMMAND reads INPUT.  Where an allocation fails it must end with status 3 and a message, with whole lines of what it prints otherwise
from the first on stdout; or, where a library can do without, as if nothing had been.  Prints what is not so; exits 1 then.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

shim, source, *command = sys.argv[1:]


def run(fail, every, count_file=None):
    env = dict(os.environ, LD_PRELOAD=shim, FAULT="malloc", FAULT_AT=str(fail))
    if every:
        env["FAULT_ALL"] = "1"
    if count_file:
        env["FAULT_CALLS"] = count_file
    with open(source, "rb") as stdin:
        done = subprocess.run(command, stdin=stdin, env=env, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def wrong(fail, every):
    status, out, err = run(fail, every)
    if status == normal[0] and out == normal[1]:
        return None
    lines = out.count(b"\n")
    whole = normal[1].startswith(out) and (not out or out.endswith(b"\n")) and lines % 2 == 0
    if status == 3 and whole and err.endswith(b"\n"):
        died.append(fail)
        return None
    return f"allocation {fail}{' and later ones' if every else ''}: status {status}, {lines} lines, {err[-200:]!r}"


normal = run(0, False, "count")
with open("count", encoding="ascii") as f:
    count = len(f.readlines())
died = []
with ThreadPoolExecutor(2) as pool:
    failures = [w for w in pool.map(wrong, [n for n in range(1, count + 1) for _ in (0, 1)], [False, True] * count) if w]
print(f"{count} allocations, failed one by one and from one on: {len(died)} of {2 * count} runs ended with status 3")
print("\n".join(failures[:10]))
sys.exit(1 if failures or not died or normal[0] not in (0, 1) or not normal[1] else 0)
