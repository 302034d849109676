#include "reshape.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "confine.h"
#include "day.h"
#include "host.h"
#include "json.h"
#include "line.h"
#include "mem.h"
#include "merge.h"
#include "out.h"
#include "packet_id.h"
#include "stats.h"
#include "utf8.h"

enum { BAD_SHOWN = 10 };

struct reshape {
	const struct reshape_options *opt;
	struct line_reader in;
	const char *file;	/* the one being read, as messages name it */
	struct out out, bad;
	struct json json;
	struct merge merge;
	char *scratch;		/* a mended or tagged line */
	size_t scratch_size;
	uint64_t second;	/* the one that ${index} is for */
	char index[DAY_NAME];
	uint64_t lines, documents, bad_lines, undated, mended, merged, bytes_in;
	int unread;		/* files that could not be read */
};

/* What a line is, by its structure; tshark's versions differ in spacing and order. */
enum line_kind { PACKET, ACTION, NEITHER };

static char *
scratch(struct reshape *r, size_t size)
{
	if (size > r->scratch_size) {
		free(r->scratch);
		r->scratch = NULL;
		r->scratch_size = 0;
		r->scratch = mem_array(NULL, size, 1);
		r->scratch_size = size;
	}
	return r->scratch;
}

static void
bad_line(struct reshape *r, const char *line, size_t len, const char *why, size_t where)
{
	if (++r->bad_lines <= BAD_SHOWN)
		msg_warn("%s:%llu: bad line passed over: %s (byte %zu)%s", r->file, (unsigned long long)r->in.number,
		    why, where + 1, r->bad_lines == BAD_SHOWN ? "; further ones are only counted" : "");
	if (r->opt->bad != NULL) {
		out_add(&r->bad, line, len);
		out_add(&r->bad, "\n", 1);
		out_record(&r->bad);
	}
}

/* Tell what the object is; *stamp: its one "timestamp", or 0; *clash: whether it has a member named as a tag. */
static enum line_kind
classify(const struct reshape *r, size_t *stamp, int *clash)
{
	const struct json *j = &r->json;
	const char *const *tag;
	size_t t, i, stamps = 0;
	enum line_kind kind = NEITHER;

	*stamp = 0;
	*clash = 0;
	if (json_type(j, 0) != JSMN_OBJECT)
		return NEITHER;
	if (json_size(j, 0) == 1 && json_type(j, 2) == JSMN_OBJECT && (json_is(j, 1, "index") || json_is(j, 1, "create")))
		return ACTION;
	for (t = 1, i = json_size(j, 0); i > 0; i--, t = json_after(j, t + 1)) {
		if (json_is(j, t, "timestamp")) {
			kind = PACKET;
			*stamp = ++stamps == 1 ? t + 1 : 0;
		} else if (json_is(j, t, "layers"))
			kind = PACKET;
		for (tag = r->opt->tag_names; *tag != NULL; tag++)
			*clash |= json_is(j, t, *tag);
	}
	return kind;
}

/* Bring r->index up to the packet's day; return its time in milliseconds, 0 if it has none that can be. */
static uint64_t
find_index(struct reshape *r, size_t stamp)
{
	const char *digits;
	uint64_t ms;
	size_t len;

	if (stamp == 0 || (json_type(&r->json, stamp) != JSMN_STRING && json_type(&r->json, stamp) != JSMN_PRIMITIVE) ||
	    (digits = json_raw(&r->json, stamp, &len), day_ms(digits, len, &ms) != 0)) {
		r->undated++;
		r->second = 0;
		strcpy(r->index, DAY_UNDATED);
		return 0;
	}
	if (ms / 1000 != r->second) {
		r->second = ms / 1000;
		day_index(r->opt->index, ms, r->index);
	}
	return ms;
}

/* Append the action line; return where in the output its _id goes. */
static size_t
put_action(struct reshape *r)
{
	struct out *o = &r->out;
	size_t id = 0;

	out_add(o, "{\"", 2);
	out_add(o, r->opt->op, strlen(r->opt->op));
	out_add(o, "\":{\"_index\":\"", 13);
	out_add(o, r->index, strlen(r->index));
	if (r->opt->id) {
		out_add(o, "\",\"_id\":\"", 9);
		id = o->len;
		out_space(o, PACKET_ID);
		out_used(o, PACKET_ID);
	}
	out_add(o, "\"}}\n", 4);
	return id;
}

