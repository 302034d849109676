#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "mem.h"
#include "relay.h"
#include "source.h"
#include "stats.h"

struct run {
	const struct capture_options *opt;
	struct relay relay;
	struct watch watch;
	struct source *sources;	/* all of them, in order */
	size_t count;
	size_t now;		/* the one that is printed; those before are finished */
	size_t begun;		/* and those before this one are looked at, and run where they can be */
	enum tshark_split split;	/* what this tshark is known to be fit for */
	int cut;		/* what is printed now is cut or damaged */
	int complained;		/* and something was said of it */
	int strange;		/* it is of no kind that this tshark knows */
	int usage;		/* tshark goes through all its options: the line before that was enough */
	int whole;		/* each packet is printed: no option of the caller's chooses among them */
	size_t tsharks;		/* on one capture, at most */
	uint64_t files, cut_files, bad_files, failed_files, passed_over;
};

static int
take_complaint(void *ctx, const char *line)
{
	struct run *run = ctx;

	run->complained = 1;
	/* What was whole before that place is printed all the same. */
	if (strstr(line, "cut short") != NULL || strstr(line, "truncated dump file") != NULL ||
	    strstr(line, "damaged or corrupt") != NULL || strstr(line, "appears to be damaged") != NULL)
		run->cut = 1;
	if (strstr(line, "isn't a capture file") != NULL || strstr(line, "doesn't support") != NULL)
		run->strange = 1;
	run->usage |= strncmp(line, "Usage: tshark", 13) == 0;
	return run->usage;
}

/* A signal ends the run; the children are killed when it is seen. */
static void
take_signal(void *ctx)
{
	(void)ctx;
}

static uint64_t
packets(void *ctx)
{
	const struct run *run = ctx;

	return (run->relay.lines + (run->now < run->begun ? run->sources[run->now].team.printed : 0)) / 2;
}

static void
add(struct run *run, char *path, int from_dir)
{
	run->sources = mem_array(run->sources, run->count + 1, sizeof *run->sources);
	run->sources[run->count++] = (struct source){
		.path = path, .from_dir = from_dir, .feeder = CHILD_NONE, .unpacker = CHILD_NONE, .census = CHILD_NONE, .told = -1,
		.fan = { .in = -1 },
	};
}

static void
add_dir(struct run *run, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, alphasort), i;

	if (n < 0) {
		msg_warn("%s: %s", dir, strerror(errno));
		run->failed_files++;
		return;
	}
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.')
			add(run, mem_format("%s/%s", dir, names[i]->d_name), 1);
		free(names[i]);
	}
	free(names);
}

/* How many packets may still come; 0: no end.  Not called when none may. */
static uint64_t
remaining(const struct run *run)
{
	return run->opt->count > 0 ? run->opt->count - run->relay.lines / 2 : 0;
}

/* Whether the next source can begin while others run.  Its tsharks shall not be more than wanted, nor what waits to be printed
 * endless. */
static int
may_begin(const struct run *run, const struct source *next, size_t workers)
{
	size_t running = 0, i;

	if (run->begun == run->now)
		return 1;
	/* With --count, what one file gives decides on the next; stdin may be slow, or a terminal: it waits for its turn. */
	if (run->opt->count > 0 || strcmp(next->path, "-") == 0 || run->begun - run->now > 2 * run->opt->jobs)
		return 0;
	for (i = run->now; i < run->begun; i++)
		running += run->sources[i].runs ? team_runs(&run->sources[i].team) : 0;
	return running == 0 || running + workers <= run->opt->jobs;
}

static void
begin_sources(struct run *run)
{
	struct source *s;
	size_t workers;

	while (run->begun < run->count) {
		s = &run->sources[run->begun];
		workers = source_workers(s, run->opt);
		if (!may_begin(run, s, workers))
			return;
		source_look(s);
		if (s->wrong == NULL)
			source_start(s, run->opt, workers, run->split, remaining(run));
		run->begun++;
	}
}

/* Say that the one whose turn it is can't be read. */
static void
refuse(struct run *run, const struct source *s)
{
	if (s->wrong == NULL)
		run->failed_files++;	/* said when it could not start */
	else if (s->from_dir && s->kind != CAPFILE_UNREADABLE) {
		msg_info("%s: passed over: %s", s->path, s->wrong);
		run->passed_over++;
	} else {
		msg_warn("%s: %s", s->path, s->wrong);
		if (s->kind == CAPFILE_TEXT || s->kind == CAPFILE_EMPTY)
			run->bad_files++;
		else
			run->failed_files++;
	}
}

