#include "fan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

enum { BLOCK = 128 * 1024 };

void
fan_open(struct fan *f, int in)
{
	*f = (struct fan){ .in = in, .hold = UINT64_MAX };
}

int
fan_wants(const struct fan *f)
{
	return f->in >= 0 && f->end - f->start < FAN_KEEPS;
}

void
fan_read(struct fan *f)
{
	ssize_t n;

	if (f->size - f->end < BLOCK && f->start > 0) {
		memmove(f->buf, f->buf + f->start, f->end - f->start);
		f->end -= f->start;
		f->start = 0;
	}
	if (f->size - f->end < BLOCK) {
		f->size += f->size / 2 + 2 * BLOCK;
		f->buf = mem_array(f->buf, f->size, 1);
	}
	n = read(f->in, f->buf + f->end, BLOCK);
	if (n > 0)
		f->end += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		close(f->in);
		f->in = -1;
	}
}

static uint64_t
head(const struct fan *f)
{
	return f->base + (f->end - f->start);
}

int
fan_has(const struct fan *f, const struct worker *w)
{
	return w->in >= 0 && w->sent < head(f);
}

void
fan_give(struct fan *f, struct worker *w)
{
	ssize_t n;

	while (fan_has(f, w)) {
		n = write(w->in, f->buf + f->start + (w->sent - f->base), (size_t)(head(f) - w->sent));
		if (n > 0)
			w->sent += (uint64_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			return;
		else
			worker_close_input(w);	/* it has gone; why, its end tells */
	}
	if (f->in < 0)
		worker_close_input(w);
}

void
fan_forget(struct fan *f, uint64_t position)
{
	if (position > f->hold)
		position = f->hold;
	if (position > head(f))
		position = head(f);
	if (position <= f->base)
		return;
	f->start += (size_t)(position - f->base);
	f->base = position;
	if (f->start == f->end)
		f->start = f->end = 0;
}

void
fan_free(struct fan *f)
{
	if (f->in >= 0)
		close(f->in);
	free(f->buf);
	*f = (struct fan){ .in = -1 };
}
