/* poll(2) over a list that is made anew before each wait. */
#ifndef ESPCAP_WATCH_H
#define ESPCAP_WATCH_H

#include <poll.h>
#include <stddef.h>

struct watch {
	struct pollfd *fds;
	size_t count, size;
};

/**
 * watch_add(w, fd, events):
 * Have the next watch_wait() wait for ${events} of ${fd} too, as in poll(2); -1 is ignored.
 */
void watch_add(struct watch *w, int fd, short events);

/**
 * watch_wait(w, ms):
 * Wait until something happens, at most ${ms} milliseconds (-1: no end).  Return how many descriptors are ready; a signal counts
 * as none.  Dies with ES_FAILED when poll(2) does.
 */
int watch_wait(struct watch *w, int ms);

/**
 * watch_ready(w, fd):
 * What the last watch_wait() saw of ${fd}; 0: nothing, or it was not watched.
 */
short watch_ready(const struct watch *w, int fd);

/**
 * watch_clear(w) / watch_free(w):
 * Forget all descriptors; free what ${w} holds.
 */
void watch_clear(struct watch *w);
void watch_free(struct watch *w);

#endif
