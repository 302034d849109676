/* What stands between our children and us: whole records to stdout, complaints said, signals and a lost reader seen. */
#ifndef ESPCAP_RELAY_H
#define ESPCAP_RELAY_H

#include <stdint.h>

#include "child.h"
#include "out.h"
#include "signals.h"
#include "watch.h"

struct relay {
	struct out out;
	struct signals signals;
	int interrupted;	/* how often */
	uint64_t lines;		/* passed on, of what is finished; two are a packet */
	uint64_t torn;		/* and lines that are none of a packet's */
	const char *about;	/* the file or interface that complaints are about */
	/* Called with each line that a child complains, before it is said; returns 1 when it is not to be said. */
	int (*complaint)(void *ctx, const char *line);
	/* Called when a signal came; the first and each further one. */
	void (*signalled)(void *ctx);
	/* How many packets came so far, for SIGUSR1. */
	uint64_t (*packets)(void *ctx);
	void *ctx;
};

/**
 * relay_open(r):
 * Make ${r} ready; from now on it reads the signals (signals_open()).
 */
void relay_open(struct relay *r);

/**
 * relay_wait(r, w, ms):
 * watch_wait() with the signals and our reader watched too; what is to be printed is written before it sleeps.  Dies with
 * ES_FAILED when stdout's reader is gone, also when nothing is there to be written.
 */
void relay_wait(struct relay *r, struct watch *w, int ms);

/**
 * relay_gather(read):
 * Before relay_wait(): when the last turn brought no more than ${read} bytes, let some milliseconds pass, that the next may
 * bring many.  A tshark writes 4 KiB at a time, and to wake up for each of these takes a third more of the processor.
 */
void relay_gather(size_t read);

/**
 * relay_take_complaints(r, w, c):
 * Say what the child ${c}, whose stderr was watched by ${w}, complains.
 */
void relay_take_complaints(struct relay *r, const struct watch *w, struct child *c);

/**
 * relay_complain(r, line):
 * Say one line of a child's stderr, unless it is noise or r->complaint() wants it.
 */
void relay_complain(struct relay *r, const char *line);

/**
 * relay_close(r):
 * Write what is left and close stdout.  Dies with ES_FAILED when that fails.
 */
void relay_close(struct relay *r);

#endif
