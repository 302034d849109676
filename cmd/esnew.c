/* esnew: the captures in a directory that are not in the list of those done; used by espcap for --done and --follow. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrivals.h"
#include "capfile.h"
#include "done.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"

enum { POLL_MS = 1000 };

static const struct opt options[] = {
	{ "done", 0, "LIST", "list of the captures that are indexed" },
	{ "skip", 0, "LIST", "list of those to pass over in silence" },
	{ "most", 0, "N", "look no further after N new ones" },
	{ "wait", 0, NULL, "wait until there is one" },
	{ "quiet", 'q', NULL, "do not name what is no capture" },
	{ "verbose", 'v', NULL, "name what is still being written" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"--done LIST [options] DIR",
	"Print the new, complete captures in DIR: for each \"new\" or \"known\" (its content is in LIST), its path and its\n"
	"entry for LIST, each ended by a NUL byte (used by espcap).",
	options,
};

struct settings {
	const char *list, *skip;
	uint64_t most;		/* 0: no limit */
	int wait, quiet, verbose;
};

struct lists {
	struct done *done, *skip;	/* skip: NULL: none */
};

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	struct settings *s = ctx;

	if (strcmp(o->name, "done") == 0)
		s->list = arg;
	else if (strcmp(o->name, "skip") == 0)
		s->skip = arg;
	else if (strcmp(o->name, "most") == 0) {
		if (num_count(arg, 1, UINT32_MAX, &s->most) != 0)
			msg_usage("--most: %s: it is a number of captures", arg);
	}
	else if (strcmp(o->name, "wait") == 0)
		s->wait = 1;
	else if (strcmp(o->name, "quiet") == 0)
		s->quiet = 1;
	else
		s->verbose = 1;
}

enum verdict { NOTHING, LATER, KNOWN, NEW };

/* Print ${path} if it is to be indexed, or noted. */
static enum verdict
judge(const struct lists *lists, const char *path, const struct settings *s, int first)
{
	enum capfile kind;
	struct done_capture c;
	enum done_state state;
	char *entry;

	/* Most of them, each time. */
	if (done_has(lists->done, path) || (lists->skip != NULL && done_has(lists->skip, path)))
		return NOTHING;
	kind = capfile_kind(path);
	if (kind == CAPFILE_DIRECTORY || kind == CAPFILE_SPECIAL || kind == CAPFILE_PIPE)
		return NOTHING;
	if (!arrivals_complete(path)) {
		if (s->verbose && first)
			msg_info("%s: it is still being written", path);
		return LATER;
	}
	if (kind == CAPFILE_TEXT || kind == CAPFILE_EMPTY) {
		if (!s->quiet && first)
			msg_warn("%s: passed over: %s", path, capfile_wrong(kind));
		return NOTHING;
	}
	state = done_look(lists->done, path, &c);
	if (state == DONE_UNREADABLE && errno == EBUSY)
		return LATER;
	if (state == DONE_UNREADABLE && errno != ENOENT && first)
		msg_warn("%s: %s", path, strerror(errno));
	if (state == DONE_UNREADABLE || state == DONE_KNOWN)
		return NOTHING;
	entry = done_entry(&c, path);
	printf("%s%c%s%c%s%c", state == DONE_NEW ? "new" : "known", '\0', path, '\0', entry, '\0');
	free(entry);
	return state == DONE_NEW ? NEW : KNOWN;
}

/* Look through ${dir}; return how many were printed, with in *later whether there may be more soon. */
static uint64_t
look_through(const struct lists *lists, const char *dir, const struct settings *s, int first, int *later)
{
	struct dirent **names;
	uint64_t found[NEW + 1] = { 0 };
	int n = scandir(dir, &names, NULL, alphasort), i;
	char *path;

	if (n < 0)
		msg_die(ES_FAILED, "%s: %s", dir, strerror(errno));
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && (s->most == 0 || found[NEW] < s->most)) {
			path = mem_format("%s/%s", dir, names[i]->d_name);
			found[judge(lists, path, s, first)]++;
			free(path);
		}
		free(names[i]);
	}
	free(names);
	*later = found[LATER] > 0;
	return found[NEW] + found[KNOWN];
}

int
main(int argc, char **argv)
{
	struct settings s = { .list = NULL };
	struct lists lists;
	int at, watch = -1, first = 1, later;

	msg_program("espcap");	/* it speaks for it */
	at = opt_parse(&command, argc, argv, take, &s);
	if (s.list == NULL || at + 1 != argc)
		msg_usage("it takes --done LIST and one directory");
	if (s.wait)
		watch = arrivals_open(argv[at]);	/* before it is looked through, so that nothing comes in between */
	lists.done = done_open(s.list);
	lists.skip = s.skip != NULL ? done_open(s.skip) : NULL;
	while (look_through(&lists, argv[at], &s, first, &later) == 0 && s.wait) {
		arrivals_wait(watch, later ? POLL_MS : -1);
		first = 0;
	}
	done_close(lists.done);
	done_close(lists.skip);
	opt_close_stdout();
	return ES_OK;
}