/* Append the document that is in r->json, changed as it must be. */
static void
put_document(struct reshape *r, int changes)
{
	struct out *o = &r->out;
	const jsmntok_t *root = r->json.tokens;
	size_t start;

	if (r->opt->tags != NULL) {
		out_add(o, "{", 1);
		out_add(o, r->opt->tags, strlen(r->opt->tags));
	}
	start = o->len;
	if (changes)
		merge_write(&r->merge);
	else
		out_add(o, r->json.text + root->start, (size_t)(root->end - root->start));
	if (r->opt->tags != NULL)
		o->buf[start] = ',';	/* in place of the document's own brace; it has a member, or it were none */
}

/* A tag that the document has already: put the tags into its text, for the rule of repeated members to join them. */
static void
tag_inside(struct reshape *r)
{
	const jsmntok_t *root = r->json.tokens;
	const char *text = r->json.text + root->start;
	const size_t len = (size_t)(root->end - root->start), tags = strlen(r->opt->tags);
	char *buf = mem_array(NULL, len + tags + 1, 1);

	buf[0] = '{';
	memcpy(buf + 1, r->opt->tags, tags);
	buf[1 + tags] = ',';
	memcpy(buf + 2 + tags, text + 1, len - 1);
	free(r->scratch);
	r->scratch = buf;
	r->scratch_size = len + tags + 1;
	if (json_parse(&r->json, buf, r->scratch_size) != 0)
		msg_die(ES_FAILED, "%s:%llu: a tag made the line bad: %s", r->file, (unsigned long long)r->in.number,
		    r->json.why);
}

static void
packet(struct reshape *r, size_t stamp, int clash)
{
	const uint64_t ms = find_index(r, stamp);
	struct reshape_options untagged;
	const struct reshape_options *opt = r->opt;
	size_t id, doc;
	int changes;

	if (clash) {
		tag_inside(r);
		untagged = *opt;
		untagged.tags = NULL;
		r->opt = &untagged;
	}
	changes = merge_find(&r->merge, &r->json);
	id = put_action(r);
	doc = r->out.len;
	put_document(r, changes);
	if (opt->id)
		packet_id(r->out.buf + id, ms, r->out.buf + doc, r->out.len - doc);
	out_add(&r->out, "\n", 1);
	out_record(&r->out);
	r->opt = opt;
	r->documents++;
	r->merged += r->merge.repeats > 0;
}

static void
take_line(struct reshape *r, const char *line, size_t len)
{
	const char *whole = line;
	const size_t whole_len = len;
	size_t stamp;
	int clash, mended = 0;

	r->lines++;
	if (line_is_blank(line, len))
		return;
	while (line[len - 1] == '\r')
		len--;	/* a control byte would have each string searched for more */
	if (json_parse(&r->json, line, len) != 0) {
		bad_line(r, whole, whole_len, r->json.why, r->json.where);
		return;
	}
	/* Mending changes strings only, so what is JSON stays so. */
	if ((r->json.bytes & UTF8_HIGH) != 0 && utf8_valid(line, len) < len) {
		mended = 1;
		len = utf8_mend(scratch(r, 3 * len), line, len);
		line = r->scratch;
		if (json_parse(&r->json, line, len) != 0)
			msg_die(ES_FAILED, "%s:%llu: mending made the line bad: %s", r->file,
			    (unsigned long long)r->in.number, r->json.why);
	}
	switch (classify(r, &stamp, &clash)) {
	case PACKET:
		packet(r, stamp, clash);
		r->mended += (uint64_t)mended;
		break;
	case ACTION:
		break;	/* tshark's is never passed on: its date is local, its _type refused */
	case NEITHER:
		bad_line(r, whole, whole_len, "neither a packet (layers, timestamp) nor an action (index, create)", 0);
		break;
	}
}

