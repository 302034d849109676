"""parallel_bulk.py URL FILE: post the documents of a bulk stream with the helpers of Elastic's Python client, as its users do."""
import json
import sys

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk


def actions(path):
    with open(path, "rb") as f:
        for action in f:
            (op, meta), = json.loads(action).items()
            yield {"_op_type": op, **meta, "_source": json.loads(next(f))}


for ok, item in parallel_bulk(Elasticsearch(sys.argv[1]), actions(sys.argv[2]), chunk_size=1000, thread_count=4):
    pass
