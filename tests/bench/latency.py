#!/usr/bin/env python3
"""latency.py ADDRESS PORT COUNT COMMAND...: how long a packet on an idle link takes until COMMAND, a live capture, has printed its document;
milliseconds: the median and the worst of COUNT."""
import os
import random
import select
import socket
import subprocess
import sys
import time

address, port, count, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
capture = subprocess.Popen(command, stdout=subprocess.PIPE)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def printed(text, deadline):
    """Whether a document with this payload came before the deadline; all that came is read."""
    want, seen = text.hex(":").encode(), b""
    while time.monotonic() < deadline:
        if select.select([capture.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
            piece = os.read(capture.stdout.fileno(), 1 << 20)
            if not piece:
                sys.exit("the capture has ended")
            seen += piece
            if want in seen:
                return True
    return False


def send(text):
    out.sendto(text, (address, port))


end = time.monotonic() + 60
while not printed(b"begin", time.monotonic() + 0.2):
    send(b"begin")
    if time.monotonic() > end:
        sys.exit("nothing is captured")
times = []
for i in range(count):
    printed(b"never sent", time.monotonic() + 0.3 + random.random() / 2)  # idle, and no multiple of anyone's period
    text = b"packet %06d" % i
    began = time.monotonic()
    send(text)
    if not printed(text, began + 30):
        sys.exit("a packet was lost")
    times.append(1000 * (time.monotonic() - began))
capture.terminate()
capture.stdout.read()
capture.wait()
times.sort()
print("%.0f %.0f" % (times[len(times) // 2], times[-1]))
