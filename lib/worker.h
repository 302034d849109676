/* One tshark of those that dissect a capture side by side, and what it has printed and nobody has taken yet. */
#ifndef ESPCAP_WORKER_H
#define ESPCAP_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "child.h"

/* What is kept of a worker's output before it has to wait; more only when a single packet's lines are longer. */
enum { WORKER_KEEPS = 4 * 1024 * 1024 };

struct worker {
	struct child child;
	int in;			/* its stdin, when we write that; -1: closed, or not ours */
	uint64_t sent;		/* how far the stream it reads was given to it */
	size_t header_sent;	/* and of the header before that */
	char *buf;		/* its output, start to end */
	size_t size, start, end;
	size_t first;		/* length of the first line there with its newline; 0: none was seen yet */
	size_t scanned;		/* no other newline in that many bytes from start */
	int reaped, status;	/* its end was waited for, and how child_wait() told it */
};

/* Two lines, or one that is no pair's. */
struct worker_record {
	const char *action;
	size_t action_len;	/* with the newlines */
	const char *document;	/* NULL: the action line is none, but part of a document that a raw newline has torn */
	size_t document_len;
};

/**
 * worker_start(w, how, fed):
 * Start it; with ${fed} its stdin is a pipe that w->in writes without waiting, else ${how}->in.  Return 0, or -1 with errno.
 */
int worker_start(struct worker *w, struct child_how *how, int fed);

/**
 * worker_wants(w):
 * Whether its output is to be read: there is room, or not yet one whole record.
 */
int worker_wants(struct worker *w);

/**
 * worker_read(w):
 * Read once of its output; at its end w->child.out is closed.  Dies with ES_FAILED when one record is over 1 GiB.  Return the
 * bytes read.
 */
size_t worker_read(struct worker *w);

/**
 * worker_record(w, r):
 * Look at the next record.  Return 1, or 0 when none is whole.  worker_take() then takes it; ${r} is valid until worker_read().
 */
int worker_record(struct worker *w, struct worker_record *r);
void worker_take(struct worker *w, const struct worker_record *r);

/**
 * worker_drop(w):
 * Forget what is there.
 */
void worker_drop(struct worker *w);

/**
 * worker_close_input(w):
 * Its input ends here.
 */
void worker_close_input(struct worker *w);

/**
 * worker_reap(w):
 * Wait for its end and remember its status.
 */
void worker_reap(struct worker *w);

/**
 * worker_free(w):
 * Free what ${w}, reaped, holds.
 */
void worker_free(struct worker *w);

#endif
