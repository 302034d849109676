"""Captures built packet by packet with scapy; see README.md."""
import struct
from scapy.all import (ARP, DNS, DNSQR, DNSRR, Dot1Q, Ether, GRE, ICMP, IP, IPv6, ICMPv6EchoRequest, Raw, TCP, UDP, VXLAN,
                       fragment, wrpcap)

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
V4 = dict(src="192.0.2.10", dst="192.0.2.20")
V6 = dict(src="2001:db8::10", dst="2001:db8::20")
BASE = 1767225600 - 3600  # 2025-12-31 23:00:00 UTC


def ether(reply=False):
    return Ether(src=B, dst=A) if reply else Ether(src=A, dst=B)


def ip(reply=False, **more):
    return IP(src=V4["dst"], dst=V4["src"], **more) if reply else IP(**V4, **more)


def save(name, packets, start=BASE, step=0.01):
    for n, packet in enumerate(packets):
        packet.time = start + n * step
    wrpcap(name, packets)


def dns():
    names = ["www.example.org", "mail.example.org", "b\u00fccher.example".encode("idna").decode(), "a" * 63 + ".example"]
    out = []
    for n, name in enumerate(names):
        q = DNS(id=n + 1, rd=1, qd=DNSQR(qname=name))
        out.append(ether() / ip() / UDP(sport=40000 + n, dport=53) / q)
        answers = DNSRR(rrname=name, type="CNAME", rdata="host.example.org", ttl=60) / \
            DNSRR(rrname="host.example.org", type="A", rdata="198.51.100.7", ttl=60) / \
            DNSRR(rrname="host.example.org", type="A", rdata="198.51.100.8", ttl=60)
        out.append(ether(True) / ip(True) / UDP(sport=53, dport=40000 + n) /
                   DNS(id=n + 1, qr=1, rd=1, ra=1, qd=DNSQR(qname=name), an=answers, ancount=3))
    q = DNSQR(qname="v6.example.org", qtype="AAAA")
    out.append(ether() / IPv6(**V6) / UDP(sport=41000, dport=53) / DNS(id=99, rd=1, qd=q))
    out.append(ether(True) / IPv6(src=V6["dst"], dst=V6["src"]) / UDP(sport=53, dport=41000) /
               DNS(id=99, qr=1, qd=q, an=DNSRR(rrname="v6.example.org", type="AAAA", rdata="2001:db8::7", ttl=60)))
    out.append(ether(True) / ip(True) / UDP(sport=53, dport=41001) /
               DNS(id=100, qr=1, rcode=3, qd=DNSQR(qname='"quote\\back<script>\x1b[31m.example')))
    return out


def tcp_session(segments, retransmit=None):
    """A connection whose client sends SEGMENTS; the one numbered RETRANSMIT is sent twice."""
    seq, ack, out = 1000, 5000, []
    c = dict(sport=50000, dport=80)
    s = dict(sport=80, dport=50000)
    out.append(ether() / ip() / TCP(**c, flags="S", seq=seq, options=[("MSS", 1460), ("SAckOK", b""), ("WScale", 7)]))
    out.append(ether(True) / ip(True) / TCP(**s, flags="SA", seq=ack, ack=seq + 1, options=[("MSS", 1460), ("WScale", 7)]))
    seq, ack = seq + 1, ack + 1
    out.append(ether() / ip() / TCP(**c, flags="A", seq=seq, ack=ack))
    for n, data in enumerate(segments):
        packet = ether() / ip() / TCP(**c, flags="PA", seq=seq, ack=ack) / Raw(data)
        out.append(packet)
        if n == retransmit:
            out.append(packet.copy())
        seq += len(data)
        out.append(ether(True) / ip(True) / TCP(**s, flags="A", seq=ack, ack=seq))
    out.append(ether() / ip() / TCP(**c, flags="FA", seq=seq, ack=ack))
    out.append(ether(True) / ip(True) / TCP(**s, flags="RA", seq=ack, ack=seq + 1))
    return out


def reassembly():
    body = b"x" * 3000
    request = b"POST /upload HTTP/1.1\r\nHost: upload.example.org\r\nContent-Length: 3000\r\n\r\n" + body
    return tcp_session([request[i:i + 700] for i in range(0, len(request), 700)])


