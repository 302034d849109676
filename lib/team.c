#include "team.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ek.h"
#include "host.h"
#include "line.h"
#include "mem.h"
#include "msg.h"

/* Start worker ${k}; -1 after a message. */
static int
start_worker(struct team *t, size_t k)
{
	const struct team_input *in = &t->input;
	const struct tshark_task task = {
		.file = in->fan == NULL && in->by_name ? in->file : NULL, .at_once = in->fan != NULL, .count = in->count,
		.split = t->split, .part = k, .parts = t->count,
	};
	const struct confine_worker confine = tshark_confinement(t->tshark, task.file);
	struct child_how how = { .confine = &confine, .in = -1, .out = -1 };
	char **arguments;
	int failed;

	if (in->fan == NULL && !in->by_name) {
		/* One open file each: they read at their own pace. */
		how.in = open(in->file, O_RDONLY | O_CLOEXEC);
		if (how.in < 0) {
			msg_warn("%s: %s", in->file, strerror(errno));
			return -1;
		}
	}
	arguments = tshark_arguments(t->tshark, &task);
	how.argv = arguments;
	failed = worker_start(&t->workers[k], &how, in->fan != NULL);
	if (failed)
		msg_warn("tshark can't be started: %s", strerror(errno));
	tshark_free_arguments(arguments);
	if (in->fan == NULL && how.in >= 0)
		close(how.in);
	if (in->fan != NULL) {
		t->workers[k].sent = in->from;
		t->workers[k].header_sent = in->with_header ? 0 : SIZE_MAX;
	}
	return failed;
}

int
team_start(struct team *t, const struct tshark *tshark, const struct team_input *input, size_t count, enum tshark_split split)
{
	size_t parts = tshark_parts(split, count), k;

	*t = (struct team){ .tshark = tshark, .input = *input, .split = split, .frame = 1, .proved = parts == 1 };
	t->workers = mem_zero(parts, sizeof *t->workers);
	/* Until it is known that they can work side by side, all they read is kept for those that would follow. */
	if (input->fan != NULL)
		input->fan->hold = t->proved ? UINT64_MAX : input->from;
	for (t->count = parts, k = 0; k < parts; k++)
		t->workers[k] = (struct worker){ .in = -1, .child = CHILD_NONE, .reaped = 1 };
	for (k = 0; k < parts; k++)
		if (start_worker(t, k) != 0) {
			team_free(t);
			return -1;
		}
	return 0;
}

int
team_again(struct team *t)
{
	const struct team was = *t;

	team_free(t);
	return team_start(t, was.tshark, &was.input, was.count, was.split == TSHARK_BY_BLOCK ? TSHARK_BY_BIT : TSHARK_WHOLE);
}

size_t
team_runs(const struct team *t)
{
	size_t k, n = 0;

	for (k = 0; k < t->count; k++)
		n += t->workers[k].child.out >= 0;
	return n;
}

/* Whether the complaints of worker ${k} are wanted now: not those of a way to split that may be given up. */
static int
may_complain(const struct team *t, size_t k)
{
	return t->proved && t->workers[k].child.err >= 0;
}

void
team_watch(struct team *t, struct watch *w, struct relay *relay)
{
	struct fan *fan = t->input.fan;
	size_t k;

	if (fan != NULL && fan_wants(fan))
		watch_add(w, fan->in, POLLIN);
	for (k = 0; k < t->count; k++) {
		struct worker *one = &t->workers[k];

		if (worker_wants(one))
			watch_add(w, one->child.out, POLLIN);
		if (fan != NULL && (fan_has(fan, one) || (one->in >= 0 && (fan->in < 0 || one->sent == fan->until))))
			watch_add(w, one->in, POLLOUT);
		if (relay != NULL && may_complain(t, k))
			watch_add(w, one->child.err, POLLIN);
	}
}

/* Whether this complaint comes for the first time. */
static int
is_new(struct team *t, const char *line)
{
	uint64_t hash = 14695981039346656037U;	/* FNV-1a */
	size_t i;

	if (t->count == 1)
		return 1;
	for (; *line != '\0'; line++)
		hash = (hash ^ (unsigned char)*line) * 1099511628211U;
	for (i = 0; i < t->said_count; i++)
		if (t->said[i] == hash)
			return 0;
	if (t->said_count < sizeof t->said / sizeof *t->said)
		t->said[t->said_count++] = hash;
	return 1;
}

static void
take_complaints(struct team *t, struct worker *one, struct relay *relay)
{
	char line[1024];

	child_read(&one->child);
	while (child_line(&one->child, line))
		if (is_new(t, line))
			relay_complain(relay, line);
}

static void
serve_fan(struct team *t, const struct watch *w)
{
	struct fan *fan = t->input.fan;
	uint64_t slowest = UINT64_MAX;
	size_t k;

	if (fan->in >= 0 && watch_ready(w, fan->in))
		fan_read(fan);
	for (k = 0; k < t->count; k++) {
		fan_give(fan, &t->workers[k]);
		if (t->workers[k].in >= 0 && t->workers[k].sent < slowest)
			slowest = t->workers[k].sent;
	}
	fan_forget(fan, slowest);
}

size_t
team_serve(struct team *t, const struct watch *w, struct relay *relay)
{
	size_t k, read = 0;

	for (k = 0; k < t->count; k++) {
		struct worker *one = &t->workers[k];

		if (watch_ready(w, one->child.out))
			read += worker_read(one);
		if (relay != NULL && may_complain(t, k) && watch_ready(w, one->child.err))
			take_complaints(t, one, relay);
	}
	if (t->input.fan != NULL)
		serve_fan(t, w);
	return read;
}

