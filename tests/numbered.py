#!/usr/bin/env python3
"""numbered.py ADDRESS PORT FIRST COUNT [RATE [SIZE [FLOWS]]]: datagrams "packet 000000001" and on, RATE a second (0: as fast as it goes),
of SIZE bytes.  With a COUNT that ends in s, for so many seconds.  With FLOWS each goes to another port, from PORT on, so many of them.  The
next number is printed at the end."""
import socket
import sys
import time

address, port, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rate = float(sys.argv[5]) if len(sys.argv) > 5 else 0
size = int(sys.argv[6]) if len(sys.argv) > 6 else 0
flows = int(sys.argv[7]) if len(sys.argv) > 7 else 1
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
count = int(float(count[:-1]) * rate) if count.endswith("s") else int(count)
began = time.monotonic()
for i in range(count):
    if rate and i % 10 == 0:
        time.sleep(max(0, began + i / rate - time.monotonic()))
    out.sendto((b"packet %09d " % (first + i)).ljust(size, b"."), (address, port + i % flows))
print(first + count)