def tunnels():
    inner = IP(src="10.1.0.1", dst="10.1.0.2") / ICMP() / b"inner"
    deep = IP(src="10.2.0.1", dst="10.2.0.2") / UDP(sport=1, dport=53) / DNS(id=5, qd=DNSQR(qname="tunnel.example.org"))
    return [ether() / ip() / inner, ether() / ip() / GRE() / inner, ether() / ip() / inner.copy()[IP].__class__(
        src="10.3.0.1", dst="10.3.0.2") / deep,
        ether() / ip() / UDP(sport=4789, dport=4789) / VXLAN(vni=42) / Ether(src=B, dst=A) / deep]


def broken():
    good = bytes(ether() / ip() / TCP(sport=1, dport=80, flags="PA") / b"GET / HTTP/1.1\r\n\r\n")
    dnsq = bytearray(bytes(ether() / ip() / UDP(sport=5, dport=53) / DNS(id=1, qd=DNSQR(qname="loop.example"))))
    dnsq[54:56] = b"\xc0\x0c"  # a name that points to itself
    bad_length = bytearray(good)
    bad_length[16:18] = struct.pack(">H", 1400)  # longer than the packet
    bad_ihl = bytearray(good)
    bad_ihl[14] = 0x41
    raw = [good[:20], good[:37], bytes(dnsq), bytes(bad_length), bytes(bad_ihl), bytes(range(256)), b"\xff" * 60,
           bytes(ether() / ip() / UDP(sport=67, dport=68) / (b"\xff" * 40)),
           bytes(ether() / ip() / TCP(sport=8081, dport=80, flags="PA") / b"GET /\x00\x1b\xff\xfe\xc3\x28 HTTP/1.1\r\nHost: \xe2\x82\r\n\r\n")]
    return [Ether(b) for b in raw]


def pcapng_two_interfaces(name):
    """pcapng with nanoseconds and two interfaces, block by block (draft-ietf-opsawg-pcapng)."""
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    def option(code, value):
        return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)

    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for iface in (b"sensor0", b"sensor1"):
        out += block(1, struct.pack("<HHI", 1, 0, 0) + option(2, iface) + option(9, b"\x09") + option(0, b""))
    for n in range(6):
        data = bytes((ether(n % 2) / ip(n % 2) / ICMP(type=0 if n % 2 else 8, id=7, seq=n) / b"nanoseconds"))
        stamp = BASE * 10 ** 9 + n * 1000 + 123456789
        out += block(6, struct.pack("<IIIII", n % 2, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data)) +
                     data + b"\0" * (-len(data) % 4))
    with open(name, "wb") as f:
        f.write(out)


save("dns.pcap", dns())
save("tcp_retransmission.pcap", tcp_session([b"GET /a HTTP/1.1\r\nHost: a.example.org\r\n\r\n", b"more" * 20], retransmit=0))
save("tcp_reassembly.pcap", reassembly())
save("fragments.pcap", fragment(ether() / ip(id=77) / UDP(sport=9, dport=9000) / Raw(b"f" * 4000), fragsize=1200))
save("icmp.pcap", [ether() / ip() / ICMP(id=1, seq=1) / b"ping", ether(True) / ip(True) / ICMP(type=0, id=1, seq=1) / b"ping",
                   ether(True) / ip(True) / ICMP(type=3, code=3) / IP(**V4) / UDP(sport=9, dport=33434),
                   ether() / IPv6(**V6) / ICMPv6EchoRequest(id=3, seq=1)])
save("arp.pcap", [Ether(src=A, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=A, psrc=V4["src"], pdst=V4["dst"]),
                  ether(True) / ARP(op=2, hwsrc=B, psrc=V4["dst"], hwdst=A, pdst=V4["src"])])
save("vlan.pcap", [ether() / Dot1Q(vlan=100) / ip() / ICMP(), ether() / Dot1Q(vlan=100) / Dot1Q(vlan=7) / ip() / UDP(sport=5, dport=6)])
save("tunnel.pcap", tunnels())
save("broken.pcap", broken())
# Three packets before and three after midnight UTC at the end of 29 February 2024, the last and first milliseconds among them.
save("midnight.pcap", [ether() / ip(id=n) / ICMP(id=2, seq=n) for n in range(6)], start=1709251200 - 0.0025, step=0.001)
pcapng_two_interfaces("nanoseconds.pcapng")
