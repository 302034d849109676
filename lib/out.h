/* Output in whole records: what is written to a descriptor never ends inside one, whatever fails. */
#ifndef ESPCAP_OUT_H
#define ESPCAP_OUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct out {
	int fd;
	const char *what;	/* its name in messages */
	char *buf;
	size_t size, len;
	size_t whole;		/* bytes at the front that are whole records */
	uint64_t bytes;		/* written in all */
};

/**
 * out_open(o, fd, what):
 * Start writing to ${fd}, called ${what} in messages.
 */
void out_open(struct out *o, int fd, const char *what);

/**
 * out_grow(o, len):
 * Make room for ${len} more bytes when there is none.
 */
void out_grow(struct out *o, size_t len);

/**
 * out_space(o, len):
 * Make room for ${len} more bytes and return where they go; out_used() says how many were.
 */
static inline char *
out_space(struct out *o, size_t len)
{
	if (o->size - o->len < len)
		out_grow(o, len);
	return o->buf + o->len;
}

static inline void
out_used(struct out *o, size_t len)
{
	o->len += len;
}

/**
 * out_add(o, s, len):
 * Append the ${len} bytes at ${s} to the record.
 */
static inline void
out_add(struct out *o, const char *s, size_t len)
{
	memcpy(out_space(o, len), s, len);
	o->len += len;
}

/**
 * out_record(o):
 * The record is whole.  Writes when enough has come together.
 */
void out_record(struct out *o);

/**
 * out_cancel(o):
 * Forget what was added since the last out_record().
 */
void out_cancel(struct out *o);

/**
 * out_flush(o):
 * Write all whole records.  Dies with ES_FAILED when they can't be written.
 */
void out_flush(struct out *o);

/**
 * out_save(o):
 * When memory ends, write the whole records of ${o} before the program dies; NULL: no longer.
 */
void out_save(struct out *o);

/**
 * out_close(o):
 * out_flush(), then close the descriptor, whose errors count too.
 */
void out_close(struct out *o);

/**
 * out_is_input(out, in):
 * Whether the descriptors are of one regular file, so that what is written to ${out} would be read from ${in}.
 */
int out_is_input(int out, int in);

#endif
