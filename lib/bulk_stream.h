/* The bulk stream as the servers' _bulk takes it: an action line and, but for delete, a document line. */
#ifndef ESPCAP_BULK_STREAM_H
#define ESPCAP_BULK_STREAM_H

#include "bulk_chunk.h"
#include "json.h"
#include "line.h"

struct bulk_stream {
	struct line_reader in;
	int fd;
	char *action;		/* the action line that waits for its document; the line reader may have moved on */
	size_t action_len, action_room;
	struct bulk_item item;	/* and what it says */
	int waiting;
	struct json json;
};

enum bulk_result {
	BULK_NONE,	/* read more */
	BULK_ITEM,	/* one item was added to the chunk */
	BULK_BAD,	/* a line that is no part of a bulk stream was passed over: *why */
};

/**
 * bulk_stream_open(s, fd, max_line):
 * Start reading ${fd}; lines of more than ${max_line} bytes are bad.
 */
void bulk_stream_open(struct bulk_stream *s, int fd, size_t max_line);

/**
 * bulk_stream_next(s, c, why):
 * Take the next item that is whole in what line_read(&s->in, s->fd) has brought, and append it to ${c}.  s->in.number is the line.
 * At the end of the input an action without its document is bad.
 */
enum bulk_result bulk_stream_next(struct bulk_stream *s, struct bulk_chunk *c, const char **why);

/**
 * bulk_stream_close(s):
 * Free what ${s} holds; the descriptor stays open.
 */
void bulk_stream_close(struct bulk_stream *s);

#endif
