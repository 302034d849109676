#include "relay.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"
#include "tshark.h"

enum { ENOUGH = 256 * 1024 };

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
		msg_warn("%s: %llu packets so far", r->about, (unsigned long long)r->packets(r->ctx));
	while (n-- > 0) {
		r->interrupted++;
		r->signalled(r->ctx);
	}
}

void
relay_wait(struct relay *r, struct watch *w, int ms)
{
	watch_add(w, r->signals.fd, POLLIN);
	watch_add(w, STDOUT_FILENO, 0);
	/* As long as more comes at once it is written in large pieces. */
	if (r->out.whole == 0 || watch_wait(w, 0) == 0) {
		if (r->out.whole > 0)
			out_flush(&r->out);
		watch_wait(w, ms);
	}
	if (watch_ready(w, r->signals.fd))
		take_signals(r);
	/* A pipe, or a socket, whose reader has gone; the children end with us. */
	if (watch_ready(w, STDOUT_FILENO) & (POLLERR | POLLHUP))
		msg_die(ES_FAILED, "stdout: the reader has gone");
}

void
relay_gather(size_t read)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	if (read > 0 && read < ENOUGH)
		nanosleep(&pause, NULL);
}

void
relay_complain(struct relay *r, const char *line)
{
	if (!tshark_is_noise(line) && !r->complaint(r->ctx, line))
		msg_warn("%s: %s", r->about, line);
}

void
relay_take_complaints(struct relay *r, const struct watch *w, struct child *c)
{
	char line[1024];

	if (!watch_ready(w, c->err))
		return;
	child_read(c);
	while (child_line(c, line))
		relay_complain(r, line);
}

void
relay_close(struct relay *r)
{
	out_close(&r->out);
	close(r->signals.fd);
}
