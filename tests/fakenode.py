#!/usr/bin/env python3
"""A scripted server for the faults that a real node won't produce on request.

    fakenode.py LOG STEP...

It listens on a free port of 127.0.0.1, prints its URL, and answers each POST to a _bulk address by the next STEP; when they are used
up, by "ok".  Every document that it takes is a line of LOG: the index, a tab, its _id or "-", a tab, the document.  A document whose _id it has
under that index is a duplicate for "create" (409).  Each request is a line of LOG.requests: number of documents, bytes, step.

Steps (N x STEP means N times; items count from 0):
    ok                take all
    http:STATUS[:S]   take nothing, answer STATUS, with Retry-After: S
    items:STATUS:I,.. take all but these items, which get STATUS (429, 503, 400, 403block, 404index, ...)
    marked:STATUS     answer STATUS to the whole request while it has a document with "marked" in it; forever
    item:STATUS       answer STATUS to each item with "marked" in it; forever
    quotes            refuse each item with 400 and its document as the reason, and as its cause
    larger:BYTES      413 to each request over that size; forever
    errors:N          every Nth item gets 429, as long as the step lasts
    cut-before        close without reading all and without an answer
    cut-after         take all, then close without an answer
    cut-answer        take all, answer half of the bytes, close
    hang              take nothing, never answer
    slow              take all, answer a byte at a time
    garbage           take all, answer 200 with no JSON
    short             take all, answer 200 with one item too few
    gzip, bomb        take all, answer compressed, unasked; and with 1 GB of spaces before the answer
    headers, body     answer with headers, a body, without end
    type              400 "type is missing" unless the URL has a type; forever
    auth:VALUE        401 unless the Authorization header is VALUE; forever
    aws:KEY:SECRET    403 unless the request is signed with SigV4 by that key; forever
    limit:N           429 to a request while N others are under way, each of which takes 20 ms; forever
    moved:URL         302 to there; forever
    root:STATUS       STATUS to what is no _bulk address, without an answer for 0; forever
With FAKENODE_TLS=CERT:KEY[:CA] it speaks TLS, and with CA wants the client's certificate.
"""
import gzip
import hashlib
import hmac
import json
import os
import socketserver
import ssl
import struct
import sys
import threading
import time
import zlib

lock = threading.Lock()


class State:
    log = None
    requests = None
    steps = []
    forever = []
    seen = set()
    under_way = 0


def answer_item(op, status):
    names = {"403block": (403, "cluster_block_exception"), "404index": (404, "index_not_found_exception"),
             "429block": (429, "cluster_block_exception"), "401": (401, "security_exception"),
             "409": (409, "version_conflict_engine_exception"), "400": (400, "mapper_parsing_exception")}
    code, kind = names.get(status, (int(status[:3]), "es_rejected_execution_exception"))
    return {op: {"status": code, "error": {"type": kind, "reason": "as the script says: \u001b[31m" + status}}}


def signed(key, secret, method, path, headers, body):
    """Whether the request is signed as AWS documents it ("Create a signed AWS API request"), computed anew."""
    auth = headers.get("authorization", "")
    if not auth.startswith("AWS4-HMAC-SHA256 "):
        return False
    parts = dict(p.strip().split("=", 1) for p in auth[len("AWS4-HMAC-SHA256 "):].split(","))
    scope = parts["Credential"].split("/")
    digest = hashlib.sha256(body).hexdigest()
    if scope[0] != key or headers.get("x-amz-content-sha256") != digest:
        return False
    url, _, query = path.partition("?")
    names = parts["SignedHeaders"].split(";")
    canonical = "\n".join([method, url, "&".join(sorted(query.split("&"))),
                           "".join("%s:%s\n" % (n, " ".join(headers[n].split())) for n in names), parts["SignedHeaders"], digest])
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], "/".join(scope[1:]), hashlib.sha256(canonical.encode()).hexdigest()])
    sign = ("AWS4" + secret).encode()
    for word in scope[1:]:
        sign = hmac.new(sign, word.encode(), "sha256").digest()
    return hmac.new(sign, text.encode(), "sha256").hexdigest() == parts["Signature"]


