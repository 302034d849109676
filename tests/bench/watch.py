#!/usr/bin/env python3
"""watch.py FILE COMMAND...: run COMMAND; write into FILE the largest sum, over time, of the peak memory in kB of all below it."""
import subprocess
import sys
import time


def read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as f:
            return f.read()
    except OSError:  # it has just ended
        return ""


def below(pid):
    for child in read(f"/proc/{pid}/task/{pid}/children").split():
        yield child
        yield from below(child)


def peak(pid):
    return next((int(line.split()[1]) for line in read(f"/proc/{pid}/status").splitlines() if line.startswith("VmHWM")), 0)


command = subprocess.Popen(sys.argv[2:])
most = 0
while command.poll() is None:
    most = max(most, sum(peak(p) for p in below(command.pid)))
    time.sleep(0.05)
with open(sys.argv[1], "w", encoding="ascii") as out:
    print(most, file=out)
sys.exit(command.returncode)
