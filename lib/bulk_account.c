#include "bulk_account.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef unsigned long long ull;

void
bulk_account_retry(struct bulk_account *a, long status, uint64_t documents)
{
	int kind;

	switch (status) {
	case 0: kind = RETRY_NO_ANSWER; break;
	case 429: kind = RETRY_429; break;
	case 500: kind = RETRY_500; break;
	case 502: kind = RETRY_502; break;
	case 503: kind = RETRY_503; break;
	case 504: kind = RETRY_504; break;
	default: kind = RETRY_OTHER; break;
	}
	a->retried[kind] += documents;
}

static uint64_t
retried(const struct bulk_account *a)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < RETRY_KINDS; i++)
		n += a->retried[i];
	return n;
}

void
bulk_account_write(const struct bulk_account *a, const char *left_in, struct stats *st)
{
	static const char *const names[RETRY_KINDS] = { "no_answer", "429", "500", "502", "503", "504", "other" };
	int i;

	stats_string(st, "program", "esbulk");
	stats_number(st, "documents", a->documents);
	stats_number(st, "indexed", a->indexed);
	stats_number(st, "duplicate", a->duplicate);
	stats_number(st, "rejected", a->rejected);
	stats_number(st, "left", a->left);
	if (left_in != NULL)
		stats_string(st, "left_in", left_in);
	stats_number(st, "unknown", a->unknown);
	stats_number(st, "bad", a->bad);
	stats_number(st, "bytes", a->bytes);
	stats_number(st, "requests", a->requests);
	stats_begin(st, "retried");
	for (i = 0; i < RETRY_KINDS; i++)
		stats_number(st, names[i], a->retried[i]);
	stats_end(st);
	stats_begin(st, "seconds");
	stats_seconds(st, "input", a->ms_input);
	stats_seconds(st, "server", a->ms_server);
	stats_seconds(st, "backoff", a->ms_backoff);
	stats_end(st);
	stats_close(st);
}

void
bulk_account_line(const struct bulk_account *a, char *buf, unsigned size)
{
	int n = snprintf(buf, size, "%llu documents: %llu indexed, %llu duplicate, %llu rejected, %llu left",
	    (ull)a->documents, (ull)a->indexed, (ull)a->duplicate, (ull)a->rejected, (ull)a->left);

	if (a->unknown > 0 && n > 0 && (unsigned)n < size)
		n += snprintf(buf + n, size - (unsigned)n, " (%llu without _id may be there twice)", (ull)a->unknown);
	if (a->bad > 0 && n > 0 && (unsigned)n < size)
		snprintf(buf + n, size - (unsigned)n, "; %llu bad lines passed over", (ull)a->bad);
}

/* How much fits into a line of the terminal; the last column stays free, or some would begin the next one. */
static size_t
columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col - 1U : 79;
}

void
bulk_account_progress(const struct bulk_account *a, uint64_t now, unsigned in_flight, uint64_t done, uint64_t total)
{
	const double seconds = now > a->started ? (double)(now - a->started) / 1000.0 : 0.001;
	const size_t most = columns();
	char line[320] = "\r\033[K", *text = line + 4;
	const size_t room = sizeof line - 4;
	int n = 0;

	if (total > 0 && done > 0 && done <= total)
		n = snprintf(text, room, "%.0f%%, %.0f s left: ", 100.0 * (double)done / (double)total,
		    seconds * (double)(total - done) / (double)done);
	n += snprintf(text + n, room - (size_t)n, "%llu documents, %.1f MB, %.0f/s, %u in flight, %llu retried, %llu rejected",
	    (ull)(a->indexed + a->duplicate), (double)a->bytes / 1e6, (double)(a->indexed + a->duplicate) / seconds,
	    in_flight, (ull)retried(a), (ull)a->rejected);
	if (write(STDERR_FILENO, line, 4 + ((size_t)n < most ? (size_t)n : most)) < 0)
		return;	/* no terminal any more: no progress */
}

void
bulk_account_progress_end(void)
{
	if (write(STDERR_FILENO, "\r\033[K", 4) < 0)
		return;
}
