#!/usr/bin/env python3
"""tile.py PACKETS OUT: a capture of at least PACKETS packets, made of the Ethernet captures in test_pcaps again and again, each
time later and with other addresses, so that conversations are new ones.  --split N DIR: N small captures of 10 packets each.
--udp N OUT: N small UDP packets of 64 conversations, 10,000 a second.  --http N OUT: N packets or a few more of web pages and pictures
that are fetched, each in a conversation of its own: what a capture at a desk is mostly made of."""
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


def web_page(client, size):
    """The packets of one page of ${size} bytes: (from the client?, flags, payload)."""
    head = f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {size}\r\n\r\n".encode()
    words = b"".join(b"<p class=\"entry\">%d packets of host %d</p>\n" % (i * 7919 % 99991, client) for i in range(size // 30 + 1))
    body = head + words[:size]
    get = b"GET /page/%d HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n" % client
    yield from ((1, 0x02, b""), (0, 0x12, b""), (1, 0x10, b""), (1, 0x18, get), (0, 0x10, b""))
    for n, at in enumerate(range(0, len(body), 1448)):
        yield 0, 0x18 if at + 1448 >= len(body) else 0x10, body[at : at + 1448]
        if n % 2:
            yield 1, 0x10, b""
    yield from ((1, 0x11, b""), (0, 0x11, b""), (1, 0x10, b""))


def http(count, path):
    with open(path, "wb", 1 << 20) as out:
        out.write(HEADER)
        page = 0
        while count > 0:
            seq = [1000, 1000]
            for n, (client, flags, payload) in enumerate(web_page(page, 2000 + page * 7919 % 38000)):
                ends = [bytes([93, 184, 216, 34]), struct.pack(">I", 0x0A000001 + page % 60000)]
                ports = [80, 20000 + page % 40000]
                segment = struct.pack(">HHIIBBHHH", ports[client], ports[1 - client], seq[client], seq[1 - client], 0x50, flags, 64240, 0, 0)
                ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), n, 0, 64, 6, 0) + ends[client] + ends[1 - client]
                frame = bytes.fromhex("0200000000010200000000020800") + ip + segment + payload
                seq[client] += len(payload) + (1 if flags & 3 else 0)
                time = 1700000000 * 1000000 + page * 50000 + n * 300
                out.write(struct.pack("<IIII", time // 1000000, time % 1000000, len(frame), len(frame)) + frame)
                count -= 1
            page += 1


def main():
    if sys.argv[1] in ("--udp", "--http"):
        {"--udp": udp, "--http": http}[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
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
