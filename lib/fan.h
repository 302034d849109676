/* One stream of bytes that several workers read, each at its own pace, from a window of it in memory. */
#ifndef ESPCAP_FAN_H
#define ESPCAP_FAN_H

#include <stddef.h>
#include <stdint.h>

#include "packets.h"
#include "worker.h"

/* How far the fastest worker can be ahead of the slowest. */
enum { FAN_KEEPS = 4 * 1024 * 1024 };

struct fan {
	int in;			/* read from here; -1: the stream has ended */
	char *buf;		/* the window: from start to end */
	size_t size, start, end;
	uint64_t base;		/* position in the stream of what is at start */
	uint64_t hold;		/* nothing from this position on is forgotten; UINT64_MAX: no such */
	/* With packets (fan_know_packets()): */
	int known;
	struct packets packets;
	uint64_t whole;		/* what is before this position is whole packets, and is given out */
	uint64_t until;		/* but nothing from this position on; UINT64_MAX: no such */
	uint64_t count;		/* packets read so far */
	uint64_t last;		/* the stream ends with that many of them; UINT64_MAX: no such */
	uint64_t stop;		/* set ->until to the beginning of the packet after that many; UINT64_MAX: no such */
	uint64_t *starts;	/* where those begin that are not printed yet, the oldest at ->oldest */
	size_t starts_size, oldest, unprinted;
	char *header;		/* what a capture of some of them has to begin with */
	size_t header_len;
	int damaged;		/* it is no stream of packets: it ends where that was seen */
};

/**
 * fan_open(f, in):
 * Begin with ${in}, which the fan closes at its end.
 */
void fan_open(struct fan *f, int in);

/**
 * fan_close(f):
 * Read no more; what was read is still given out.
 */
void fan_close(struct fan *f);

/**
 * fan_know_packets(f):
 * The stream is pcap or pcapng, of which only whole packets are given out, and each is kept until it is said to be printed.
 */
void fan_know_packets(struct fan *f);

/**
 * fan_printed(f, n):
 * The ${n} oldest packets are not needed any more.
 */
void fan_printed(struct fan *f, uint64_t n);

/**
 * fan_oldest(f, position, bytes, len):
 * The oldest packet that is not printed: its position, and its bytes.  Return 0 when there is none; then *${position} is where
 * the next one will begin.
 */
int fan_oldest(const struct fan *f, uint64_t *position, const char **bytes, size_t *len);

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
