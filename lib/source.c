#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf.h"
#include "census.h"
#include "mem.h"
#include "msg.h"

enum { HEAD = 4096, BLOCK = 64 * 1024 };

/* A tshark takes a fifth of a second to start; one dissects about this many bytes of a capture meanwhile. */
enum { SMALL = 512 * 1024, PACKED_BY = 4 };

/* What the process that reads one capture, to feed it to tshark or to count its packets, needs. */
struct feed {
	int wait;		/* a named pipe that nobody may write to yet */
	const char *bpf;
	uint64_t count;		/* most packets; 0: all */
	off_t size;		/* of the file, before tshark reads it */
};

/* Where such a process tells how many packets there are. */
enum { TELL = 3 };

/* The input goes to tshark as it is, once its head is seen to be no text. */
static int
feed_plain(void)
{
	char buf[BLOCK];
	size_t len = 0, done;
	ssize_t n = 1;
	const char *wrong;

	while (len < HEAD && (n = read(0, buf + len, HEAD - len)) != 0) {
		if (n < 0 && errno != EINTR) {
			fprintf(stderr, "%s\n", strerror(errno));
			return ES_FAILED;
		}
		len += n > 0 ? (size_t)n : 0;
		/* A capture's first bytes tell; a slow one is not waited for. */
		if (len >= 4 && capfile_head(buf, len) == CAPFILE_PCAP)
			break;
	}
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
	struct pollfd writer = { .fd = 0, .events = POLLIN };
	uint64_t copied;
	int status;

	while (f->wait && poll(&writer, 1, -1) < 0 && errno == EINTR)
		continue;
	if (f->wait)
		fcntl(0, F_SETFL, 0);
	if (f->bpf == NULL)
		return feed_plain();
	status = bpf_copy(f->bpf, f->count, &copied);
	return write(TELL, &copied, sizeof copied) == sizeof copied ? status : ES_FAILED;
}

static int
count_packets(void *ctx)
{
	const struct feed *f = ctx;
	uint64_t n;

	if (census_take(f->size, &n) != 0)
		return ES_SOME;
	if (f->count > 0 && n > f->count)
		n = f->count;
	return write(TELL, &n, sizeof n) == sizeof n ? ES_OK : ES_FAILED;
}

/* Start a child before tshark, whose stdin is ${in} (closed here then).  Return where its output is to be read; -1 after a
 * message. */
static int
start(const struct source *s, struct child *c, struct child_how *how, int in)
{
	const int failed = child_start(c, how);
	const int out = c->out;

	if (failed)
		msg_warn("%s: a process can't be started: %s", s->path, strerror(errno));
	if (in > STDIN_FILENO)
		close(in);
	c->out = -1;
	return failed ? -1 : out;
}

/* The capture's bytes.  libpcap reads no compressed ones: tshark writes those out for it.  Opening a named pipe must not wait. */
static int
open_for_feeder(struct source *s, const struct capture_options *opt, int is_pipe)
{
	char *words[] = { opt->tshark.path, (char[]){ "-r" }, (char[]){ "-" }, (char[]){ "-w" }, (char[]){ "-" }, NULL };
	const struct confine_worker confine = tshark_confinement(&opt->tshark, NULL);
	struct child_how how = { .argv = words, .confine = &confine, .out = -1 };
	const int fd = open(s->path, O_RDONLY | O_CLOEXEC | (is_pipe ? O_NONBLOCK : 0));

	if (fd < 0) {
		msg_warn("%s: %s", s->path, strerror(errno));
		return -1;
	}
	if (s->kind != CAPFILE_PACKED)
		return fd;
	how.in = fd;
	return start(s, &s->unpacker, &how, fd);
}

/* Start what writes the stream. */
static int
start_feeder(struct source *s, const struct capture_options *opt, uint64_t count, int tell)
{
	struct stat st;
	const int is_stdin = strcmp(s->path, "-") == 0;
	const int is_pipe = !is_stdin && stat(s->path, &st) == 0 && S_ISFIFO(st.st_mode);
	struct feed f = { .wait = is_pipe, .bpf = opt->bpf, .count = count };
	struct child_how feeder = { .function = feed, .ctx = &f, .confine = &opt->tshark.confine, .in = STDIN_FILENO, .keep = tell,
		.out = -1 };
	int out;

	if (!is_stdin && (feeder.in = open_for_feeder(s, opt, is_pipe)) < 0)
		return -1;
	out = start(s, &s->feeder, &feeder, feeder.in);
	if (out < 0)
		return -1;
	fan_open(&s->fan, out);
	return 0;
}

