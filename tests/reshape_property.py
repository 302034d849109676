#!/usr/bin/env python3
"""esreshape and the reference must agree byte for byte on documents of random shape.

    reshape_property.py [--esreshape PROGRAM] [--documents N] [--seed N]

On a difference the document is made as small as it goes and printed as a printf line; exits 1.
"""
import argparse
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time

import reshape_reference as reference

BATCH = 10000
NAMES = ["a", "b", "c", "layers", "timestamp", "filtered", "ip_ip_src", "x/y", "é", "😀", "", "\ud83d", '"', "\x00", "text"]
SETTINGS = [[], ["--id"], ["--tag", "a=1", "--tag", 'é"=\x01'], ["--id", "--op=index", "--index=p-%Y", "--tag", "zz=\\"]]
NUMBERS = ["0", "-0", "1", "1.10", "1e5", "-12.50E+003", "18446744073709551616", "0.0", "9e-9"]
NO_NUMBERS = ["01", "-", "1.", ".5", "1e", "+1", "NaN", "tru", "nul", "falsee", "0x1"]
STAMPS = ['"1439587238915"', "1439587238915", '"1709251199999"', '"1709251200000"', '"86399999"', '"86400000"', '"0000"', '""',
          '"4102444799999"', '"4102444800000"', "null", '"0-2078"', '["1439587238915"]', "1.5", '"0001439587238915"']
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.spacing = 0.0
        self.escaping = 0.0

    def space(self):
        if self.spacing and self.rng.random() < self.spacing:
            return self.rng.choice([" ", "  ", "\t", "\r", " \t "])
        return ""

    def char(self, c):
        must = c in '"\\' or c < " " or "\ud800" <= c <= "\udfff"
        if not must and (not self.escaping or self.rng.random() >= self.escaping):
            return c
        if c in SHORT and self.rng.random() < 0.5:
            return SHORT[c]
        units = c.encode("utf-16-be", "surrogatepass")
        form = self.rng.choice(["\\u%04x", "\\u%04X"])
        return "".join(form % int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))

    def string(self, text):
        if not self.escaping and text.isascii() and text.isalnum():
            return '"' + text + '"'
        return '"' + "".join(self.char(c) for c in text) + '"'

    def scalar(self):
        kind = self.rng.random()
        if kind < 0.4:
            return self.string(self.rng.choice(["", "1", "a", "long " * self.rng.randrange(9), "é漢😀", "\\", '"', "\ude00x", "\x01\x7f\t"]))
        if kind < 0.7:
            return self.rng.choice(["true", "false", "null"])
        return self.rng.choice(NUMBERS)

    def array(self, depth):
        items = [self.value(depth + 1) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3, 5]))]
        return "[" + self.space() + (self.space() + "," + self.space()).join(items) + self.space() + "]"

    def members(self, pairs):
        items = [self.string(n) + self.space() + ":" + self.space() + v for n, v in pairs]
        return "{" + self.space() + (self.space() + "," + self.space()).join(items) + self.space() + "}"

    def object(self, depth, names):
        count = self.rng.choice([0, 1, 2, 2, 3, 3, 4, 6])
        return self.members([(self.rng.choice(names), self.value(depth + 1)) for _ in range(count)])

    def filtered(self, depth):
        one = self.members([("filtered", self.value(depth + 2))])
        return one if self.rng.random() < 0.7 else "[" + (self.space() + "," + self.space()).join([one] * self.rng.randrange(1, 3)) + "]"

    def value(self, depth):
        kind = self.rng.random()
        if depth > 5 or kind < 0.55:
            return self.scalar()
        if kind < 0.7:
            return self.array(depth)
        if kind < 0.75:
            return self.filtered(depth)
        return self.object(depth, self.rng.sample(NAMES, 3))

    def layers(self):
        names = self.rng.sample(NAMES, 4)
        pairs = []
        for _ in range(self.rng.randrange(6)):
            kind = self.rng.random()
            value = self.filtered(2) if kind < 0.3 else self.object(2, self.rng.sample(NAMES, 3)) if kind < 0.8 else self.value(2)
            pairs.append((self.rng.choice(names), value))
        return self.members(pairs)

    def document(self):
        rng = self.rng
        self.spacing = rng.choice([0.0, 0.0, 0.3])
        self.escaping = rng.choice([0.0, 0.0, 0.3])
        pairs = []
        if rng.random() < 0.9:
            pairs.append(("timestamp", rng.choice(STAMPS) if rng.random() < 0.3 else STAMPS[0]))
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
            pairs.append(("layers", self.layers()))
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            pairs.append((rng.choice(NAMES), self.value(1)))
        if rng.random() < 0.2:
            rng.shuffle(pairs)
        return self.space() + self.members(pairs) + self.space()

    def line(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.03:
            return rng.choice(['{"index":{"_index":"p","_type":"doc"}}', '{"index" : {"_index": "p", "_score": null}}', '{"create":{}}', "", "\r"]).encode()
        if kind < 0.032:
            deep = rng.choice([10, 500, 1021, 1022, 1023, 1024])
            pair = rng.choice([("[", "]"), ('{"a":', "}")])
            return ('{"layers":{"a":' + pair[0] * deep + self.value(4) + pair[1] * deep + "}}").encode()
        text = self.document().encode("utf-8", "surrogatepass")
        if kind < 0.15 and text:
            at = rng.randrange(len(text))
            how = rng.random()
            if how < 0.3:
                text = text[:at] + text[at + 1 :]
            elif how < 0.6:
                text = text[:at] + rng.choice([b",", b":", b"]", b"}", b"[", b"{", b'"', b"\\", b"\0", b"\x1f", b" ", b"1", b"-", b"n"]) + text[at:]
            elif how < 0.7:
                text = text[:at]
            elif how < 0.8:
                text = text.replace(b"null", rng.choice(NO_NUMBERS).encode(), 1)
            else:
                bad = rng.choice([b"\x80", b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80", b"\xc0\xaf"])
                text = text[:at] + bad + text[at + rng.randrange(2) :]
        return text


class Pair:
    """Both programs, on the same lines."""

    def __init__(self, program, settings, folder):
        self.program = program
        self.settings = settings
        self.bad = os.path.join(folder, "bad")
        self.opt = reference.arguments().parse_args(settings)

    def wanted(self, lines):
        out, bad = [], []
        for line in lines:
            if not line.strip(b" \t\r"):
                continue
            try:
                out.append(reference.reshape(line, self.opt))
            except reference.Bad:
                bad.append(line + b"\n")
        return b"".join(out), b"".join(bad), 1 if bad else 0

    def got(self, lines):
        run = subprocess.run([self.program, *self.settings, "--bad", self.bad], input=b"\n".join(lines) + b"\n",
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        with open(self.bad, "rb") as f:
            return run.stdout, f.read(), run.returncode

    def differ(self, lines):
        return self.wanted(lines) != self.got(lines)


def smallest(pair, lines):
    """The lines of a failing batch cut down: to one line if one fails alone, then that line to few bytes."""
    end = time.monotonic() + 60
    size = len(lines) // 2
    while size >= 1 and time.monotonic() < end:
        for at in range(0, len(lines), size):
            part = lines[at : at + size]
            if len(part) < len(lines) and pair.differ(part):
                lines = part
                break
        else:
            size //= 2
            continue
        size = max(len(lines) // 2, 1) if len(lines) > 1 else 0
    if len(lines) > 1:
        return lines
    line, before = lines[0], None
    while line != before and time.monotonic() < end:
        before = line
        for shorten in (without_parts, without_bytes):
            line = shorten(pair, line, end)
    return [line]


def shorter_trees(line):
    """The line with one member or element fewer, or with one value in place of what holds it, or 0 in place of a value."""
    text = line.decode("utf-8", "replace").encode()
    try:
        values = [reference.Parser(text).document()]
    except reference.Bad:
        return
    while values:
        value = values.pop(0)
        if value.kind != "word":
            yield text[: value.start] + b"0" + text[value.end :]
        parts = [(m[1], m[3]) for m in value.members] + [(e.start, e) for e in value.elements]
        for i, (start, part) in enumerate(parts):
            yield text[: value.start] + text[part.start : part.end] + text[value.end :]
            if i > 0:
                yield text[: parts[i - 1][1].end] + text[part.end :]
            elif len(parts) > 1:
                yield text[:start] + text[parts[1][0] :]
            values.append(part)


def without_parts(pair, line, end):
    found = True
    while found and time.monotonic() < end:
        found = False
        for shorter in shorter_trees(line):
            if len(shorter) < len(line) and pair.differ([shorter]):
                line, found = shorter, True
                break
    return line


def without_bytes(pair, line, end):
    size = len(line) // 2
    while size >= 1 and time.monotonic() < end:
        at = 0
        while at < len(line) and time.monotonic() < end:
            shorter = line[:at] + line[at + size :]
            if pair.differ([shorter]):
                line = shorter
            else:
                at += size
        size //= 2
    return line


def shown(data):
    return "".join(chr(b) if 0x20 <= b < 0x7f and b not in b"'\\%" else "\\\\" if b == 0x5c else "%%" if b == 0x25 else f"\\{b:03o}" for b in data)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--esreshape", default="esreshape")
    p.add_argument("--documents", type=int, default=100000)
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    opt = p.parse_args()
    sys.setrecursionlimit(20000)
    print(f"# seed {opt.seed}: {opt.documents} documents", flush=True)
    rng = random.Random(opt.seed)
    generator = Generator(rng)
    packets = bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for done in range(0, opt.documents, BATCH):
            pair = Pair(opt.esreshape, SETTINGS[done // BATCH % len(SETTINGS)], folder)
            lines = [generator.line() for _ in range(min(BATCH, opt.documents - done))]
            wanted = pair.wanted(lines)
            if wanted != pair.got(lines):
                lines = smallest(pair, lines)
                print("# they differ; this does it:")
                print(f"#     printf '{shown(chr(10).join(l.decode('latin-1') for l in lines).encode('latin-1'))}\\n' | esreshape {shlex.join(pair.settings)}")
                for what, r in (("wanted", pair.wanted(lines)), ("got", pair.got(lines))):
                    print(f"# {what}: status {r[2]}, bad {r[1]!r}, stdout {r[0]!r}")
                return 1
            packets += wanted[0].count(b"\n") // 2
            bad += wanted[1].count(b"\n")
    print(f"# {packets} documents written, {bad} lines bad")
    return 0


if __name__ == "__main__":
    sys.exit(main())
