/* What a server answered to a _bulk request, and what follows from it: the one place for retry classes. */
#ifndef ESPCAP_BULK_ANSWER_H
#define ESPCAP_BULK_ANSWER_H

#include <stddef.h>

#include "bulk_chunk.h"
#include "json.h"

/* What becomes of one item. */
enum bulk_fate {
	FATE_DONE,	/* indexed, updated, deleted */
	FATE_DUPLICATE,	/* create, and it was there: 409 */
	FATE_REJECTED,	/* never without a change: other 4xx */
	FATE_AGAIN,	/* 429, 500, 502, 503, 504, a cluster block: send it again later */
	FATE_STOP,	/* 401, 403 for the credentials, 404 for the index: nothing here will go */
};

/* What becomes of a request as a whole. */
enum bulk_verdict {
	VERDICT_ITEMS,	/* each item has its own status */
	VERDICT_AGAIN,	/* send all of it again later; the server did not take it */
	VERDICT_UNKNOWN,	/* send all of it again; the server may have taken it (408, 5xx, or garbage) */
	VERDICT_SPLIT,	/* 400: something in it, so halve it until that is alone */
	VERDICT_SMALLER,	/* 413: too large */
	VERDICT_TYPE,	/* Elasticsearch 6: a type is wanted in the URL */
	VERDICT_STOP,	/* wrong credentials, or no such address there */
};

struct bulk_item_answer {
	enum bulk_fate fate;
	unsigned status;
	size_t error;	/* token of its error, 0: none */
};

struct bulk_answer {
	struct json json;	/* of the body, which must stay */
	enum bulk_verdict verdict;
	size_t count;		/* items told of */
	int blocked;		/* some wait for a cluster block, which can last */
	char why[512];		/* of a verdict that is not VERDICT_ITEMS: for a person */
};

/**
 * bulk_answer_read(a, status, body, len, c):
 * Judge the answer with HTTP ${status} and the ${len} bytes ${body} to the chunk ${c}.  ${a} starts zeroed and may be used again.
 * An answer 200 that is no JSON, or does not tell of each item of ${c} in order, is VERDICT_UNKNOWN.
 *
 * Sources: Elasticsearch 6.8 to 9.2 and OpenSearch 1.3 to 3.8 as measured (reference/elasticsearch.md, section 2).
 */
void bulk_answer_read(struct bulk_answer *a, long status, const char *body, size_t len, const struct bulk_chunk *c);

/**
 * bulk_answer_item(a, c, i, token, item):
 * Read the answer to item ${i} of ${c} at *${token}, which starts as 0 for item 0 and is moved to the next.  Only after
 * VERDICT_ITEMS.
 */
void bulk_answer_item(const struct bulk_answer *a, const struct bulk_chunk *c, size_t i, size_t *token,
    struct bulk_item_answer *item);

/**
 * bulk_answer_error(a, error, type, type_size, reason, reason_size):
 * The type and reason of the error at token ${error}, as strings, cut to fit.  Both are the server's text, which can hold a
 * packet's.
 */
void bulk_answer_error(const struct bulk_answer *a, size_t error, char *type, size_t type_size, char *reason,
    size_t reason_size);

/**
 * bulk_answer_close(a):
 * Free what ${a} holds.
 */
void bulk_answer_close(struct bulk_answer *a);

#endif