/* Start what counts the packets of a file that tshark reads itself. */
static int
start_census(struct source *s, const struct capture_options *opt, uint64_t count, off_t size, int tell)
{
	struct feed f = { .count = count, .size = size };
	struct child_how census = { .function = count_packets, .ctx = &f, .confine = &opt->tshark.confine, .keep = tell, .out = -1 };
	int out;

	census.in = open(s->path, O_RDONLY | O_CLOEXEC);
	if (census.in < 0) {
		msg_warn("%s: %s", s->path, strerror(errno));
		return -1;
	}
	out = start(s, &s->census, &census, census.in);
	if (out >= 0)
		close(out);
	return out >= 0 ? 0 : -1;
}

void
source_look(struct source *s)
{
	const char *wrong;

	if (strcmp(s->path, "-") == 0) {
		s->kind = CAPFILE_OTHER;
		return;
	}
	s->kind = capfile_kind(s->path);
	wrong = capfile_wrong(s->kind);
	/* Nobody may ever write to a pipe that just lies there. */
	if (s->from_dir && s->kind == CAPFILE_DIRECTORY)
		wrong = "it is a directory";
	else if (s->from_dir && s->kind == CAPFILE_PIPE)
		wrong = "it is a named pipe";
	if (wrong != NULL)
		s->wrong = mem_string(wrong, strlen(wrong));
}

size_t
source_workers(const struct source *s, const struct capture_options *opt)
{
	struct stat st;
	const int failed = strcmp(s->path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(s->path, &st);
	const int small = !failed && S_ISREG(st.st_mode) && st.st_size < (s->kind == CAPFILE_PACKED ? SMALL / PACKED_BY : SMALL);

	return small ? 1 : opt->jobs;
}

int
source_start(struct source *s, const struct capture_options *opt, size_t workers, enum tshark_split split, uint64_t count)
{
	struct team_input input = { .file = s->path, .count = count };
	struct stat st = { 0 };
	int tell[2], failed;

	s->fed = opt->bpf != NULL || strcmp(s->path, "-") == 0 || (stat(s->path, &st) == 0 && S_ISFIFO(st.st_mode));
	if (pipe2(tell, O_CLOEXEC) != 0) {
		msg_warn("%s: %s", s->path, strerror(errno));
		return -1;
	}
	s->told = tell[0];
	failed = s->fed ? start_feeder(s, opt, count, tell[1]) :
	    s->kind == CAPFILE_PCAP ? start_census(s, opt, count, st.st_size, tell[1]) : 0;
	close(tell[1]);
	if (failed)
		return -1;
	if (s->fed)
		input.fan = &s->fan;
	/* tshark knows some formats by the file's name only. */
	input.by_name = s->kind == CAPFILE_OTHER || tshark_reads_twice(&opt->tshark);
	if (team_start(&s->team, &opt->tshark, &input, workers, workers > 1 ? split : TSHARK_WHOLE) != 0)
		return -1;
	s->runs = 1;
	return 0;
}

void
source_watch(struct source *s, struct watch *w, struct relay *relay)
{
	if (!s->runs)
		return;
	team_watch(&s->team, w, relay);
	if (relay == NULL)
		return;
	watch_add(w, s->feeder.err, POLLIN);
	watch_add(w, s->unpacker.err, POLLIN);
	watch_add(w, s->census.err, POLLIN);
}

size_t
source_serve(struct source *s, const struct watch *w, struct relay *relay)
{
	size_t read;

	if (!s->runs)
		return 0;
	read = team_serve(&s->team, w, relay);
	if (relay == NULL)
		return read;
	relay_take_complaints(relay, w, &s->feeder);
	relay_take_complaints(relay, w, &s->unpacker);
	relay_take_complaints(relay, w, &s->census);
	return read;
}

int
source_ended(struct source *s, struct source_end *end)
{
	/* tshark can end before its input, by --count: what writes that has nobody to write to, and may be waiting for its own input. */
	if (s->fed && s->fan.in >= 0) {
		s->early = 1;
		child_signal(&s->feeder, SIGKILL);
		child_signal(&s->unpacker, SIGKILL);
	}
	if (s->feeder.err >= 0 || s->unpacker.err >= 0 || s->census.err >= 0)
		return 0;
	end->feeder = child_wait(&s->feeder);
	if (s->early)
		end->feeder = ES_OK;
	child_wait(&s->unpacker);
	child_wait(&s->census);
	end->counted = !s->early && read(s->told, &end->packets, sizeof end->packets) == sizeof end->packets;
	end->tshark = s->team.status;
	end->uneven = s->team.uneven;
	return 1;
}

void
source_free(struct source *s)
{
	struct child *before[] = { &s->feeder, &s->unpacker, &s->census };
	size_t i;

	team_free(&s->team);
	for (i = 0; i < sizeof before / sizeof *before; i++)
		if (before[i]->pid > 0) {
			child_signal(before[i], SIGKILL);
			child_wait(before[i]);
		}
	if (s->fed)
		fan_free(&s->fan);
	if (s->told >= 0)
		close(s->told);
	free(s->wrong);
	free(s->path);
}
