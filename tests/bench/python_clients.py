"""python_clients.py HOW URL FILE: packets into Elasticsearch by Elastic's Python client, as its users do it.

HOW is original: the pipeline of the Python espcap, for a capture: tshark's lines are read without a buffer
       buffered: the same, with one
       parallel: that with parallel_bulk
       stream:   parallel_bulk, for a bulk stream
"""
import datetime
import json
import subprocess
import sys

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk, parallel_bulk


def packets(capture, bufsize):
    with subprocess.Popen(["tshark", "-T", "ek", "-r", capture], stdout=subprocess.PIPE, bufsize=bufsize) as tshark:
        for line in tshark.stdout:
            if line.startswith(b'{"index":'):
                continue
            packet = json.loads(line)
            day = datetime.datetime.fromtimestamp(int(packet["timestamp"]) / 1000)
            yield {"_op_type": "index", "_index": day.strftime("packets-%Y-%m-%d"), "_source": packet}


def stream(path):
    with open(path, "rb") as f:
        for action in f:
            (op, meta), = json.loads(action).items()
            yield {"_op_type": op, **meta, "_source": json.loads(next(f))}


def main(how, url, path):
    client = Elasticsearch(url)
    if how in ("original", "buffered"):
        bulk(client, packets(path, 0 if how == "original" else -1), chunk_size=1000)
    else:
        for _ in parallel_bulk(client, packets(path, -1) if how == "parallel" else stream(path), chunk_size=1000, thread_count=4):
            pass


main(*sys.argv[1:])
