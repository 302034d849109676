/* What became of each document, and where the time went. */
#ifndef ESPCAP_BULK_ACCOUNT_H
#define ESPCAP_BULK_ACCOUNT_H

#include <stdint.h>

#include "stats.h"

enum { RETRY_NO_ANSWER, RETRY_429, RETRY_500, RETRY_502, RETRY_503, RETRY_504, RETRY_OTHER, RETRY_KINDS };

struct bulk_account {
	uint64_t documents;	/* taken from the input, and from an earlier run's spool */
	uint64_t indexed, duplicate, rejected, left;	/* these add up to documents at the end */
	uint64_t unknown;	/* sent again without an _id after a request whose outcome is not known: may be there twice */
	uint64_t bad;		/* lines that were no bulk stream */
	uint64_t bytes;		/* of the documents taken */
	uint64_t requests;
	uint64_t retried[RETRY_KINDS];	/* documents sent again, by the reason */
	uint64_t ms_input, ms_server, ms_backoff;	/* spent waiting for these alone */
	uint64_t started;	/* ms */
};

/**
 * bulk_account_retry(a, status, documents):
 * Count ${documents} that are sent again after ${status}, an item's or a request's; 0: there was no answer.
 */
void bulk_account_retry(struct bulk_account *a, long status, uint64_t documents);

/**
 * bulk_account_write(a, left_in, st):
 * Put the account into ${st}, with the file ${left_in} of what is left (NULL: none), and close that.  Dies with ES_FAILED when it
 * can't be written.
 */
void bulk_account_write(const struct bulk_account *a, const char *left_in, struct stats *st);

/**
 * bulk_account_line(a, buf, size):
 * The account in one line, for a person.
 */
void bulk_account_line(const struct bulk_account *a, char *buf, unsigned size);

/**
 * bulk_account_progress(a, now, in_flight, done, total):
 * Draw the progress line on stderr, a terminal, over the one before.  With ${total} > 0 bytes to come in all, of which ${done}
 * are read, it shows percent and the time left.  What is wider than the terminal is cut.
 */
void bulk_account_progress(const struct bulk_account *a, uint64_t now, unsigned in_flight, uint64_t done, uint64_t total);

/**
 * bulk_account_progress_end():
 * Clear the progress line.
 */
void bulk_account_progress_end(void);

#endif
