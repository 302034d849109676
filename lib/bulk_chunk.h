/* A chunk: the bulk items that go to a server in one request. */
#ifndef ESPCAP_BULK_CHUNK_H
#define ESPCAP_BULK_CHUNK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum bulk_op { BULK_INDEX, BULK_CREATE, BULK_UPDATE, BULK_DELETE, BULK_OPS };
extern const char *const bulk_ops[BULK_OPS];	/* their names in the stream */

struct bulk_item {
	size_t at, len;		/* its lines in the chunk's data, newlines included */
	uint64_t line;		/* of its action in the input, for messages; 0: from the spool */
	unsigned char op;	/* enum bulk_op */
	unsigned char has_id;	/* sent twice it is still one document */
	unsigned char unknown;	/* counted as one that a server may have, which did not say so */
	unsigned fails;		/* as of the chunk, of this item alone */
};

struct bulk_chunk {
	TAILQ_ENTRY(bulk_chunk) link;
	char *data;
	size_t len, room;
	struct bulk_item *items;
	size_t count, items_room;
	uint64_t since;		/* when its first item came, ms */
	uint64_t not_before;	/* when it may be sent, ms */
	unsigned tries;		/* requests that left something to be sent again, in a row */
	unsigned row;		/* and how often in a row a server failed at it as a whole (500) */
	unsigned fails;		/* those of these before which it had taken others since the last one */
	uint64_t failed_at;	/* when a request last left something, by the clock of bulk_retry_note(); 0: none did */
	uint64_t failing_since;	/* and the first of these in a row that a server failed at; 0: the last was none of these */
	char *spooled;		/* file in the spool that holds it; NULL: none */
};

TAILQ_HEAD(bulk_chunks, bulk_chunk);

/**
 * bulk_chunk_new() / bulk_chunk_free(c):
 * A new, empty chunk; free one (NULL is fine).
 */
struct bulk_chunk *bulk_chunk_new(void);
void bulk_chunk_free(struct bulk_chunk *c);

/**
 * bulk_chunk_spares(room):
 * From now on freed chunks of at most ${room} bytes are kept to be used again; 0 frees those kept.  At first none are.
 */
void bulk_chunk_spares(size_t room);

/**
 * bulk_chunk_add(c, item, action, action_len, doc, doc_len):
 * Append an item: its ${action} line and, if not NULL, its ${doc} line, both without newline, which is added.
 * ${item} gives line, op and has_id.
 */
void bulk_chunk_add(struct bulk_chunk *c, const struct bulk_item *item, const char *action, size_t action_len,
    const char *doc, size_t doc_len);

/**
 * bulk_chunk_keep(c, keep):
 * Remove the items whose ${keep} element is 0.
 */
void bulk_chunk_keep(struct bulk_chunk *c, const unsigned char *keep);

/**
 * bulk_chunk_split(c, from):
 * Move the items of ${c} from number ${from}, at least 1, to a new chunk and return it.
 */
struct bulk_chunk *bulk_chunk_split(struct bulk_chunk *c, size_t from);

/**
 * bulk_chunk_middle(c):
 * The item of ${c}, which has at least two, that its second half by bytes begins with.
 */
size_t bulk_chunk_middle(const struct bulk_chunk *c);

#endif
