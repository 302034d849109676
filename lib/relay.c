#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "tshark.h"

enum { BLOCK = 256 * 1024 };

void
relay_open(struct relay *r)
{
	memset(r, 0, sizeof *r);
	signals_open(&r->signals);
	out_open(&r->out, STDOUT_FILENO, "stdout");
}

static void
take_signals(struct relay *r)
{
	int report, n = signals_take(&r->signals, &report);

	if (report)
		msg_warn("%s: %llu packets so far", r->about, (unsigned long long)r->lines / 2);
	while (n-- > 0) {
		r->interrupted++;
		r->signalled(r->ctx);
	}
}

static void
take_complaints(struct relay *r, struct child *c)
{
	char line[1024];

	child_read(c);
	while (child_line(c, line))
		if (!tshark_is_noise(line) && !r->complaint(r->ctx, line))
			msg_warn("%s: %s", r->about, line);
}

static uint64_t
count_lines(const char *s, size_t len)
{
	const char *end = s + len;
	uint64_t n = 0;

	for (; s < end && (s = memchr(s, '\n', (size_t)(end - s))) != NULL; s++)
		n++;
	return n;
}

/* Read once; whole lines become whole records, and are written when no more is there at once. */
static void
take_output(struct relay *r, struct child *tshark)
{
	struct pollfd more = { .fd = tshark->out, .events = POLLIN };
	char *to = out_space(&r->out, BLOCK), *last;
	const ssize_t n = read(tshark->out, to, BLOCK);
	const size_t before = r->out.whole;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(tshark->out);
		tshark->out = -1;
		out_cancel(&r->out);
	} else {
		out_used(&r->out, (size_t)n);
		last = memrchr(to, '\n', (size_t)n);
		if (last != NULL) {
			r->out.whole = (size_t)(last + 1 - r->out.buf);
			r->lines += count_lines(r->out.buf + before, r->out.whole - before);
		}
	}
	if (r->out.whole > 0 && (r->out.whole >= BLOCK || tshark->out < 0 || poll(&more, 1, 0) == 0))
		out_flush(&r->out);
}

/* Whether something of the children can still come; if so their descriptors are in ${fds}. */
static int
set_children(struct pollfd *fds, const struct child *children, size_t count)
{
	size_t i;
	int open = children[0].out >= 0;

	fds[0] = (struct pollfd){ .fd = children[0].out, .events = POLLIN };
	for (i = 0; i < count; i++) {
		fds[1 + i] = (struct pollfd){ .fd = children[i].err, .events = POLLIN };
		open |= children[i].err >= 0;
	}
	return open;
}

void
relay_run(struct relay *r, struct child *children, size_t count)
{
	struct pollfd fds[3 + RELAY_CHILDREN];
	struct pollfd *const signals = &fds[1 + count], *const reader = &fds[2 + count];
	size_t i;

	while (set_children(fds, children, count)) {
		*signals = (struct pollfd){ .fd = r->signals.fd, .events = POLLIN };
		*reader = (struct pollfd){ .fd = STDOUT_FILENO };
		if (poll(fds, 3 + count, -1) < 0) {
			if (errno == EINTR)
				continue;
			msg_die(ES_FAILED, "poll: %s", strerror(errno));
		}
		if (signals->revents != 0)
			take_signals(r);
		if (fds[0].revents != 0)
			take_output(r, &children[0]);
		for (i = 0; i < count; i++)
			if (fds[1 + i].revents != 0)
				take_complaints(r, &children[i]);
		/* A pipe whose reader has gone; the children end with us. */
		if (reader->revents & POLLERR)
			msg_die(ES_FAILED, "stdout: the reader has gone");
	}
}

void
relay_close(struct relay *r)
{
	out_close(&r->out);
	close(r->signals.fd);
}
