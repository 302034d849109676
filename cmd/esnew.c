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
#include "opt.h"

enum { POLL_MS = 1000 };

static const struct opt options[] = {
	{ "done", 0, "LIST", "list of the captures that are indexed" },
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
	const char *list;
	int wait, quiet, verbose;
};

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	struct settings *s = ctx;

	if (strcmp(o->name, "done") == 0)
		s->list = arg;
	else if (strcmp(o->name, "wait") == 0)
		s->wait = 1;
	else if (strcmp(o->name, "quiet") == 0)
		s->quiet = 1;
	else
		s->verbose = 1;
}

/* Print ${path} if it is to be indexed; return 1 if it was printed, -1 if it may be later. */
static int
judge(struct done *d, const char *path, const struct settings *s, int first)
{
	const enum capfile kind = capfile_kind(path);
	struct done_capture c;
	enum done_state state;
	char *entry;

	if (kind == CAPFILE_DIRECTORY || kind == CAPFILE_SPECIAL)
		return 0;
	if (!arrivals_complete(path)) {
		if (s->verbose && first)
			msg_info("%s: it is still being written", path);
		return -1;
	}
	if (kind == CAPFILE_TEXT || kind == CAPFILE_EMPTY) {
		if (!s->quiet && first)
			msg_warn("%s: passed over: %s", path, capfile_wrong(kind));
		return 0;
	}
	state = done_look(d, path, &c);
	if (state == DONE_UNREADABLE && errno == EBUSY)
		return -1;
	if (state == DONE_UNREADABLE && errno != ENOENT && first)
		msg_warn("%s: %s", path, strerror(errno));
	if (state == DONE_UNREADABLE || state == DONE_KNOWN)
		return 0;
	entry = done_entry(&c, path);
	printf("%s%c%s%c%s%c", state == DONE_NEW ? "new" : "known", '\0', path, '\0', entry, '\0');
	free(entry);
	return 1;
}

/* Look through ${dir}; return how many were printed, with in *later whether there may be more soon. */
static int
look_through(struct done *d, const char *dir, const struct settings *s, int first, int *later)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), i, printed = 0, one;
	char *path;

	if (n < 0)
		msg_die(ES_FAILED, "%s: %s", dir, strerror(errno));
	*later = 0;
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			path = mem_format("%s/%s", dir, names[i]->d_name);
			one = judge(d, path, s, first);
			printed += one > 0;
			*later |= one < 0;
			free(path);
		}
		free(names[i]);
	}
	free(names);
	return printed;
}

int
main(int argc, char **argv)
{
	struct settings s = { .list = NULL };
	struct done *d;
	int at, watch = -1, first = 1, later, printed;

	msg_program("espcap");	/* it speaks for it */
	at = opt_parse(&command, argc, argv, take, &s);
	if (s.list == NULL || at + 1 != argc)
		msg_usage("it takes --done LIST and one directory");
	if (s.wait)
		watch = arrivals_open(argv[at]);	/* before it is looked through, so that nothing comes in between */
	d = done_open(s.list);
	while ((printed = look_through(d, argv[at], &s, first, &later)) == 0 && s.wait) {
		arrivals_wait(watch, later ? POLL_MS : -1);
		first = 0;
	}
	done_close(d);
	opt_close_stdout();
	return ES_OK;
}