static int
would_wait(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

static void
take_file(struct reshape *r, int fd)
{
	enum line_result what;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char *line;
	size_t len;
	ssize_t n;

	line_open(&r->in, r->opt->max_line);
	do {
		if ((r->out.whole > 0 || r->bad.whole > 0) && would_wait(fd)) {
			out_flush(&r->out);
			out_flush(&r->bad);
		}
		n = line_read(&r->in, fd);
		if (n < 0 && (errno == EINTR || (errno == EAGAIN && poll(&p, 1, -1) >= 0)))
			continue;
		if (n < 0) {
			msg_warn("%s: %s", r->file, strerror(errno));
			r->unread++;
			break;
		}
		while ((what = line_next(&r->in, &line, &len)) != LINE_NONE) {
			if (what == LINE_HERE)
				take_line(r, line, len);
			else {
				r->lines++;
				bad_line(r, line, len, "longer than --max-line", len);
			}
		}
	} while (n != 0);
	r->bytes_in += r->in.bytes;
	line_close(&r->in);
}

/* Its file for bad lines, which is emptied, must be none of the ${count} files that are read. */
static void
open_bad(struct reshape *r, const int *fds, size_t count)
{
	const char *path = r->opt->bad;
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	size_t i;

	if (fd < 0)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	for (i = 0; i < count; i++)
		if (out_is_input(fd, fds[i]))
			msg_usage("--bad: %s: it is read, too", path);
	if (ftruncate(fd, 0) != 0 && errno != EINVAL)	/* a pipe or a device has no length */
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	out_open(&r->bad, fd, path);
}

/* All at once, since later no file can be opened. */
static int *
open_files(struct reshape *r, char *const *files, size_t count)
{
	int *fds = mem_zero(count, sizeof *fds);
	struct rlimit limit;
	size_t i;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (i = 0; i < count; i++) {
		fds[i] = strcmp(files[i], "-") == 0 ? STDIN_FILENO : open(files[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0) {
			msg_warn("%s: %s", files[i], strerror(errno));
			r->unread++;
		} else
			host_widen(fds[i]);
	}
	return fds;
}

static void
write_stats(const struct reshape *r, struct stats *st)
{
	stats_string(st, "program", "esreshape");
	stats_number(st, "lines", r->lines);
	stats_number(st, "documents", r->documents);
	stats_number(st, "bad", r->bad_lines);
	stats_number(st, "undated", r->undated);
	stats_number(st, "mended", r->mended);
	stats_number(st, "merged", r->merged);
	stats_number(st, "bytes_in", r->bytes_in);
	stats_number(st, "bytes_out", r->out.bytes);
	stats_close(st);
}

static void
close_all(struct reshape *r)
{
	out_close(&r->out);
	if (r->opt->bad != NULL)
		out_close(&r->bad);
	json_free(&r->json);
	merge_close(&r->merge);
	free(r->scratch);
}

enum es_status
reshape_files(const struct reshape_options *opt, char *const *files, size_t count)
{
	struct reshape r = { .opt = opt };
	struct stats *stats;
	size_t i;
	int *fds;

	signal(SIGPIPE, SIG_IGN);	/* a write then fails, and is reported */
	stats = stats_open(opt->stats);
	out_open(&r.out, STDOUT_FILENO, "stdout");
	out_save(&r.out);
	merge_open(&r.merge, &r.out);
	fds = open_files(&r, files, count);
	if (opt->bad != NULL)
		open_bad(&r, fds, count);
	confine_filter();
	for (i = 0; i < count; i++) {
		if (fds[i] < 0)
			continue;
		r.file = fds[i] == STDIN_FILENO ? "stdin" : files[i];
		take_file(&r, fds[i]);
		if (fds[i] != STDIN_FILENO)
			close(fds[i]);
	}
	free(fds);
	close_all(&r);
	out_save(NULL);
	if (r.bad_lines > 0)
		msg_warn("%llu bad line(s) of %llu passed over; %llu document(s) written%s%s",
		    (unsigned long long)r.bad_lines, (unsigned long long)r.lines, (unsigned long long)r.documents,
		    opt->bad != NULL ? "; the bad lines are in " : "", opt->bad != NULL ? opt->bad : "");
	write_stats(&r, stats);
	return r.unread > 0 ? ES_FAILED : r.bad_lines > 0 ? ES_SOME : ES_OK;
}