static struct worker *
owner_of(const struct team *t, uint64_t frame)
{
	return &t->workers[tshark_part(t->count, frame)];
}

/* A line that is none of a packet's, for tshark tore one by a raw newline; the stage behind counts it as bad unless it is blank. */
static void
count_torn(struct team *t, const struct worker_record *r)
{
	t->torn += !line_is_blank(r->action, r->action_len);
}

/* Print the worker's next record, if it is that of a frame of this block; 0: it is of a later one. */
static int
print_record(struct team *t, struct worker *one, const struct worker_record *r, struct out *out)
{
	uint64_t number = 0;

	if (r->document == NULL) {
		/* It goes where a single tshark prints it. */
		ek_add_whole(out, r->action, r->action_len);
		count_torn(t, r);
	} else {
		number = ek_frame_number(r->document, r->document_len);
		if (number == 0)
			number = t->frame;	/* it has none: each frame is printed, so it is the next */
		if (number < t->frame)
			msg_die(ES_FAILED, "tshark printed frame %llu where frame %llu was to come", (unsigned long long)number,
			    (unsigned long long)t->frame);
		if (number / TSHARK_BLOCK != t->frame / TSHARK_BLOCK)
			return 0;
		out_add(out, r->action, r->action_len);
		ek_add_whole(out, r->document, r->document_len);
		t->frame = number + 1;
		t->printed += 2;
	}
	out_record(out);
	worker_take(one, r);
	return 1;
}

/* Look at the very first document; -1: these tsharks can't work side by side. */
static int
prove(struct team *t)
{
	struct worker_record r;
	struct worker *one = &t->workers[0];
	siginfo_t end = { 0 };

	if (worker_record(one, &r)) {
		if (r.document == NULL || !ek_can_merge(r.document, r.document_len) || ek_frame_number(r.document, r.document_len) > 1)
			return -1;
	} else {
		/* It has all that is kept for those that would follow, and still no packet: a long header, such as secrets. */
		if (t->input.fan != NULL && !t->input.fan->known && t->input.fan->in >= 0 && !fan_wants(t->input.fan) &&
		    !fan_has(t->input.fan, one))
			return -1;
		if (one->child.out >= 0)
			return 0;
		/* It ended without a word.  A filter that it does not know ends it with a status, which is not taken away here. */
		if (waitid(P_PID, (id_t)one->child.pid, &end, WEXITED | WNOWAIT) == 0 && end.si_code == CLD_EXITED && end.si_status != 0)
			return -1;
	}
	t->proved = 1;
	if (t->input.fan != NULL)
		t->input.fan->hold = UINT64_MAX;
	return 0;
}

/* The tshark whose turn it is has ended: all others end without another document, or the stream stops here all the same. */
static enum team_state
merge_end(struct team *t, struct worker *first)
{
	struct worker_record r;
	size_t k;

	if (!t->ended) {
		if (first->child.err >= 0)
			return TEAM_RUNS;	/* what it complains comes first */
		worker_reap(first);
		t->ended = 1;
		t->status = first->status;
		if (t->status > 128)
			team_stop(t, SIGKILL);
	}
	for (k = 0; k < t->count; k++) {
		struct worker *one = &t->workers[k];

		if (worker_record(one, &r) && t->status <= 128) {
			t->uneven = 1;
			child_signal(&one->child, SIGKILL);
		}
		worker_drop(one);
		if (one->child.out >= 0 || one->child.err >= 0)
			return TEAM_RUNS;
		worker_reap(one);
	}
	return TEAM_ENDED;
}

/* One tshark's output is passed on as it is, but for an action line whose document did not come. */
static enum team_state
pass_on(struct team *t, struct out *out)
{
	struct worker *one = &t->workers[0];
	struct worker_record r;

	while (worker_record(one, &r)) {
		out_add(out, r.action, r.action_len + r.document_len);
		out_record(out);
		if (r.document != NULL)
			t->printed += 2;
		else
			count_torn(t, &r);
		worker_take(one, &r);
	}
	return one->child.out < 0 ? merge_end(t, one) : TEAM_RUNS;
}

enum team_state
team_merge(struct team *t, struct out *out)
{
	struct worker_record r;
	struct worker *one;

	if (t->count == 1)
		return pass_on(t, out);
	if (!t->proved && prove(t) != 0)
		return TEAM_UNFIT;
	if (!t->proved)
		return TEAM_RUNS;
	for (;;) {
		one = owner_of(t, t->frame);
		if (t->ended)
			return merge_end(t, one);
		if (!worker_record(one, &r))
			return one->child.out < 0 ? merge_end(t, one) : TEAM_RUNS;
		if (!print_record(t, one, &r, out))
			t->frame = (t->frame / TSHARK_BLOCK + 1) * TSHARK_BLOCK;
	}
}

uint64_t
team_memory(const struct team *t)
{
	uint64_t sum = 0;
	size_t k;

	for (k = 0; k < t->count; k++)
		sum += host_memory(t->workers[k].child.pid);
	return sum;
}

void
team_stop(const struct team *t, int sig)
{
	size_t k;

	for (k = 0; k < t->count; k++)
		if (!t->workers[k].reaped)
			child_signal(&t->workers[k].child, sig);
}

void
team_free(struct team *t)
{
	size_t k;

	team_stop(t, SIGKILL);
	for (k = 0; k < t->count; k++) {
		worker_reap(&t->workers[k]);
		worker_free(&t->workers[k]);
	}
	free(t->workers);
	t->workers = NULL;
	t->count = 0;
}