static void
settle(struct run *run, const struct source_end *end, uint64_t printed)
{
	if (end->tshark > 128) {
		msg_warn("%s: tshark was ended by signal %d", run->relay.about, end->tshark - 128);
		run->failed_files++;
	} else if (end->tshark >= 126)
		run->failed_files++;	/* it could not be run or loaded, which was said */
	else if (end->uneven) {
		msg_warn("%s: it has changed under way: what was there at first is printed", run->relay.about);
		run->cut_files++;
	} else if (run->cut || end->feeder == ES_SOME)
		run->cut_files++;
	else if (end->feeder != ES_OK) {
		if (!run->complained)
			msg_warn("%s: what reads it for tshark ended with %d and did not say why", run->relay.about, end->feeder);
		run->failed_files++;
	} else if (end->tshark != 0) {
		if (!run->complained)
			msg_warn("%s: tshark ended with status %d and did not say why", run->relay.about, end->tshark);
		/* Not the file's fault: an option that this tshark does not know, or a file that its user may not read. */
		if (printed == 0 && !run->strange)
			run->failed_files++;
		else
			run->bad_files++;
	} else if (run->whole && end->counted && printed < end->packets) {
		msg_warn("%s: it has %llu packets, but tshark printed %llu", run->relay.about, (unsigned long long)end->packets,
		    (unsigned long long)printed);
		run->failed_files++;
	}
}

/* Serve all that run until the one whose turn it is has been printed.  Return how it ended; -1: a signal came, 1: it can't go
 * on. */
static int
print_source(struct run *run, struct source *s, struct source_end *end)
{
	enum team_state state;
	size_t i, read = 0;

	for (;;) {
		state = team_merge(&s->team, &run->relay.out);
		if (state == TEAM_ENDED && source_ended(s, end))
			return 0;
		if (state == TEAM_UNFIT) {
			if (team_again(&s->team) != 0)
				return 1;
			run->split = s->team.split;
			continue;
		}
		begin_sources(run);
		watch_clear(&run->watch);
		for (i = run->now; i < run->begun; i++)
			source_watch(&run->sources[i], &run->watch, i == run->now ? &run->relay : NULL);
		relay_gather(read);
		relay_wait(&run->relay, &run->watch, -1);
		if (run->relay.interrupted > 0)
			return -1;
		for (read = 0, i = run->now; i < run->begun; i++)
			read += source_serve(&run->sources[i], &run->watch, i == run->now ? &run->relay : NULL);
	}
}

static void
take_source(struct run *run, struct source *s)
{
	struct source_end end;
	int stopped;

	run->relay.about = strcmp(s->path, "-") == 0 ? "stdin" : s->path;
	if (s->wrong == NULL && run->opt->verbose)
		msg_info("%s", run->relay.about);
	if (!s->runs) {
		refuse(run, s);
		return;
	}
	run->cut = run->complained = run->strange = run->usage = 0;
	run->files++;
	stopped = print_source(run, s, &end);
	run->relay.lines += s->team.printed;
	run->relay.torn += s->team.torn;
	if (s->team.count > run->tsharks)
		run->tsharks = s->team.count;
	if (stopped > 0)
		run->failed_files++;
	else if (stopped == 0)
		settle(run, &end, s->team.printed / 2);
}

static void
write_stats(const struct run *run, struct stats *st)
{
	stats_string(st, "program", "escapture");
	stats_number(st, "documents", run->relay.lines / 2);
	stats_number(st, "torn", run->relay.torn);
	stats_number(st, "tsharks", run->tsharks);
	stats_number(st, "files", run->files);
	stats_number(st, "cut_files", run->cut_files);
	stats_number(st, "bad_files", run->bad_files);
	stats_number(st, "failed_files", run->failed_files);
	stats_number(st, "passed_over", run->passed_over);
	stats_close(st);
}

enum es_status
capture_files(const struct capture_options *opt)
{
	struct run run = { .opt = opt };
	struct stats *stats = stats_open(opt->stats);
	size_t i;

	run.whole = tshark_can_split(&opt->tshark);
	run.split = run.whole ? TSHARK_BY_BLOCK : TSHARK_WHOLE;
	relay_open(&run.relay);
	run.relay.complaint = take_complaint;
	run.relay.signalled = take_signal;
	run.relay.packets = packets;
	run.relay.ctx = &run;
	for (i = 0; i < opt->file_count; i++)
		add(&run, mem_string(opt->files[i], strlen(opt->files[i])), 0);
	if (opt->dir != NULL)
		add_dir(&run, opt->dir);
	while (run.now < run.count && run.relay.interrupted == 0 && (opt->count == 0 || run.relay.lines / 2 < opt->count)) {
		begin_sources(&run);
		take_source(&run, &run.sources[run.now]);
		source_free(&run.sources[run.now++]);
	}
	for (i = run.now; i < run.count; i++)
		source_free(&run.sources[i]);
	free(run.sources);
	watch_free(&run.watch);
	relay_close(&run.relay);
	write_stats(&run, stats);
	if (run.relay.interrupted > 0) {
		msg_warn("interrupted: not all was read");
		return ES_FAILED;
	}
	if (run.failed_files > 0)
		return ES_FAILED;
	return run.cut_files + run.bad_files > 0 ? ES_SOME : ES_OK;
}
