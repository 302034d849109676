/* dumpcap, which alone has the privilege to capture, and what it says. */
#ifndef ESPCAP_DUMPCAP_H
#define ESPCAP_DUMPCAP_H

#include "capture.h"
#include "child.h"
#include "signals.h"

/* What dumpcap told of its interfaces at its end. */
struct dumpcap_account {
	uint64_t received, dropped;	/* dropped: by the kernel, the interface or dumpcap */
	int told;
};

/**
 * dumpcap_start(c, opt):
 * Have it write what the interfaces of ${opt} receive to c->out.  Return 0; -1 with errno.
 */
int dumpcap_start(struct child *c, const struct capture_options *opt);

/**
 * dumpcap_account(a, line):
 * Whether ${line}, of its stderr, is one that gives its counts; they are added to ${a}.
 */
int dumpcap_account(struct dumpcap_account *a, const char *line);

/**
 * dumpcap_correct(a, opt, out):
 * A dumpcap that is stopped while it waits to hand over a packet gives that one up, but has counted it as received: for each interface of
 * ${opt} one packet over the ${out} that came out counts as dropped.
 */
void dumpcap_correct(struct dumpcap_account *a, const struct capture_options *opt, uint64_t out);

/**
 * dumpcap_is_ready(opt):
 * Whether all interfaces of ${opt} are there, and up.
 */
int dumpcap_is_ready(const struct capture_options *opt);

#endif
