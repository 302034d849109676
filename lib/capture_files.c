#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf.h"
#include "capfile.h"
#include "capture.h"
#include "mem.h"
#include "relay.h"
#include "stats.h"

enum { HEAD = 4096, BLOCK = 64 * 1024 };

enum { TSHARK, FEEDER, UNPACKER, CHILDREN };

struct run {
	const struct capture_options *opt;
	struct relay relay;
	struct child children[3];	/* TSHARK, and before it FEEDER and UNPACKER where they are needed */
	int cut;		/* what is read now is cut or damaged */
	uint64_t files, cut_files, bad_files, failed_files, passed_over;
};

/* What the feeder process of one capture needs. */
struct feed {
	const char *bpf;
	uint64_t count;
};

static int
take_complaint(void *ctx, const char *line)
{
	struct run *run = ctx;

	/* What was whole before that place is printed all the same. */
	if (strstr(line, "cut short") != NULL || strstr(line, "truncated dump file") != NULL ||
	    strstr(line, "damaged or corrupt") != NULL || strstr(line, "appears to be damaged") != NULL)
		run->cut = 1;
	return 0;
}

static void
stop_all(void *ctx)
{
	struct run *run = ctx;

	size_t i;

	for (i = 0; i < CHILDREN; i++)
		child_signal(&run->children[i], SIGTERM);
}

