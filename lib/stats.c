#include "stats.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "msg.h"
#include "quote.h"

struct stats {
	FILE *file;
	int first;	/* no comma before the next member */
};

struct stats *
stats_open(const char *path)
{
	struct stats *st;
	FILE *file;

	if (path == NULL)
		return NULL;
	file = fopen(path, "we");
	if (file == NULL)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	st = mem_zero(1, sizeof *st);
	st->file = file;
	st->first = 1;
	putc('{', st->file);
	return st;
}

static void
quote(FILE *f, const char *s)
{
	char *quoted = quote_json(s);

	fputs(quoted, f);
	free(quoted);
}

static void
member(struct stats *st, const char *name)
{
	if (!st->first)
		putc(',', st->file);
	st->first = 0;
	quote(st->file, name);
	putc(':', st->file);
}

void
stats_number(struct stats *st, const char *name, uint64_t value)
{
	if (st == NULL)
		return;
	member(st, name);
	fprintf(st->file, "%" PRIu64, value);
}

void
stats_seconds(struct stats *st, const char *name, uint64_t ms)
{
	if (st == NULL)
		return;
	member(st, name);
	fprintf(st->file, "%" PRIu64 ".%03u", ms / 1000, (unsigned)(ms % 1000));
}

void
stats_string(struct stats *st, const char *name, const char *value)
{
	if (st == NULL)
		return;
	member(st, name);
	quote(st->file, value);
}

void
stats_begin(struct stats *st, const char *name)
{
	if (st == NULL)
		return;
	member(st, name);
	putc('{', st->file);
	st->first = 1;
}

void
stats_end(struct stats *st)
{
	if (st == NULL)
		return;
	putc('}', st->file);
	st->first = 0;
}

int
stats_close(struct stats *st)
{
	int failed;

	if (st == NULL)
		return 0;
	fputs("}\n", st->file);
	failed = ferror(st->file);
	failed |= fclose(st->file) != 0;
	free(st);
	return failed ? -1 : 0;
}
