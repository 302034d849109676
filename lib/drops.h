/* What the kernel drops while another process captures; that process itself tells it only at its end. */
#ifndef ESPCAP_DROPS_H
#define ESPCAP_DROPS_H

#include <stdint.h>
#include <sys/types.h>

/* Packets for packet sockets.  On a loopback interface each is counted twice, on its way out and on its way in. */
struct drops {
	uint64_t seen;		/* all, also those that were dropped */
	uint64_t dropped;
};

/**
 * drops_take(d, pid):
 * Add to ${d} what the kernel has counted for the packet sockets of process ${pid} since the last call.  It counts from zero
 * again, so what was taken is missing in what ${pid} tells.  Nothing is added where it can't be known: a kernel before 5.6 or
 * not Linux, or a process with privileges that we have not.
 */
void drops_take(struct drops *d, pid_t pid);

#endif
