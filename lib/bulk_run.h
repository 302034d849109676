/* The state of one delivery, shared by the loop (bulk_deliver.c) and by what follows from answers (bulk_settle.c). */
#ifndef ESPCAP_BULK_RUN_H
#define ESPCAP_BULK_RUN_H

#include "bulk_account.h"
#include "bulk_answer.h"
#include "bulk_deliver.h"
#include "bulk_keep.h"
#include "bulk_request.h"
#include "bulk_spool.h"
#include "bulk_stream.h"

struct bulk_run {
	const struct bulk_options *opt;
	struct bulk_nodes *nodes;
	struct bulk_account account;
	struct bulk_keep rejects, left;
	struct bulk_spool spool;
	struct bulk_answer answer;
	struct bulk_chunks ready;	/* to be sent, the ones to go first in front */
	struct bulk_chunk *filling;
	unsigned in_memory;		/* chunks: ready and in flight */
	unsigned in_flight;
	double window;			/* requests in flight that the servers seem to like */
	int settled;			/* it was too many once: from now on the window grows slowly */
	uint64_t bytes;			/* bound of a chunk; a 413 makes it smaller */
	uint64_t progress;		/* when something was last delivered or nothing was there to be, ms */
	uint64_t delivered;		/* answers by which a server did with a document what it should: a clock that can't tie */
	int said_dead, said_blocked;	/* messages that are said once */
	int stopped;			/* no more requests: what comes is kept */
	enum es_status stop_status;
	int refused_shown;
	int no_spool_room;		/* said */
	char *last_why;			/* why something has to be sent again, for when that goes on too long; NULL: nothing had to */
};

/* A document that servers fail at (500) so often, and take others after each time, is at fault, not they. */
enum { BULK_FAILS = 7 };

/**
 * bulk_retry_wait(tries):
 * How long to wait, ms, after so many tries: anywhere between 0 and a time that doubles with each, up to 30 s.
 */
uint64_t bulk_retry_wait(unsigned tries);

/**
 * bulk_retry_works(run, chunk):
 * Whether servers took something since they last failed at ${chunk}; else another failure tells nothing of it.
 */
int bulk_retry_works(const struct bulk_run *run, const struct bulk_chunk *chunk);

/**
 * bulk_retry_at_fault(run, fails):
 * Whether what servers failed at ${fails} times, while they worked, is at fault.
 */
int bulk_retry_at_fault(const struct bulk_run *run, unsigned fails);

/**
 * bulk_retry_fate(run, chunk, i, item):
 * What becomes of item ${i} of ${chunk}, which was answered as ${item} says: that, or FATE_REJECTED when it is at fault.
 */
enum bulk_fate bulk_retry_fate(const struct bulk_run *run, const struct bulk_chunk *chunk, size_t i, const struct bulk_item_answer *item);

/**
 * bulk_retry_note(run, chunk, took, failed, whole):
 * Something of ${chunk} has to be sent again now, since a server ${failed} at it, 500, at the ${whole} request or at items; or for
 * another reason.  It ${took} something of it in the same answer.
 */
void bulk_retry_note(const struct bulk_run *run, struct bulk_chunk *chunk, int took, int failed, int whole);

/**
 * bulk_retry_took_others(run, chunk):
 * Whether servers fail at ${chunk} and have taken others since they began to, or in the same answer.
 */
int bulk_retry_took_others(const struct bulk_run *run, const struct bulk_chunk *chunk);

/**
 * bulk_reject(run, chunk, i, status, type, reason):
 * Item ${i} of ${chunk} is refused: count it, keep it with the reason, and say the first ones.
 */
void bulk_reject(struct bulk_run *run, const struct bulk_chunk *chunk, size_t i, unsigned status, const char *type, const char *reason);

/**
 * bulk_reject_check(run):
 * Stop the run when what is refused could not be kept.
 */
void bulk_reject_check(struct bulk_run *run);

/**
 * bulk_settle(run, r, code, status, retry_after):
 * The request ${r} of the chunk ${chunk} ended with curl's ${code} and HTTP ${status}: count what is done, keep what is refused,
 * and put the rest back to be sent again.  ${chunk} is no longer the caller's.
 */
void bulk_settle(struct bulk_run *run, struct bulk_request *r, struct bulk_chunk *chunk, CURLcode code, long status,
    long retry_after);

/**
 * bulk_settle_queue(run, chunk, wait):
 * ${chunk} is to be sent ${wait} ms from now; those that wait longer stand behind it.
 */
void bulk_settle_queue(struct bulk_run *run, struct bulk_chunk *chunk, uint64_t wait);

/**
 * bulk_settle_keep(run, chunk):
 * ${chunk} will not be delivered in this run: it stays in the spool, or goes to the file of what is left.  Frees it.
 */
void bulk_settle_keep(struct bulk_run *run, struct bulk_chunk *chunk);

/**
 * bulk_settle_unknown(run, chunk):
 * A server may have taken ${chunk}, but has not said so: count its documents without _id, each once.
 */
void bulk_settle_unknown(struct bulk_run *run, struct bulk_chunk *chunk);

/**
 * bulk_settle_blame(run):
 * Nothing was delivered for long: refuse the documents that wait because servers failed at them when they took others.  Return
 * whether there were any.
 */
int bulk_settle_blame(struct bulk_run *run);

/**
 * bulk_settle_stop(run, status, why):
 * No more requests; say ${why} once.  What is read from now on is kept, and ${status} is the end's.
 */
void bulk_settle_stop(struct bulk_run *run, enum es_status status, const char *why);

#endif