def squeezed(text, megabytes):
    """The text behind so many megabytes of spaces, compressed."""
    spaces = b" " * (1 << 20)
    packer = zlib.compressobj(wbits=-15)
    # Behind a full flush nothing refers to what was before: each of these blocks is as the first.
    block = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(spaces, crc)
    packed = block * megabytes + packer.compress(text) + packer.flush()
    size = ((megabytes << 20) + len(text)) & 0xffffffff
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed + struct.pack("<II", zlib.crc32(text, crc), size)


def parse(body):
    """The items of a bulk body: (op, index, id, document)."""
    lines = body.split(b"\n")
    assert lines[-1] == b"", "the last line has no newline"
    out, i = [], 0
    while i < len(lines) - 1:
        action = json.loads(lines[i].decode(errors="replace"))
        (op, meta), = action.items()
        document = b""
        if op != "delete":
            i += 1
            document = lines[i]
            json.loads(document)
        out.append((op, meta.get("_index", "-"), meta.get("_id", "-"), document))
        i += 1
    return out


def take(items, refused):
    """Take the items but the refused ones (index -> status); the answer's items."""
    out = []
    for n, (op, index, ident, document) in enumerate(items):
        if n in refused:
            out.append(answer_item(op, refused[n]))
            continue
        if op == "create" and ident != "-" and (index, ident) in State.seen:
            out.append(answer_item(op, "409"))
            continue
        State.seen.add((index, ident))
        State.log.write(b"%s\t%s\t%s\n" % (index.encode(), ident.encode(), document))
        out.append({op: {"status": 201}})
    State.log.flush()
    return out


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            while self.one():
                pass
        except (ConnectionError, ValueError, AssertionError) as e:
            print("fakenode:", e, file=sys.stderr)

    def reply(self, status, value, extra=""):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n" %
                         (status, len(body), extra.encode()) + body)
        self.wfile.flush()

    def one(self):
        line = self.rfile.readline()
        if not line:
            return False
        headers = {}
        while True:
            h = self.rfile.readline()
            if h in (b"\r\n", b""):
                break
            name, _, value = h.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        method, path = line.decode("latin-1").split()[:2]
        length = int(headers.get("content-length", 0))
        if "_bulk" not in path:
            status = next((int(r.partition(":")[2]) for r in State.forever if r.startswith("root:")), 200)
            if status:
                self.reply(status, {"version": {"number": "fake"}})
            return status != 0
        with lock:
            step = State.steps.pop(0) if State.steps else "ok"
        if step == "cut-before":
            self.rfile.read(min(length, 1000))
            self.note(0, length, step)
            return False
        body = self.rfile.read(length)
        with lock:
            State.under_way += 1
        try:
            return self.judge(step, method, path, headers, body)
        finally:
            with lock:
                State.under_way -= 1

    def judge(self, step, method, path, headers, body):
        for rule in State.forever:
            kind, _, value = rule.partition(":")
            if kind == "aws" and not signed(*value.split(":"), method, path, headers, body):
                self.reply(403, {"message": "The request signature we calculated does not match the signature you provided."})
                return True
            if kind == "moved":
                self.reply(302, b"", "Location: %s\r\n" % value)
                return True
            if kind == "limit":
                if State.under_way > int(value):
                    self.note(0, len(body), "429")
                    self.reply(429, {"error": {"type": "es_rejected_execution_exception", "reason": "busy"}, "status": 429})
                    return True
                time.sleep(0.02)
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
            step += " gzip"
        with lock:
            return self.answer(step, path, headers, body)

    def note(self, count, size, step):
        State.requests.write("%d %d %s\n" % (count, size, step))
        State.requests.flush()

    def answer(self, step, path, headers, body):
        items = parse(body)
        self.note(len(items), len(body), step)
        for rule in State.forever:
            kind, _, value = rule.partition(":")
            if kind == "marked" and b"marked" in body:
                self.reply(int(value), {"error": {"type": "illegal_argument_exception", "reason": "something is marked"}, "status": int(value)})
                return True
            if kind == "larger" and len(body) > int(value):
                self.reply(413, b"")
                return True
            if kind == "type" and "/_doc/_bulk" not in path:
                self.reply(400, {"error": {"type": "action_request_validation_exception", "reason": "Validation Failed: 1: type is missing;"}})
                return True
            if kind == "auth" and headers.get("authorization") != value:
                self.reply(401, {"error": {"type": "security_exception", "reason": "unable to authenticate"}})
                return True
        return self.play(step, items)

    def play(self, step, items):
        kind, _, rest = step.replace(" gzip", "").partition(":")
        if kind == "http":
            status, _, after = rest.partition(":")
            self.reply(int(status), {"error": {"type": "es_rejected_execution_exception", "reason": "busy"}, "status": int(status)},
                       "Retry-After: %s\r\n" % after if after else "")
            return True
        if kind == "blocked":
            self.reply(int(rest), {"error": {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage watermark"}})
            return True
        if kind == "hang":
            lock.release()
            time.sleep(600)
            lock.acquire()
            return False
        refused = {}
        if kind == "items":
            status, _, which = rest.partition(":")
            refused = {int(i): status for i in which.split(",")}
        if kind == "errors":
            refused = {i: "429" for i in range(0, len(items), int(rest))}
        for rule in State.forever:
            if rule.startswith("item:"):
                refused.update({i: rule[5:] for i, item in enumerate(items) if b"marked" in item[3]})
        if kind == "quotes":
            refused = {i: "400" for i in range(len(items))}
        taken = take(items, refused)
        if kind == "quotes":
            for answer, item in zip(taken, items):
                error = list(answer.values())[0]["error"]
                error["reason"] = item[3].decode()
                error["caused_by"] = {"type": "illegal_argument_exception", "reason": item[3].decode()}
        value = {"took": 1, "errors": any("error" in list(i.values())[0] for i in taken), "items": taken}
        if kind == "cut-after":
            return False
        if kind == "garbage":
            self.reply(200, b"<html>\x00\xff{]")
            return True
        if kind == "short":
            value["items"] = taken[:-1]
        if kind in ("gzip", "bomb"):
            self.reply(200, squeezed(json.dumps(value).encode(), 1024 if kind == "bomb" else 0), "Content-Encoding: gzip\r\n")
            return True
        if kind in ("headers", "body"):
            self.endless(kind)
            return False
        text = json.dumps(value).encode()
        if kind == "cut-answer":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text[:len(text) // 2])
            return False
        if kind == "slow":
            for b in b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text:
                self.wfile.write(bytes([b]))
                self.wfile.flush()
            return True
        self.reply(200, text)
        return True

    def endless(self, kind):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if kind == "body":
            self.wfile.write(b"Transfer-Encoding: chunked\r\n\r\n")
        piece = b"X-Long: " + b"x" * 60000 + b"\r\n" if kind == "headers" else b"10000\r\n" + b"[" * 65536 + b"\r\n"
        for _ in range(160000):
            self.wfile.write(piece)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    tls = None

    def finish_request(self, request, client_address):
        # In the connection's own thread: a client that does not shake hands must not stop the others.
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except (ssl.SSLError, ConnectionError) as e:
                print("fakenode:", e, file=sys.stderr)
                return
        super().finish_request(request, client_address)


def main():
    State.log = open(sys.argv[1], "ab")
    State.requests = open(sys.argv[1] + ".requests", "a")
    for word in sys.argv[2:]:
        n, x, step = word.partition("x") if word[0].isdigit() else ("1", "x", word)
        if step.split(":")[0] in ("marked", "item", "larger", "type", "auth", "aws", "limit", "moved", "root"):
            State.forever.append(step)
        else:
            State.steps += [step] * int(n)
    tls = os.environ.get("FAKENODE_TLS")
    with Server(("127.0.0.1", int(os.environ.get("FAKENODE_PORT", 0))), Handler) as server:
        if tls:
            cert, key, *ca = tls.split(":")
            server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.tls.load_cert_chain(cert, key)
            if ca:
                server.tls.load_verify_locations(ca[0])
                server.tls.verify_mode = ssl.CERT_REQUIRED
        print("http%s://127.0.0.1:%d" % ("s" if tls else "", server.server_address[1]), flush=True)
        server.serve_forever()


main()
