/* dumpcap, which alone has the privilege to capture, and what it says. */
#ifndef ESPCAP_DUMPCAP_H
#define ESPCAP_DUMPCAP_H

#include "capture.h"
#include "child.h"
#include "drops.h"

struct dumpcap_account {
	uint64_t received;		/* as dumpcap tells at its end... */
	int told;			/* ...if it has */
	uint64_t dropped;		/* by the kernel, the interface or dumpcap, as far as that is known */
	struct drops kernel;		/* what was taken from the kernel's counts... */
	int stopped;			/* ...until it was to end */
	uint64_t finishing;		/* since when (ms) no further packet is taken; 0: it is */
	int left;			/* packets that came before, which it had not read when it was stopped */
	uint64_t said, said_at;		/* the drops that were said last, and when (ms) */
};

/**
 * dumpcap_start(c, opt):
 * Have it write what the interfaces of ${opt} receive to c->out.  Return 0; -1 with errno.
 */
int dumpcap_start(struct child *c, const struct capture_options *opt);

/**
 * dumpcap_look(c, a, about):
 * See what the kernel has dropped while ${c} runs; when there is more of it say so, at most once a minute.
 */
void dumpcap_look(const struct child *c, struct dumpcap_account *a, const char *about);

/**
 * dumpcap_finish(c, a):
 * Take no packet that comes from now on, and end the capture when all that came before are handed over: libpcap gives up what it has
 * not read when dumpcap is stopped.  To be called again and again until a->stopped, which is after 0.3 seconds; after 2 if dumpcap has
 * to wait for its reader.
 */
void dumpcap_finish(const struct child *c, struct dumpcap_account *a);

/**
 * dumpcap_stop(c, a):
 * End the capture at once, if it runs.
 */
void dumpcap_stop(const struct child *c, struct dumpcap_account *a);

/**
 * dumpcap_account(a, line):
 * Whether ${line}, of its stderr, is one that gives its counts; they are added to ${a}.
 */
int dumpcap_account(struct dumpcap_account *a, const char *line);

/**
 * dumpcap_correct(a, opt, out):
 * A dumpcap that was stopped with packets left gives up what the kernel has for it, which counts as dropped.  The one packet too that
 * it could not hand over, which it has counted as received: for each interface of ${opt} one over the ${out} that came out.
 */
void dumpcap_correct(struct dumpcap_account *a, const struct capture_options *opt, uint64_t out);

/**
 * dumpcap_is_ready(opt):
 * Whether all interfaces of ${opt} are there, and up.
 */
int dumpcap_is_ready(const struct capture_options *opt);

#endif
