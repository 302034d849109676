#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "msg.h"

void
watch_add(struct watch *w, int fd, short events)
{
	if (fd < 0)
		return;
	if (w->count == w->size) {
		w->size = 2 * w->size + 16;
		w->fds = mem_array(w->fds, w->size, sizeof *w->fds);
	}
	w->fds[w->count++] = (struct pollfd){ .fd = fd, .events = events };
}

int
watch_wait(struct watch *w, int ms)
{
	const int n = poll(w->fds, w->count, ms);
	size_t i;

	if (n >= 0)
		return n;
	if (errno != EINTR)
		msg_die(ES_FAILED, "poll: %s", strerror(errno));
	for (i = 0; i < w->count; i++)
		w->fds[i].revents = 0;
	return 0;
}

short
watch_ready(const struct watch *w, int fd)
{
	size_t i;

	for (i = 0; fd >= 0 && i < w->count; i++)
		if (w->fds[i].fd == fd)
			return w->fds[i].revents;
	return 0;
}

void
watch_clear(struct watch *w)
{
	w->count = 0;
}

void
watch_free(struct watch *w)
{
	free(w->fds);
	*w = (struct watch){ 0 };
}
