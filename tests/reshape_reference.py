#!/usr/bin/env python3
"""What esreshape must write, slowly: the rules of esreshape(1) in plain Python, sharing nothing with the C.

    reshape_reference.py [--id] [--op OP] [--index PATTERN] [--tag NAME=VALUE] [--bad FILE] < stream

One file, from stdin.  Exits 1 when lines were bad.
"""
import argparse
import datetime
import hashlib
import json
import re
import sys

SPACE = b" \t\r\n"
STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
WORDS = (b"true", b"false", b"null")
DEPTH = 1024


class Bad(Exception):
    """The text is no JSON."""


class Value:
    """A value and where it stands: text[start:end]."""

    def __init__(self, kind, start):
        self.kind = kind  # "object", "array", "string" or "word"
        self.start = start
        self.end = None
        self.members = []  # of an object: (name, start of the name, start of the value's text, Value)
        self.elements = []  # of an array


class Parser:
    """Recursive descent by RFC 8259."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def space(self):
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1

    def here(self):
        return self.text[self.at : self.at + 1]

    def expect(self, byte):
        if self.here() != byte:
            raise Bad(f"no {byte} at {self.at}")
        self.at += 1

    def document(self):
        self.space()
        value = self.value(0)
        self.space()
        if self.at < len(self.text):
            raise Bad("more behind the end")
        return value

    def string(self):
        match = STRING.match(self.text, self.at)
        if not match:
            raise Bad(f"no string at {self.at}")
        self.at = match.end()
        return match.group()

    def value(self, depth):
        value = Value("word", self.at)
        if self.here() in (b"{", b"["):
            if depth == DEPTH:
                raise Bad("too deep")
            if self.here() == b"{":
                self.object(value, depth + 1)
            else:
                self.array(value, depth + 1)
        elif self.here() == b'"':
            value.kind = "string"
            self.string()
        else:
            for word in WORDS:
                if self.text.startswith(word, self.at):
                    self.at += len(word)
                    break
            else:
                match = NUMBER.match(self.text, self.at)
                if not match:
                    raise Bad(f"no value at {self.at}")
                self.at = match.end()
        value.end = self.at
        return value

    def object(self, value, depth):
        value.kind = "object"
        self.expect(b"{")
        self.space()
        while self.here() != b"}" or value.members:
            start = self.at
            name = self.string()
            name = json.loads(name) if b"\\" in name else name[1:-1].decode()
            self.space()
            self.expect(b":")
            self.space()
            at = self.at
            value.members.append((name, start, at, self.value(depth)))
            self.space()
            if self.here() == b"}":
                break
            self.expect(b",")
            self.space()
        self.expect(b"}")

    def array(self, value, depth):
        value.kind = "array"
        self.expect(b"[")
        self.space()
        while self.here() != b"]" or value.elements:
            value.elements.append(self.value(depth))
            self.space()
            if self.here() == b"]":
                break
            self.expect(b",")
            self.space()
        self.expect(b"]")


def is_filtered(value):
    return value.kind == "object" and [m[0] for m in value.members] == ["filtered"]


def is_filtered_layer(value):
    if value.kind == "array":
        return bool(value.elements) and all(is_filtered(e) for e in value.elements)
    return is_filtered(value)


def render(text, value, where):
    """The value as it is to be written; where: 0 the document, 1 the layers object, 2 anything else."""
    if value.kind == "object":
        return render_object(text, value, where)
    if value.kind == "array":
        out, at = b"", value.start
        for element in value.elements:
            out += text[at : element.start] + render(text, element, 2)
            at = element.end
        return out + text[at : value.end]
    return text[value.start : value.end]


def render_object(text, value, where):
    groups = {}
    for name, _, _, member in value.members:
        if where == 1 and is_filtered_layer(member):
            continue
        groups.setdefault(name, []).append(member)
    out, at, written = b"{", value.start + 1, set()
    for name, start, value_start, member in value.members:
        gap = text[at:start]
        if name in groups and groups[name][0] is member:
            # It stays.  Before the first that stays, those that go have taken their commas along.
            out += gap if written or b"," not in gap else gap[gap.index(b",") + 1 :]
            out += text[start:value_start]
            inside = 1 if where == 0 and name == "layers" else 2
            if len(groups[name]) == 1:
                out += render(text, member, inside)
            else:
                parts = []
                for v in groups[name]:
                    parts += [render(text, e, 2) for e in v.elements] if v.kind == "array" else [render(text, v, inside)]
                out += b"[" + b",".join(parts) + b"]"
            written.add(name)
        elif written:
            out += gap[: gap.index(b",")]
        else:
            out += gap[gap.index(b",") + 1 :] if b"," in gap else gap
        at = member.end
    return out + (text[at : value.end] if written or not value.members else b"}")


def milliseconds(text, document):
    """The packet's time; None if it is not known."""
    stamps = [m[3] for m in document.members if m[0] == "timestamp"]
    if len(stamps) != 1 or stamps[0].kind not in ("string", "word"):
        return None
    digits = text[stamps[0].start : stamps[0].end].strip(b'"')
    if not re.fullmatch(rb"[0-9]+", digits):
        return None
    ms = int(digits)
    return ms if 86400000 <= ms <= 4102444799999 else None


