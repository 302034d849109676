#include "bulk_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "msg.h"
#include "now.h"
#include "out.h"

enum {
	BAD_SHOWN = 10,
	QUIET = 4,	/* the part of --flush after which an input that brings nothing is quiet */
};

static uint64_t
size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

void
bulk_input_open(struct bulk_input *in, struct bulk_run *run, char *const *files, size_t count)
{
	memset(in, 0, sizeof *in);
	in->run = run;
	in->files = files;
	in->count = count;
}

/* Open the next file that can be; return 0 when there is none. */
static int
open_next(struct bulk_input *in)
{
	int fd;

	while (!in->open && in->at < in->count) {
		const char *name = in->files[in->at++];
		const int is_stdin = strcmp(name, "-") == 0;

		in->file = is_stdin ? "stdin" : name;
		/* To open a named pipe that nobody writes to yet must not block, for then no signal would be seen. */
		fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && out_is_input(in->run->rejects.fd, fd)) {
			msg_warn("%s: refused documents go there, so it can't be read", in->file);
			in->unread++;
			if (!is_stdin)
				close(fd);
			continue;
		}
		if (fd < 0) {
			msg_warn("%s: %s", name, strerror(errno));
			in->unread++;
			continue;
		}
		in->total = in->count == 1 ? size_of(fd) : 0;
		host_widen(fd);
		bulk_stream_open(&in->stream, fd, (size_t)in->run->opt->max_line);
		in->open = 1;
	}
	return in->open;
}

static void
close_file(struct bulk_input *in)
{
	if (!in->open)
		return;
	if (in->stream.fd != STDIN_FILENO)
		close(in->stream.fd);
	bulk_stream_close(&in->stream);
	in->open = 0;
}

int
bulk_input_has_room(const struct bulk_run *run)
{
	if (run->stopped)
		return 1;	/* it is kept at once */
	if (run->opt->spool != NULL && !run->no_spool_room)
		return bulk_spool_has_room(&run->spool, run->bytes);
	return run->in_memory < run->opt->connections + 1;
}

/* The chunk is complete: to the spool, if there is one, and to those that are ready, or it waits in the spool. */
static void
complete(struct bulk_run *run, struct bulk_chunk *c)
{
	run->in_memory++;
	if (run->stopped) {
		bulk_settle_keep(run, c);
		return;
	}
	if (run->opt->spool != NULL && bulk_spool_put(&run->spool, c, NULL) != 0 && !run->no_spool_room) {
		msg_warn("%s: %s; without the spool from here on, the input waits for the server", run->opt->spool,
		    strerror(errno));
		run->no_spool_room = 1;
	}
	if (c->spooled != NULL && (bulk_spool_waits(&run->spool) || run->in_memory > run->opt->connections + 1)) {
		run->in_memory--;
		bulk_spool_leave(&run->spool, c);
		return;
	}
	bulk_settle_queue(run, c, 0);
}

static void
complete_filling(struct bulk_run *run)
{
	struct bulk_chunk *c = run->filling;

	run->filling = NULL;
	complete(run, c);
}

/* An item was added to the filling chunk. */
static void
item_added(struct bulk_run *run)
{
	struct bulk_chunk *c = run->filling;

	if (c->count == 1)
		c->since = now_ms();
	run->account.documents++;
	run->account.bytes += c->items[c->count - 1].len;
	if (c->len > run->bytes && c->count > 1) {
		run->filling = bulk_chunk_split(c, c->count - 1);
		run->filling->since = now_ms();
		complete(run, c);
		c = run->filling;
	}
	if (c->count >= run->opt->chunk || c->len >= run->bytes)
		complete_filling(run);
}

static void
bad_line(struct bulk_input *in, const char *why)
{
	in->run->account.bad++;
	if (++in->bad_shown <= BAD_SHOWN)
		msg_warn("%s:%llu: %s%s", in->file, (unsigned long long)in->stream.in.number, why,
		    in->bad_shown == BAD_SHOWN ? " (further ones are only counted)" : "");
}

uint64_t
bulk_input_flush_at(const struct bulk_input *in)
{
	const struct bulk_chunk *c = in->run->filling;
	const uint64_t flush = in->run->opt->flush, again = in->flushed + flush;
	const uint64_t quiet = in->quiet_since + flush / QUIET, soonest = quiet > again ? quiet : again;

	if (c == NULL || c->count == 0)
		return UINT64_MAX;
	return soonest < c->since + flush ? soonest : c->since + flush;
}

int
bulk_input_take(struct bulk_input *in)
{
	struct bulk_run *run = in->run;
	enum bulk_result what;
	const char *why;

	if (bulk_input_has_room(run) && now_ms() >= bulk_input_flush_at(in)) {
		complete_filling(run);
		in->flushed = now_ms();
	}
	while (bulk_input_has_room(run) && open_next(in)) {
		if (run->filling == NULL)
			run->filling = bulk_chunk_new();
		what = bulk_stream_next(&in->stream, run->filling, &why);
		if (what == BULK_ITEM)
			item_added(run);
		else if (what == BULK_BAD)
			bad_line(in, why);
		else if (in->stream.in.eof || in->stopping)
			close_file(in);
		else
			return in->stream.fd;
	}
	in->quiet_since = now_ms();
	if (!in->open && in->at == in->count && run->filling != NULL && bulk_input_has_room(run)) {
		if (run->filling->count > 0)
			complete_filling(run);
		else {
			bulk_chunk_free(run->filling);
			run->filling = NULL;
		}
	}
	return -1;
}

void
bulk_input_read(struct bulk_input *in)
{
	const ssize_t n = line_read(&in->stream.in, in->stream.fd);

	if (n < 0 && errno != EINTR && errno != EAGAIN) {
		msg_warn("%s: %s", in->file, strerror(errno));
		in->unread++;
		close_file(in);
	} else if (n > 0) {
		in->done += (uint64_t)n;
		in->quiet_since = now_ms();
	}
}

void
bulk_input_stop(struct bulk_input *in)
{
	in->at = in->count;
	in->stopping = 1;
}

void
bulk_input_drop(struct bulk_input *in)
{
	bulk_input_stop(in);
	close_file(in);
}

int
bulk_input_ended(const struct bulk_input *in)
{
	return !in->open && in->at == in->count && in->run->filling == NULL;
}
