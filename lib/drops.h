/* What the kernel drops, and holds, while another process captures; that process itself tells it only at its end. */
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

/**
 * drops_shut(pid):
 * Have the packet sockets of process ${pid} take no packet that comes from now on; none is counted either.  The same may be missing
 * for it as above, and then nothing is done.
 */
void drops_shut(pid_t pid);

/**
 * drops_left(pid):
 * How many packet sockets of process ${pid} hold packets that it has not read.  The kernel hands them over in blocks, the last one of
 * them up to 250 ms (dumpcap's read timeout) after its first packet; what is in that one is not seen before.
 */
int drops_left(pid_t pid);

#endif
