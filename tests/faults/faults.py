#!/usr/bin/env python3
"""Let system calls and allocations of a command fail, one a run, and look at how it ends.

    faults.py [-l LIMIT] SHIM COMMAND...     COMMAND is run as it is; what counts is its stdout
    faults.py -p PROGRAM ...                 only PROGRAM of COMMAND has faults
    faults.py -s LOG ...                     COMMAND sends documents to a server, into the index that stands for @ in its
                                             arguments and in its input; what counts is what LOG has for that index

For each kind at most LIMIT calls fail (0: each of them): the first and the last from each place in the code, then others evenly.
Each run must end by itself, with a status of the family; with status 0 only if nothing is missing; otherwise with a message.
Prints what is not so, and exits with 1 then.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

KINDS = ["read", "write", "malloc", "fork", "pipe", "fsync", "open"]
# libseccomp does not survive a failure (lib/confine.c); libdbus, which libpcap asks for its buses, ends the process on purpose.
LEFT_OUT = "libseccomp libdbus"

parser = argparse.ArgumentParser()
parser.add_argument("-i", "--input")
parser.add_argument("-p", "--program")
parser.add_argument("-s", "--server")
parser.add_argument("-k", "--kinds", default=",".join(KINDS))
parser.add_argument("shim")
parser.add_argument("-l", "--limit", type=int, default=0)
parser.add_argument("command", nargs="+")
args = parser.parse_args()


def delivered(index):
    with open(args.server, "rb") as f:
        rows = [line.split(b"\t", 2) for line in f]
    return sorted({(r[1], r[2]) for r in rows if r[0] == index.encode()})


def run(kind, at, every=False, calls=None):
    name = f"{os.getpid()}-{kind}-{at}{'-all' if every else ''}"
    env = dict(os.environ, LD_PRELOAD=args.shim, FAULT=kind, FAULT_AT=str(at), FAULT_NOT=LEFT_OUT)
    if args.program:
        env["FAULT_IN"] = args.program
    if every:
        env["FAULT_ALL"] = "1"
    if calls:
        env["FAULT_CALLS"] = calls
    data = b""
    if args.input:
        with open(args.input, "rb") as f:
            data = f.read().replace(b"@", name.encode())
    command = [word.replace("@", name) for word in args.command]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        os.chmod(folder, 0o755)  # tshark runs as another user
        try:
            done = subprocess.run(command, input=data, env=env, cwd=folder, capture_output=True, timeout=30, check=False)
        except subprocess.TimeoutExpired:
            return "hung", b"", b""
    got = delivered(name) if args.server else done.stdout
    return done.returncode, got, done.stderr


def chosen(calls):
    """Numbers of the calls to let fail."""
    first, last = {}, {}
    for number, site in enumerate(calls, 1):
        first.setdefault(site, number)
        last[site] = number
    wanted = list(dict.fromkeys([*first.values(), *last.values()]))
    if not args.limit:
        return list(range(1, len(calls) + 1))
    if len(wanted) > args.limit:
        wanted = [wanted[i * len(wanted) // args.limit] for i in range(args.limit)]
    spare = args.limit - len(wanted)
    if spare:
        wanted += [1 + i * len(calls) // spare for i in range(min(spare, len(calls)))]
    return sorted(set(wanted))


def wrong(kind, at, every, normal):
    status, got, err = run(kind, at, every)
    where = f"{kind} {at}{' and later' if every else ''}: status {status}, {err[-300:]!r}"
    if not isinstance(status, int) or not 0 <= status <= 4:
        return where
    if status == 0:
        same = [g[1] for g in got] == [n[1] for n in normal] if args.server else got == normal
        return None if same else where + ": but not all is there"
    failed.append(at)
    return None if err.endswith(b"\n") or kind == "write" else where + ": nothing is said"


bad, told = [], []
for kind in args.kinds.split(","):
    failed = []
    calls_file = os.path.abspath("calls")
    if os.path.exists(calls_file):
        os.unlink(calls_file)
    status, normal, err = run(kind, 0, calls=calls_file)
    if status != 0 or not normal:
        sys.exit(f"without a fault: status {status}, {len(normal)} of output, {err!r}")
    with open(calls_file, encoding="ascii") as f:
        calls = f.read().split("\n")[:-1]
    at = chosen(calls)
    jobs = [(kind, n, every, normal) for n in at for every in (False, True)]
    with ThreadPoolExecutor(2) as pool:
        bad += [w for w in pool.map(lambda j: wrong(*j), jobs) if w]
    told.append(f"{kind} {len(calls)} calls, {len(jobs)} runs, {len(failed)} failed")
print("; ".join(told))
print("\n".join(bad))
sys.exit(1 if bad else 0)