ALPHABET = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def packet_id(ms, document):
    """42 bits of time (1 added to the first 6), 132 of the digest."""
    time = (ms or 0) + (1 << 36)
    digest = int.from_bytes(hashlib.sha256(document).digest(), "big") >> 124
    number = time << 132 | digest
    return bytes(ALPHABET[number >> shift & 63] for shift in range(168, -1, -6))


def escape(text):
    """As esreshape escapes a tag."""
    out = ""
    for c in text:
        out += f"\\u{ord(c):04x}" if c < " " or c == "\x7f" else "\\" + c if c in '"\\' else c
    return '"' + out + '"'


def is_action(value):
    return (
        value.kind == "object"
        and len(value.members) == 1
        and value.members[0][0] in ("index", "create")
        and value.members[0][3].kind == "object"
    )


def reshape(line, opt):
    """What is to be written for a line; raises Bad."""
    text = line.decode("utf-8", "replace").encode()
    value = Parser(text).document()
    if is_action(value):
        return b""
    if value.kind != "object" or not any(m[0] in ("layers", "timestamp") for m in value.members):
        raise Bad("neither a packet nor an action")
    ms = milliseconds(text, value)
    if opt.tag:
        tags = ",".join(escape(name) + ":" + escape(tag) for name, tag in (t.split("=", 1) for t in opt.tag))
        text = b"{" + tags.encode() + b"," + text[value.start + 1 : value.end]
        value = Parser(text).document()
    document = render(text, value, 0)
    if ms is None:
        index = "packets-undated"
    else:
        index = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime(opt.index)
    ident = b',"_id":"' + packet_id(ms, document) + b'"' if opt.id else b""
    op = opt.op or ("create" if opt.id else "index")
    return b'{"' + op.encode() + b'":{"_index":"' + index.encode() + b'"' + ident + b"}}\n" + document + b"\n"


def lines_of(stream):
    if stream.startswith(b"\xef\xbb\xbf"):
        stream = stream[3:]
    for line in stream.split(b"\n"):
        if line.strip(b" \t\r"):
            yield line


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--id", action="store_true")
    p.add_argument("--op")
    p.add_argument("--index", default="packets-%Y-%m-%d")
    p.add_argument("--tag", action="append")
    p.add_argument("--bad")
    return p


def main():
    sys.setrecursionlimit(20000)
    opt = arguments().parse_args()
    bad = []
    for line in lines_of(sys.stdin.buffer.read()):
        try:
            sys.stdout.buffer.write(reshape(line, opt))
        except Bad:
            bad.append(line)
    if opt.bad:
        with open(opt.bad, "wb") as f:
            f.writelines(line + b"\n" for line in bad)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
