/* esreshape: EK stream in, bulk stream out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "day.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "reshape.h"
#include "tag.h"

static const struct opt options[] = {
	{ "index", 0, "PATTERN", "index name, by strftime(3) in UTC (packets-%Y-%m-%d)" },
	{ "id", 0, NULL, "give documents _ids made from them; with --op=create" },
	{ "op", 0, "OP", "action: index or create" },
	{ "tag", 0, "NAME=VALUE", "add a member to each document; can be repeated" },
	{ "max-line", 0, "SIZE", "longest line taken (64M)" },
	{ "bad", 0, "FILE", "keep bad lines in FILE" },
	{ "stats", 0, "FILE", "write the account to FILE, as JSON" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"[options] [FILE...]",
	"Turn what tshark -T ek prints (FILEs, or stdin) into a bulk stream for\n"
	"Elasticsearch or OpenSearch, on stdout.",
	options,
};

struct settings {
	struct reshape_options reshape;
	struct tags tags;
};

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	struct settings *s = ctx;
	const char *wrong;
	uint64_t n;

	if (strcmp(o->name, "index") == 0) {
		wrong = day_check(arg);
		if (wrong != NULL)
			msg_usage("--index: %s: %s", arg, wrong);
		s->reshape.index = arg;
	} else if (strcmp(o->name, "id") == 0)
		s->reshape.id = 1;
	else if (strcmp(o->name, "op") == 0) {
		if (strcmp(arg, "index") != 0 && strcmp(arg, "create") != 0)
			msg_usage("--op: %s: it is index or create", arg);
		s->reshape.op = arg;
	} else if (strcmp(o->name, "tag") == 0) {
		wrong = tags_add(&s->tags, arg);
		if (wrong != NULL)
			msg_usage("--tag: %s: %s", arg, wrong);
	} else if (strcmp(o->name, "max-line") == 0) {
		if (num_size(arg, 1024, UINT64_C(1) << 29, &n) != 0)
			msg_usage("--max-line: %s: it is a size from 1K to 512M", arg);
		s->reshape.max_line = (size_t)n;
	} else if (strcmp(o->name, "bad") == 0)
		s->reshape.bad = arg;
	else
		s->reshape.stats = arg;
}

int
main(int argc, char **argv)
{
	static char dash[] = "-";
	char *const stdin_only[] = { dash };
	struct settings s = { .reshape = { .index = "packets-%Y-%m-%d", .max_line = 64 << 20 } };
	enum es_status status;
	int first;

	msg_program(argv[0]);
	/* All is in UTC; also, the C library reads the local zone's file again and again, which is forbidden once confined. */
	if (setenv("TZ", "UTC0", 1) != 0)
		msg_die(ES_FAILED, "out of memory");
	first = opt_parse(&command, argc, argv, take, &s);
	if (day_check(s.reshape.index) != NULL)
		msg_die(ES_FAILED, "the default index name can't be made");
	if (s.reshape.op == NULL)
		s.reshape.op = s.reshape.id ? "create" : "index";
	s.reshape.tags = s.tags.text;
	s.reshape.tag_names = tags_names(&s.tags);
	if (first < argc)
		status = reshape_files(&s.reshape, argv + first, (size_t)(argc - first));
	else
		status = reshape_files(&s.reshape, stdin_only, 1);
	tags_free(&s.tags);
	return (int)status;
}
