/* The delivery of a bulk stream: one loop that reads, fills chunks, sends, judges the answers, sends again and flushes by time. */
#ifndef ESPCAP_BULK_DELIVER_H
#define ESPCAP_BULK_DELIVER_H

#include <stddef.h>
#include <stdint.h>

#include "bulk_access.h"
#include "bulk_node.h"
#include "msg.h"

struct bulk_options {
	struct bulk_nodes nodes;
	struct bulk_access access;
	uint64_t chunk;		/* documents in a request, at most */
	uint64_t bytes;		/* bytes in a request, at most; a longer document goes alone */
	uint64_t flush;		/* ms that a document waits for others, at most */
	uint64_t connections;	/* requests in flight, at most */
	uint64_t retry;		/* ms without any success after which what is left is kept; 0: never */
	uint64_t max_line;	/* bytes */
	const char *rejects;	/* file; NULL: one is made when it is needed */
	const char *spool;	/* folder; NULL: none */
	uint64_t spool_max;	/* bytes */
	const char *stats;	/* file; NULL: none */
	int verbose, quiet;
};

/**
 * bulk_deliver(opt, files, count):
 * Deliver the ${count} bulk streams ${files} ("-": stdin), one after the other, and account for every document: indexed, a
 * duplicate, rejected and kept with its reason, or left and kept in a file that a message names (or in the spool).  Memory: at
 * most (connections + 2) x bytes and three times the longest document, with what the answers take.  Return ES_OK; ES_SOME when
 * documents were refused or lines bad; ES_FAILED when a file could not be read or the server will not have us; ES_LATER when
 * documents are left.
 */
enum es_status bulk_deliver(struct bulk_options *opt, char *const *files, size_t count);

/**
 * bulk_dry_run(opt):
 * Ask each node whether it is there and takes the credentials, send nothing, and tell on stdout.  Return ES_OK, ES_FAILED when the
 * credentials are refused, or ES_LATER when a node can't be reached.
 */
enum es_status bulk_dry_run(struct bulk_options *opt);

#endif
