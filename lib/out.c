#include "out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

enum { ENOUGH = 128 * 1024 };

void
out_open(struct out *o, int fd, const char *what)
{
	memset(o, 0, sizeof *o);
	o->fd = fd;
	o->what = what;
}

void
out_grow(struct out *o, size_t len)
{
	size_t size = o->size > 0 ? o->size : 2 * ENOUGH;

	while (size - o->len < len)
		size += size / 2;
	o->buf = mem_array(o->buf, size, 1);
	o->size = size;
}

void
out_record(struct out *o)
{
	o->whole = o->len;
	if (o->whole >= ENOUGH)
		out_flush(o);
}

void
out_cancel(struct out *o)
{
	o->len = o->whole;
}

/* A descriptor that someone else made non-blocking (a shared terminal or pipe) is waited for. */
static int
may_go_on(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (errno == EINTR)
		return 1;
	return (errno == EAGAIN || errno == EWOULDBLOCK) && (poll(&p, 1, -1) > 0 || errno == EINTR);
}

void
out_flush(struct out *o)
{
	size_t done = 0;
	ssize_t n;

	if (o->whole == 0)
		return;
	while (done < o->whole) {
		n = write(o->fd, o->buf + done, o->whole - done);
		if (n < 0) {
			if (may_go_on(o->fd))
				continue;
			msg_die(ES_FAILED, "%s: %s", o->what,
			    errno == EPIPE ? "the reader has gone" : strerror(errno));
		}
		done += (size_t)n;
	}
	o->bytes += done;
	memmove(o->buf, o->buf + done, o->len - done);
	o->len -= done;
	o->whole = 0;
}

/* The output whose whole records are written when memory ends. */
static struct out *saved;

static void
write_saved(void)
{
	out_cancel(saved);
	out_flush(saved);
}

void
out_save(struct out *o)
{
	saved = o;
	mem_at_failure(o != NULL ? write_saved : NULL);
}

void
out_close(struct out *o)
{
	out_flush(o);
	if (close(o->fd) != 0)
		msg_die(ES_FAILED, "%s: %s", o->what, strerror(errno));
	free(o->buf);
	o->buf = NULL;
}

int
out_is_input(int out, int in)
{
	struct stat one, other;

	return fstat(out, &one) == 0 && fstat(in, &other) == 0 && S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
	    one.st_ino == other.st_ino;
}
