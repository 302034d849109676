#!/usr/bin/env python3
"""tile.py PACKETS OUT: a capture of at least PACKETS packets, made of the Ethernet captures in test_pcaps again and again, each
time later and with other addresses, so that conversations are new ones.  --split N DIR: N small captures of 10 packets each.
--udp N OUT: N small UDP packets of 64 conversations, 10,000 a second."""
import os
import struct
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test_pcaps")
FILES = ["http_ipv4", "http_ipv6", "dns", "tls", "tcp_reassembly", "tcp_retransmission", "icmp", "vlan"]
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def packets(path):
    with open(path, "rb") as f:
        data = f.read()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    if magic not in (0xA1B2C3D4, 0xA1B23C4D) or link != 1:
        raise SystemExit(f"{path}: not an Ethernet capture in pcap format")
    at = 24
    while at + 16 <= len(data):
        sec, sub, cap, length = struct.unpack_from("<IIII", data, at)
        yield sec, sub // 1000 if magic == 0xA1B23C4D else sub, length, bytearray(data[at + 16 : at + 16 + cap])
        at += 16 + cap


def udp(count, path):
    frames = []
    for i in range(64):
        ethernet = bytes.fromhex("0200000000020200000000010800")
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 32, 0, 0, 64, 17, 0, bytes([10, 0, 0, 1 + i]), bytes([10, 0, 1, 1]))
        frames.append(ethernet + ip + struct.pack(">HHHHI", 40000 + i, 9, 12, 0, 0))
    with open(path, "wb", 1 << 20) as out:
        out.write(HEADER)
        for i in range(count):
            frame = frames[i % 64]
            out.write(struct.pack("<IIII", 1700000000 + i // 10000, i % 10000 * 100, len(frame), len(frame)) + frame)


def main():
    if sys.argv[1] == "--udp":
        udp(int(sys.argv[2]), sys.argv[3])
        return
    base = [p for name in FILES for p in packets(os.path.join(TOP, name + ".pcap"))]
    if sys.argv[1] == "--split":
        count, folder = int(sys.argv[2]), sys.argv[3]
        for i in range(count):
            with open(os.path.join(folder, f"{i:05}.pcap"), "wb") as out:
                out.write(HEADER)
                for j in range(10):
                    sec, sub, length, frame = base[(10 * i + j) % len(base)]
                    out.write(struct.pack("<IIII", sec, sub, len(frame), length) + frame)
        return
    wanted, round_ = int(sys.argv[1]), 0
    with open(sys.argv[2], "wb") as out:
        out.write(HEADER)
        while wanted > 0:
            for n, (_, sub, length, frame) in enumerate(base):
                if len(frame) >= 34 and frame[12:14] == b"\x08\x00":
                    frame[27:29] = frame[31:33] = struct.pack(">H", round_ & 0xFFFF)
                elif len(frame) >= 54 and frame[12:14] == b"\x86\xdd":
                    frame[30:32] = frame[46:48] = struct.pack(">H", round_ & 0xFFFF)
                time = 1700000000 * 1000000 + round_ * 1000000 + n * 900 + sub % 100
                out.write(struct.pack("<IIII", time // 1000000, time % 1000000, len(frame), length) + frame)
            wanted -= len(base)
            round_ += 1


main()
