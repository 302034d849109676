#!/usr/bin/env python3
"""esbulk against random scripts of faults.

    bulk_scripts.py FAKENODE SCRIPTS SEED DOCUMENTS

For each script a server of its own plays some twenty faults, and esbulk (of the PATH) delivers DOCUMENTS to it, with ids or without.
Whatever happens, each document must be on the server, or in a file that the account counts; with ids once, and without no more of
them twice than are counted as unknown.  Prints what is not so, with the script; exits 1 then.
"""
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

fakenode, scripts, seed, documents = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

FAULTS = ["http:429", "http:429:1", "http:500", "http:502", "http:503", "http:504", "http:400", "http:413", "blocked:403", "blocked:429",
          "items:429:0,7,42", "items:503:3", "items:500:1,2", "items:403block:5", "items:400:0,9", "items:404:4", "errors:3", "errors:1",
          "cut-before", "cut-after", "cut-answer", "garbage", "short", "gzip", "slow", "hang"]
# A node that breaks off is left alone for longer each time.
COSTLY = {"cut-before", "cut-after", "cut-answer", "hang"}


def script_of(rng):
    steps = []
    for _ in range(rng.randrange(5, 25)):
        step = rng.choice(FAULTS + ["ok"] * 12)
        if step not in COSTLY or sum(s in COSTLY for s in steps) < 3:
            steps.append(step)
    return steps


def options_of(rng):
    options = ["--chunk", rng.choice(["90", "400", "1000"]), "--connections", rng.choice("1248"), "--timeout", "3", "--retry", "300"]
    return options + (["--spool", "spool"] if rng.random() < 0.3 else []) + (["--bytes", "9K"] if rng.random() < 0.3 else [])


def documents_in(path):
    """The documents of a bulk stream, how often each is there; none if there is no such file."""
    if not os.path.exists(path):
        return collections.Counter()
    with open(path, encoding="utf-8") as f:
        return collections.Counter(f.read().splitlines()[1::2])


def wrong(folder, status, ids):
    """What is not as it must be, or None."""
    with open(folder + "/stats", encoding="utf-8") as f:
        account = json.load(f)
    with open(folder + "/took", encoding="utf-8") as f:
        taken = collections.Counter(line.rstrip("\n").split("\t")[2] for line in f)
    sent, rejected = documents_in(folder + "/in"), documents_in(folder + "/rejects")
    done = account["indexed"] + account["duplicate"]
    if account["documents"] != documents or done + account["rejected"] + account["left"] != documents:
        return "the account does not balance"
    if account["left"] or status != (1 if account["rejected"] else 0):
        return "status %d, %d left" % (status, account["left"])
    if len(rejected) != account["rejected"] or max(rejected.values(), default=1) > 1:
        return "rejected and kept are not the same"
    if any(d not in taken and d not in rejected for d in sent):
        return "a document is lost"
    twice = sum(n > 1 for n in taken.values())
    if twice > (0 if ids else account["unknown"]):
        return "%d documents are there twice, %d said to be" % (twice, account["unknown"])
    return None


def one(number):
    rng = random.Random("%s %d" % (seed, number))
    steps, options, ids = script_of(rng), options_of(rng), rng.random() < 0.5
    with tempfile.TemporaryDirectory(dir=".") as folder:
        with open(folder + "/in", "w", encoding="utf-8") as f:
            for i in range(documents):
                f.write('{"create":{"_index":"t","_id":"%d"}}\n{"n":%d}\n' % (i, i) if ids else '{"index":{"_index":"t"}}\n{"n":%d}\n' % i)
        with subprocess.Popen([sys.executable, fakenode, "took", *steps], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as server:
            command = ["esbulk", "--node", server.stdout.readline().strip(), "--rejects", "rejects", "--stats", "stats", *options, "in"]
            try:
                run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
                status, said = run.returncode, run.stderr
                problem = wrong(folder, status, ids)
            except (OSError, ValueError, subprocess.TimeoutExpired) as e:
                problem, said = repr(e), ""
            finally:
                server.kill()
        return problem and "%s\n    script %d: %s\n    %s\n%s" % (problem, number, " ".join(steps), " ".join(command), said[-1000:])


# Most of the time they wait.
with ThreadPoolExecutor(40) as pool:
    problems = [p for p in pool.map(one, range(scripts)) if p]
print("%d scripts of faults, seed %s: %d went wrong" % (scripts, seed, len(problems)))
print("\n".join(problems[:5]))
sys.exit(1 if problems else 0)
