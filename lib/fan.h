/* One stream of bytes that several workers read, each at its own pace, from a window of it in memory. */
#ifndef ESPCAP_FAN_H
#define ESPCAP_FAN_H

#include <stddef.h>
#include <stdint.h>

#include "worker.h"

/* How far the fastest worker can be ahead of the slowest. */
enum { FAN_KEEPS = 4 * 1024 * 1024 };

struct fan {
	int in;			/* read from here; -1: the stream has ended */
	char *buf;		/* the window: from start to end */
	size_t size, start, end;
	uint64_t base;		/* position in the stream of what is at start */
	uint64_t hold;		/* nothing from this position on is forgotten; UINT64_MAX: no such */
};

/**
 * fan_open(f, in):
 * Begin with ${in}, which the fan closes at its end.
 */
void fan_open(struct fan *f, int in);

/**
 * fan_wants(f):
 * Whether its input is to be read: it has not ended, and there is room.
 */
int fan_wants(const struct fan *f);

/**
 * fan_read(f):
 * Read once; at the end of the input f->in is closed and -1.
 */
void fan_read(struct fan *f);

/**
 * fan_has(f, w):
 * Whether something is there that the worker ${w} was not given yet.
 */
int fan_has(const struct fan *f, const struct worker *w);

/**
 * fan_give(f, w):
 * Write to ${w} what it takes now; its input is closed when it has all of a stream that has ended, or takes no more.
 */
void fan_give(struct fan *f, struct worker *w);

/**
 * fan_forget(f, position):
 * What is before ${position}, and not held, is not needed any more.
 */
void fan_forget(struct fan *f, uint64_t position);

/**
 * fan_free(f):
 * Close and free what ${f} holds.
 */
void fan_free(struct fan *f);

#endif
