#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "msg.h"
#include "out.h"
#include "quote.h"

struct stats {
	struct out out;	/* the object is its one record: who dies before the end leaves no half of it */
	int first;	/* no comma before the next member */
};

struct stats *
stats_open(const char *path)
{
	struct stats *st;
	int fd;

	if (path == NULL)
		return NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	st = mem_zero(1, sizeof *st);
	out_open(&st->out, fd, path);
	st->first = 1;
	out_add(&st->out, "{", 1);
	return st;
}

static void
quote(struct out *out, const char *s)
{
	char *quoted = quote_json(s);

	out_add(out, quoted, strlen(quoted));
	free(quoted);
}

static void
member(struct stats *st, const char *name)
{
	if (!st->first)
		out_add(&st->out, ",", 1);
	st->first = 0;
	quote(&st->out, name);
	out_add(&st->out, ":", 1);
}

void
stats_number(struct stats *st, const char *name, uint64_t value)
{
	char text[32];
	int len;

	if (st == NULL)
		return;
	member(st, name);
	len = snprintf(text, sizeof text, "%" PRIu64, value);
	out_add(&st->out, text, (size_t)len);
}

void
stats_seconds(struct stats *st, const char *name, uint64_t ms)
{
	char text[32];
	int len;

	if (st == NULL)
		return;
	member(st, name);
	len = snprintf(text, sizeof text, "%" PRIu64 ".%03u", ms / 1000, (unsigned)(ms % 1000));
	out_add(&st->out, text, (size_t)len);
}

void
stats_string(struct stats *st, const char *name, const char *value)
{
	if (st == NULL)
		return;
	member(st, name);
	quote(&st->out, value);
}

void
stats_begin(struct stats *st, const char *name)
{
	if (st == NULL)
		return;
	member(st, name);
	out_add(&st->out, "{", 1);
	st->first = 1;
}

void
stats_end(struct stats *st)
{
	if (st == NULL)
		return;
	out_add(&st->out, "}", 1);
	st->first = 0;
}

void
stats_close(struct stats *st)
{
	if (st == NULL)
		return;
	out_add(&st->out, "}\n", 2);
	out_record(&st->out);
	out_close(&st->out);
	free(st);
}
