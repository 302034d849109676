/* Files of documents that no server has: the refused ones with their reasons, and those left.  Each is a bulk stream again. */
#ifndef ESPCAP_BULK_KEEP_H
#define ESPCAP_BULK_KEEP_H

#include <stddef.h>
#include <stdint.h>

struct bulk_keep {
	const char *kind;	/* "rejected", "left": part of the default name */
	char *path;		/* given, or made when the first document comes; NULL: not yet */
	int fd;			/* -1: not yet open */
	int why_fd;		/* of PATH.why, -1: not open */
	uint64_t documents;
	uint64_t lost;		/* documents that could not be written */
	int failed;		/* it can't be written: nothing more is tried */
	int unsynced;		/* something was written that the disk may not have */
};

/**
 * bulk_keep_open(k, kind, path):
 * Keep documents of the ${kind} in the file ${path}, which is appended to; opened at once, so that one that can't be
 * written is told before the work (dies with ES_FAILED).  With NULL a file esbulk-KIND-PID.ndjson, or PID.2 and so on where that is
 * there, is made in the current directory, or where that can't be written in $TMPDIR or /tmp, when the first document comes.
 * Others can't read either.
 */
void bulk_keep_open(struct bulk_keep *k, const char *kind, const char *path);

/**
 * bulk_keep_add(k, data, len, documents):
 * Append the ${len} bytes at ${data}, ${documents} whole items of a bulk stream.  A file that ended inside a line gets a newline
 * first.  When it can't be written this says why, once, and counts what is lost from then on.
 */
void bulk_keep_add(struct bulk_keep *k, const char *data, size_t len, uint64_t documents);

/**
 * bulk_keep_why(k, line):
 * Append ${line}, a JSON object, and a newline to PATH.why.  When that can't be written the whole has failed.
 */
void bulk_keep_why(struct bulk_keep *k, const char *line);

/**
 * bulk_keep_sync(k):
 * Have the disk take what was added (fsync(2)), as it must have before the same documents are removed elsewhere.
 */
void bulk_keep_sync(struct bulk_keep *k);

/**
 * bulk_keep_close(k):
 * Close, which can fail too, by a late write error; bulk_keep_free() frees what ${k} holds.
 */
void bulk_keep_close(struct bulk_keep *k);
void bulk_keep_free(struct bulk_keep *k);

#endif
