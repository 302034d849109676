/* What stands between tshark and our stdout: whole lines are passed on and counted, complaints relayed, signals and a lost reader seen. */
#ifndef ESPCAP_RELAY_H
#define ESPCAP_RELAY_H

#include <stdint.h>

#include "child.h"
#include "out.h"
#include "signals.h"

enum { RELAY_CHILDREN = 4 };

struct relay {
	struct out out;
	struct signals signals;
	int interrupted;	/* how often */
	uint64_t lines;		/* passed on; two are a packet */
	const char *about;	/* the file or interface that complaints are about */
	/* Called with each line that a child complains, before it is said; returns 1 when it is not to be said. */
	int (*complaint)(void *ctx, const char *line);
	/* Called when a signal came; the first and each further one. */
	void (*signalled)(void *ctx);
	void *ctx;
};

/**
 * relay_open(r):
 * Make ${r} ready; from now on it reads the signals (signals_open()).
 */
void relay_open(struct relay *r);

/**
 * relay_run(r, children, count):
 * Pass on what the first of the ${count} (at most RELAY_CHILDREN) ${children} prints, tshark, until it and the complaints of all have ended; one
 * that was not started has closed descriptors.  A last line without newline is cut: it is dropped.  Dies with ES_FAILED when stdout's reader is gone, also when nothing is there to be written.
 */
void relay_run(struct relay *r, struct child *children, size_t count);

/**
 * relay_close(r):
 * Write what is left and close stdout.  Dies with ES_FAILED when that fails.
 */
void relay_close(struct relay *r);

#endif