/* In a process of its own: stdin's capture goes to tshark as it is, once its head is seen to be no text. */
static int
feed_plain(const struct feed *f)
{
	char buf[BLOCK];
	size_t len = 0, done;
	ssize_t n = 1;
	const char *wrong;

	while (len < HEAD && (n = read(0, buf + len, HEAD - len)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		len += n > 0 ? (size_t)n : 0;
		/* A capture's first bytes tell; a slow one is not waited for. */
		if (len >= 4 && capfile_head(buf, len) == CAPFILE_PCAP)
			break;
	}
	(void)f;
	wrong = capfile_wrong(capfile_head(buf, len));
	if (wrong != NULL) {
		fprintf(stderr, "%s\n", wrong);
		return ES_SOME;
	}
	for (;;) {
		for (done = 0; done < len; done += (size_t)n)
			if ((n = write(1, buf + done, len - done)) < 0)
				return errno == EPIPE ? ES_OK : ES_FAILED;
		n = read(0, buf, sizeof buf);
		if (n == 0)
			return ES_OK;
		if (n < 0 && errno != EINTR) {
			fprintf(stderr, "%s\n", strerror(errno));
			return ES_FAILED;
		}
		len = n > 0 ? (size_t)n : 0;
	}
}

static int
feed(void *ctx)
{
	const struct feed *f = ctx;

	return f->bpf != NULL ? bpf_copy(f->bpf, f->count) : feed_plain(f);
}

/* Start one child, whose stdin is ${in} (closed here then) and whose output another one reads unless it is TSHARK; return that, or -1. */
static int
start(struct run *run, size_t which, struct child_how *how, int in)
{
	struct child *c = &run->children[which];
	const int failed = child_start(c, how);
	const int out = c->out;

	if (failed)
		msg_warn("%s: a process can't be started: %s", run->relay.about, strerror(errno));
	if (in > STDIN_FILENO)
		close(in);
	if (which != TSHARK)
		c->out = -1;
	return failed ? -1 : out;
}

/* The capture ${file} for libpcap, which reads no compressed ones: tshark writes those out for it. */
static int
open_for_libpcap(struct run *run, char *file)
{
	char *words[] = { run->opt->tshark.path, (char[]){ "-r" }, file, (char[]){ "-w" }, (char[]){ "-" }, NULL };
	struct child_how how = { .argv = words, .in = -1, .out = -1 };
	int fd;

	if (capfile_kind(file) == CAPFILE_PACKED)
		return start(run, UNPACKER, &how, -1);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		msg_warn("%s: %s", file, strerror(errno));
	return fd;
}

/* Start tshark on ${file}, behind a feeder where one is needed: for stdin, and to filter. */
static int
start_chain(struct run *run, char *file, uint64_t count)
{
	const struct capture_options *opt = run->opt;
	const int is_stdin = strcmp(file, "-") == 0, fed = is_stdin || opt->bpf != NULL;
	struct feed f = { opt->bpf, count };
	struct child_how feeder = { .function = feed, .ctx = &f, .in = STDIN_FILENO, .out = -1 };
	struct child_how how = { .in = -1, .out = -1 };
	char **arguments;
	int started;

	if (fed) {
		if (!is_stdin && (feeder.in = open_for_libpcap(run, file)) < 0)
			return -1;
		how.in = start(run, FEEDER, &feeder, feeder.in);
		if (how.in < 0)
			return -1;
	}
	arguments = tshark_arguments(&opt->tshark, fed ? "-" : file, count);
	how.argv = arguments;
	started = start(run, TSHARK, &how, how.in);
	tshark_free_arguments(arguments);
	return started < 0 ? -1 : 0;
}

static void
dissect(struct run *run, char *file)
{
	const struct capture_options *opt = run->opt;
	const uint64_t printed = run->relay.lines / 2;
	size_t i;
	int status, fed;

	for (i = 0; i < CHILDREN; i++)
		run->children[i] = CHILD_NONE;
	if (opt->count > 0 && printed >= opt->count)
		return;
	run->cut = 0;
	run->relay.about = strcmp(file, "-") == 0 ? "stdin" : file;
	if (opt->verbose)
		msg_info("%s", run->relay.about);
	if (start_chain(run, file, opt->count > 0 ? opt->count - printed : 0) != 0) {
		run->failed_files++;
		stop_all(run);
		for (i = 0; i < CHILDREN; i++)
			child_wait(&run->children[i]);
		return;
	}
	run->files++;
	relay_run(&run->relay, run->children, CHILDREN);
	status = child_wait(&run->children[TSHARK]);
	fed = child_wait(&run->children[FEEDER]);
	child_wait(&run->children[UNPACKER]);
	if (run->relay.interrupted > 0)
		return;
	if (run->cut || fed == ES_SOME)
		run->cut_files++;
	else if (fed != ES_OK)
		run->failed_files++;
	else if (status > 128) {
		msg_warn("%s: tshark was ended by signal %d", run->relay.about, status - 128);
		run->failed_files++;
	} else if (status != 0)
		run->bad_files++;	/* tshark said what is wrong with it */
}

static void
take_file(struct run *run, char *file)
{
	enum capfile kind;
	const char *wrong;

	if (run->relay.interrupted > 0)
		return;
	if (strcmp(file, "-") != 0) {
		kind = capfile_kind(file);
		wrong = capfile_wrong(kind);
		if (wrong != NULL) {
			msg_warn("%s: %s", file, wrong);
			if (kind == CAPFILE_TEXT || kind == CAPFILE_EMPTY)
				run->bad_files++;
			else
				run->failed_files++;
			return;
		}
	}
	dissect(run, file);
}

/* A folder holds other files too: they are named and passed over. */
static void
take_dir(struct run *run, const char *dir)
{
	struct dirent **names;
	const char *wrong;
	char *file;
	int n = scandir(dir, &names, NULL, alphasort), i;

	if (n < 0) {
		msg_warn("%s: %s", dir, strerror(errno));
		run->failed_files++;
		return;
	}
	for (i = 0; i < n; i++) {
		file = mem_format("%s/%s", dir, names[i]->d_name);
		if (names[i]->d_name[0] != '.' && run->relay.interrupted == 0) {
			const enum capfile kind = capfile_kind(file);

			wrong = kind == CAPFILE_DIRECTORY ? "it is a directory" : capfile_wrong(kind);
			if (wrong == NULL)
				dissect(run, file);
			else if (kind == CAPFILE_UNREADABLE) {
				msg_warn("%s: %s", file, wrong);
				run->failed_files++;
			} else {
				msg_info("%s: passed over: %s", file, wrong);
				run->passed_over++;
			}
		}
		free(file);
		free(names[i]);
	}
	free(names);
}

static void
write_stats(const struct run *run)
{
	struct stats *st = stats_open(run->opt->stats);

	stats_string(st, "program", "escapture");
	stats_number(st, "documents", run->relay.lines / 2);
	stats_number(st, "files", run->files);
	stats_number(st, "cut_files", run->cut_files);
	stats_number(st, "bad_files", run->bad_files);
	stats_number(st, "failed_files", run->failed_files);
	stats_number(st, "passed_over", run->passed_over);
	if (stats_close(st) != 0)
		msg_die(ES_FAILED, "%s: %s", run->opt->stats, strerror(errno));
}

enum es_status
capture_files(const struct capture_options *opt)
{
	struct run run = { .opt = opt };
	size_t i;

	relay_open(&run.relay);
	run.relay.complaint = take_complaint;
	run.relay.signalled = stop_all;
	run.relay.ctx = &run;
	for (i = 0; i < opt->file_count; i++)
		take_file(&run, opt->files[i]);
	if (opt->dir != NULL)
		take_dir(&run, opt->dir);
	relay_close(&run.relay);
	write_stats(&run);
	if (run.relay.interrupted > 0) {
		msg_warn("interrupted: not all was read");
		return ES_FAILED;
	}
	if (run.failed_files > 0)
		return ES_FAILED;
	return run.cut_files + run.bad_files > 0 ? ES_SOME : ES_OK;
}
