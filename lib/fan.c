#include "fan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

enum { BLOCK = 128 * 1024 };

void
fan_open(struct fan *f, int in)
{
	*f = (struct fan){ .in = in, .hold = UINT64_MAX, .until = UINT64_MAX, .last = UINT64_MAX, .stop = UINT64_MAX };
}

void
fan_know_packets(struct fan *f)
{
	f->known = 1;
}

static uint64_t
head(const struct fan *f)
{
	return f->base + (f->end - f->start);
}

void
fan_close(struct fan *f)
{
	if (f->in >= 0)
		close(f->in);
	f->in = -1;
}

static void
end_here(struct fan *f)
{
	fan_close(f);
	f->end = f->start + (size_t)(f->whole - f->base);
}

static void
add_packet(struct fan *f)
{
	if (f->count == f->stop && f->until == UINT64_MAX)
		f->until = f->whole;
	if (f->oldest + f->unprinted == f->starts_size) {
		if (f->oldest > f->starts_size / 2) {
			memmove(f->starts, f->starts + f->oldest, f->unprinted * sizeof *f->starts);
			f->oldest = 0;
		} else {
			f->starts_size = 2 * f->starts_size + 1024;
			f->starts = mem_array(f->starts, f->starts_size, sizeof *f->starts);
		}
	}
	f->starts[f->oldest + f->unprinted++] = f->whole;
	f->count++;
}

/* See where the packets are in what was read. */
static void
find_packets(struct fan *f)
{
	enum packets_piece piece;
	const char *bytes;
	size_t size;

	for (;;) {
		bytes = f->buf + f->start + (f->whole - f->base);
		piece = packets_next(&f->packets, bytes, (size_t)(head(f) - f->whole), &size);
		if (piece == PACKETS_MORE)
			return;
		if (piece == PACKETS_DAMAGED) {
			f->damaged = 1;
			end_here(f);
			return;
		}
		if (piece == PACKETS_HEADER) {
			f->header = mem_array(f->header, f->header_len + size, 1);
			memcpy(f->header + f->header_len, bytes, size);
			f->header_len += size;
		} else if (piece == PACKETS_PACKET)
			add_packet(f);
		f->whole += size;
		if (f->count == f->last) {
			end_here(f);
			return;
		}
	}
}

void
fan_printed(struct fan *f, uint64_t n)
{
	n = n < f->unprinted ? n : f->unprinted;
	f->oldest += (size_t)n;
	f->unprinted -= (size_t)n;
}

int
fan_oldest(const struct fan *f, uint64_t *position, const char **bytes, size_t *len)
{
	uint64_t end;

	if (f->unprinted == 0) {
		*position = f->whole;
		return 0;
	}
	*position = f->starts[f->oldest];
	end = f->unprinted > 1 ? f->starts[f->oldest + 1] : f->whole;
	*bytes = f->buf + f->start + (*position - f->base);
	*len = (size_t)(end - *position);
	return 1;
}

int
fan_wants(const struct fan *f)
{
	/* Over that, only for a packet that is larger. */
	return f->in >= 0 && (f->end - f->start < FAN_KEEPS || (f->known && f->unprinted == 0 && f->whole == f->base));
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
	if (n > 0 && f->known)
		find_packets(f);
	else if (n > 0)
		return;
	else if (n == 0)
		fan_close(f);
	else if (errno != EINTR && errno != EAGAIN)
		msg_die(ES_FAILED, "the packets can't be read: %s", strerror(errno));
}

/* The end of what may be given out. */
static uint64_t
limit(const struct fan *f)
{
	const uint64_t end = f->known ? f->whole : head(f);

	return end < f->until ? end : f->until;
}

int
fan_has(const struct fan *f, const struct worker *w)
{
	return w->in >= 0 && (w->header_sent < f->header_len || w->sent < limit(f));
}

void
fan_give(struct fan *f, struct worker *w)
{
	ssize_t n;

	while (fan_has(f, w)) {
		const int header = w->header_sent < f->header_len;

		if (header)
			n = write(w->in, f->header + w->header_sent, f->header_len - w->header_sent);
		else
			n = write(w->in, f->buf + f->start + (w->sent - f->base), (size_t)(limit(f) - w->sent));
		if (n > 0 && header)
			w->header_sent += (size_t)n;
		else if (n > 0)
			w->sent += (uint64_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			return;
		else if (n < 0 && errno != EPIPE)
			msg_die(ES_FAILED, "tshark can't be given the packets: %s", strerror(errno));
		else
			worker_close_input(w);	/* it has gone; why, its end tells */
	}
	if (f->in < 0 || limit(f) == f->until)
		worker_close_input(w);
}

void
fan_forget(struct fan *f, uint64_t position)
{
	if (position > f->hold)
		position = f->hold;
	if (f->known && f->unprinted > 0 && position > f->starts[f->oldest])
		position = f->starts[f->oldest];
	if (f->known && position > f->whole)
		position = f->whole;
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
	fan_close(f);
	free(f->buf);
	free(f->starts);
	free(f->header);
	*f = (struct fan){ .in = -1 };
}
