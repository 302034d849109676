#include "spill.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"
#include "now.h"

enum { FRONT = 1024 * 1024, PIECE = 128 * 1024, FILE_FD = 3, QUIET_MS = 60000 };

/* What was read first stands in front, in memory; what came when that was full, in a ring in the file. */
struct spill {
	char front[FRONT];
	size_t start, end;
	uint64_t limit, from, count;	/* of the ring: its size, where its oldest byte is, how many it has */
	char piece[PIECE];		/* what was read last and the disk did not take */
	size_t pending;
	uint64_t told;			/* when the last complaint was made, ms; 0: never */
};

static void
say(struct spill *s, const char *what)
{
	const uint64_t now = now_ms();

	if (s->told != 0 && now - s->told < QUIET_MS)
		return;
	s->told = now;
	fprintf(stderr, "%s\n", what);
}

/* Whether the next piece that is read has a place: in front while the ring is empty, else in the ring. */
static int
has_room(const struct spill *s)
{
	return s->pending == 0 && ((s->count == 0 && s->end < FRONT) || s->count < s->limit);
}

/* Append to the ring; 0 when the disk does not take it. */
static int
append(struct spill *s, const char *bytes, size_t len)
{
	const uint64_t to = (s->from + s->count) % s->limit;
	const size_t first = len < s->limit - to ? len : (size_t)(s->limit - to);

	if (pwrite(FILE_FD, bytes, first, (off_t)to) != (ssize_t)first ||
	    (len > first && pwrite(FILE_FD, bytes + first, len - first, 0) != (ssize_t)(len - first)))
		return 0;
	s->count += len;
	return 1;
}

/* Fill the front from the ring. */
static int
refill(struct spill *s)
{
	size_t room, len;

	if (s->count == 0 || s->start > 0 || s->end == FRONT)
		return 1;
	room = FRONT - s->end;
	len = s->count < room ? (size_t)s->count : room;
	if (len > s->limit - s->from)
		len = (size_t)(s->limit - s->from);
	if (pread(FILE_FD, s->front + s->end, len, (off_t)s->from) != (ssize_t)len)
		return 0;
	s->end += len;
	s->from = (s->from + len) % s->limit;
	s->count -= len;
	/* Worked off: the disk gets its space back. */
	if (s->count == 0 && ftruncate(FILE_FD, 0) == 0)
		s->from = 0;
	return 1;
}

/* Put what was read last where it belongs; as long as the disk is full and the front too, it stays. */
static void
place(struct spill *s)
{
	if (s->pending == 0)
		return;
	if (s->count == 0 && s->end + s->pending <= FRONT) {
		memcpy(s->front + s->end, s->piece, s->pending);
		s->end += s->pending;
	} else if (!append(s, s->piece, s->pending)) {
		say(s, SPILL_FULL "can't be written: packets are being dropped (--buffer-dir)");
		return;
	}
	s->pending = 0;
}

/* Read once.  Return 1; 0 at the end of the input; -1 after a message. */
static int
take(struct spill *s)
{
	size_t room = PIECE;
	ssize_t n;

	if (s->count == 0 && s->end < FRONT)
		room = FRONT - s->end < PIECE ? FRONT - s->end : PIECE;
	else if (room > s->limit - s->count)
		room = (size_t)(s->limit - s->count);
	n = read(0, s->piece, room);
	if (n < 0 && errno != EINTR) {
		fprintf(stderr, "the buffer: %s\n", strerror(errno));
		return -1;
	}
	s->pending = n > 0 ? (size_t)n : 0;
	place(s);
	return n != 0;
}

static int
give(struct spill *s)
{
	const ssize_t n = write(1, s->front + s->start, s->end - s->start);

	if (n > 0)
		s->start += (size_t)n;
	if (s->start == s->end)
		s->start = s->end = 0;
	return n > 0 || errno == EAGAIN || errno == EINTR;
}

int
spill_run(void *limit)
{
	struct spill *s = mem_zero(1, sizeof *s);
	struct pollfd fds[2];
	int ended = 0, got, full = 0;

	s->limit = *(const uint64_t *)limit;
	fcntl(1, F_SETFL, O_NONBLOCK);
	while (!ended || s->end > s->start || s->count > 0 || s->pending > 0) {
		place(s);
		if (!ended && !has_room(s)) {
			if (!full && s->pending == 0)
				say(s, SPILL_FULL "is full: packets are being dropped (--buffer)");
			full = 1;
		} else
			full = 0;
		fds[0] = (struct pollfd){ .fd = ended || full ? -1 : 0, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = s->end > s->start ? 1 : -1, .events = POLLOUT };
		if (poll(fds, 2, s->pending > 0 ? 100 : -1) < 0 && errno != EINTR)
			return ES_FAILED;
		if (fds[0].revents != 0) {
			got = take(s);
			if (got < 0)
				return ES_FAILED;
			ended = got == 0;
		}
		if (fds[1].revents != 0 && !give(s))
			return errno == EPIPE ? ES_OK : ES_FAILED;
		if (!refill(s)) {
			fprintf(stderr, "the buffer: %s\n", strerror(errno));
			return ES_FAILED;
		}
	}
	free(s);
	return ES_OK;
}
