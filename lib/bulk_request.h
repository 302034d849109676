/* One _bulk request at a time, over one connection that is kept. */
#ifndef ESPCAP_BULK_REQUEST_H
#define ESPCAP_BULK_REQUEST_H

#include <curl/curl.h>

#include "bulk_access.h"
#include "bulk_chunk.h"
#include "bulk_node.h"

struct bulk_request {
	CURL *easy;
	struct curl_slist *headers;
	const struct bulk_access *access;
	struct bulk_chunk *chunk;	/* the one under way; NULL: none */
	struct bulk_node *node;		/* and where it goes */
	char *body;			/* of the answer, as far as it has come */
	size_t len, room, most;
	int overlong;			/* more would have come than ${most} */
	size_t header_bytes;
	unsigned sent;			/* how often it was begun to be sent: 2 when libcurl found a kept connection closed */
	char *packed;			/* the chunk, compressed */
	size_t packed_room;
	char error[CURL_ERROR_SIZE];
};

/**
 * bulk_request_open(r, access):
 * Make ${r} ready for requests by ${access}, which must stay.
 */
void bulk_request_open(struct bulk_request *r, const struct bulk_access *access);

/**
 * bulk_request_start(r, multi, chunk, node):
 * Start sending ${chunk} to ${node}; ${multi} moves it on and tells of its end by CURLINFO_PRIVATE, which is ${r}.
 */
void bulk_request_start(struct bulk_request *r, CURLM *multi, struct bulk_chunk *chunk, struct bulk_node *node);

/**
 * bulk_request_end(r, multi, status, retry_after):
 * The request is over: its HTTP status (0: the answer was no HTTP, or too long) and the seconds that the server asked to wait
 * for (0: it did not).  The answer's body stays until the next start.
 */
void bulk_request_end(struct bulk_request *r, CURLM *multi, long *status, long *retry_after);

/**
 * bulk_request_close(r):
 * Free what ${r} holds.
 */
void bulk_request_close(struct bulk_request *r);

#endif
