#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ek.h"
#include "host.h"
#include "mem.h"
#include "msg.h"

enum { BLOCK = 256 * 1024 };

static const size_t ceiling = (size_t)1 << 30;

int
worker_start(struct worker *w, struct child_how *how, int fed)
{
	int in[2] = { -1, -1 }, failed, saved;

	*w = (struct worker){ .in = -1, .child = CHILD_NONE };
	if (fed) {
		if (pipe2(in, O_CLOEXEC) != 0)
			return -1;
		fcntl(in[1], F_SETFL, O_NONBLOCK);
		how->in = in[0];
	}
	failed = child_start(&w->child, how);
	saved = errno;
	if (fed)
		close(in[0]);
	if (failed) {
		if (fed)
			close(in[1]);
		errno = saved;
		return -1;
	}
	w->in = in[1];
	host_widen(w->child.out);
	return 0;
}

int
worker_wants(struct worker *w)
{
	struct worker_record r;

	if (w->child.out < 0)
		return 0;
	return w->end - w->start < WORKER_KEEPS || !worker_record(w, &r);
}

size_t
worker_read(struct worker *w)
{
	ssize_t n;

	if (w->size - w->end < BLOCK && w->start > 0) {
		memmove(w->buf, w->buf + w->start, w->end - w->start);
		w->end -= w->start;
		w->start = 0;
	}
	if (w->size - w->end < BLOCK) {
		if (w->size > ceiling)
			msg_die(ES_FAILED, "tshark prints a line of over 1 GiB");
		w->size += w->size / 2 + 2 * BLOCK;
		w->buf = mem_array(w->buf, w->size, 1);
	}
	n = read(w->child.out, w->buf + w->end, w->size - w->end);
	if (n > 0)
		w->end += (size_t)n;
	else if (n == 0) {
		close(w->child.out);
		w->child.out = -1;
	} else if (errno != EINTR && errno != EAGAIN)
		msg_die(ES_FAILED, "what tshark prints can't be read: %s", strerror(errno));
	return n > 0 ? (size_t)n : 0;
}

/* Whether a newline stands at or behind w->scanned; then ${*len} is what ends with it. */
static int
next_newline(struct worker *w, size_t *len)
{
	const size_t have = w->end - w->start;
	const char *from = w->buf + w->start, *nl;

	nl = w->scanned < have ? memchr(from + w->scanned, '\n', have - w->scanned) : NULL;
	if (nl == NULL) {
		w->scanned = have;
		return 0;
	}
	*len = (size_t)(nl + 1 - from);
	w->scanned = *len - 1;
	return 1;
}

int
worker_record(struct worker *w, struct worker_record *r)
{
	size_t len;

	if (w->start == w->end)
		return 0;
	if (w->first == 0) {
		if (!next_newline(w, &len))
			return 0;
		w->first = len;
		w->scanned = len;
	}
	r->action = w->buf + w->start;
	r->action_len = w->first;
	r->document = NULL;
	r->document_len = 0;
	if (!ek_is_action(r->action, r->action_len))
		return 1;
	if (!next_newline(w, &len))
		return 0;
	r->document = r->action + w->first;
	r->document_len = len - w->first;
	return 1;
}

void
worker_take(struct worker *w, const struct worker_record *r)
{
	w->start += r->action_len + r->document_len;
	w->first = w->scanned = 0;
	if (w->start == w->end)
		w->start = w->end = 0;
}

void
worker_drop(struct worker *w)
{
	w->start = w->end = w->first = w->scanned = 0;
}

void
worker_close_input(struct worker *w)
{
	if (w->in >= 0)
		close(w->in);
	w->in = -1;
}

void
worker_reap(struct worker *w)
{
	worker_close_input(w);
	if (w->reaped)
		return;
	w->status = child_wait(&w->child);
	w->reaped = 1;
}

void
worker_free(struct worker *w)
{
	free(w->buf);
	w->buf = NULL;
}
