#include "bulk_deliver.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bulk_input.h"
#include "bulk_run.h"
#include "mem.h"
#include "now.h"
#include "signals.h"

enum { PROGRESS_MS = 500, LONGEST_WAIT_MS = 1000 };

struct loop {
	struct bulk_run run;
	struct bulk_input in;
	CURLM *multi;
	struct bulk_request *requests;	/* one a connection */
	struct signals signals;
	int interrupted;		/* how often */
	int said_waiting;		/* that nothing is delivered and all waits in the spool */
	int progress;			/* a line is drawn */
	uint64_t drawn;
};

static void
open_loop(struct loop *l, struct bulk_options *opt, char *const *files, size_t count)
{
	struct bulk_run *run = &l->run;
	size_t i;

	memset(l, 0, sizeof *l);
	signals_open(&l->signals);
	run->opt = opt;
	run->nodes = &opt->nodes;
	run->bytes = opt->spool != NULL && opt->spool_max < opt->bytes ? opt->spool_max : opt->bytes;	/* or none had room */
	run->window = 1;
	run->account.started = run->progress = now_ms();
	TAILQ_INIT(&run->ready);
	bulk_chunk_spares(2 * (size_t)opt->bytes);
	bulk_keep_open(&run->rejects, "rejected", opt->rejects);
	bulk_keep_open(&run->left, "left", NULL);
	run->spool.dir_fd = -1;
	if (opt->spool != NULL)
		bulk_spool_open(&run->spool, opt->spool, opt->spool_max);
	bulk_input_open(&l->in, run, files, count);
	l->multi = curl_multi_init();
	if (l->multi == NULL)
		msg_die(ES_FAILED, "libcurl can't be used");
	curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)(opt->connections + opt->nodes.count));
	l->requests = mem_zero((size_t)opt->connections, sizeof *l->requests);
	for (i = 0; i < opt->connections; i++)
		bulk_request_open(&l->requests[i], &opt->access);
	l->progress = !opt->quiet && isatty(STDERR_FILENO);
}

static void
close_loop(struct loop *l)
{
	size_t i;

	for (i = 0; i < l->run.opt->connections; i++)
		bulk_request_close(&l->requests[i]);
	free(l->requests);
	curl_multi_cleanup(l->multi);
	bulk_answer_close(&l->run.answer);
	free(l->run.last_why);
	bulk_chunk_spares(0);
	if (l->run.opt->spool != NULL)
		bulk_spool_close(&l->run.spool);
	bulk_keep_close(&l->run.rejects);
	bulk_keep_close(&l->run.left);
	close(l->signals.fd);
}

static struct bulk_request *
idle_request(struct loop *l)
{
	size_t i;

	for (i = 0; l->requests[i].chunk != NULL; i++)
		continue;
	return &l->requests[i];
}

/* Start what can be started. */
static void
send_ready(struct loop *l)
{
	struct bulk_run *run = &l->run;
	struct bulk_chunk *c;
	struct bulk_node *node;
	struct bulk_request *r;
	const uint64_t now = now_ms();

	while (!run->stopped && run->in_flight < (unsigned)run->window) {
		/* What an earlier run or a slow server left in the spool goes before what is new. */
		if (run->opt->spool != NULL && run->in_memory < run->opt->connections + 1 && bulk_spool_waits(&run->spool)) {
			int older;

			c = bulk_spool_take(&run->spool, (size_t)run->opt->max_line, &older);
			if (c != NULL) {
				run->in_memory++;
				if (older)
					run->account.documents += c->count;
				bulk_settle_queue(run, c, 0);
			}
		}
		c = TAILQ_FIRST(&run->ready);
		if (c == NULL || c->not_before > now || (node = bulk_nodes_next(run->nodes, now)) == NULL)
			return;
		TAILQ_REMOVE(&run->ready, c, link);
		r = idle_request(l);
		bulk_request_start(r, l->multi, c, node);
		node->in_flight++;
		run->in_flight++;
		run->account.requests++;
	}
}

static void
end_request(struct loop *l, struct bulk_request *r, CURLcode code)
{
	struct bulk_chunk *c = r->chunk;
	long status, retry_after;

	bulk_request_end(r, l->multi, &status, &retry_after);
	r->node->in_flight--;
	l->run.in_flight--;
	bulk_settle(&l->run, r, c, code, status, retry_after);
}

static void
take_answers(struct loop *l)
{
	struct bulk_request *r;
	CURLMsg *m;
	CURLcode code;
	int left, running;

	if (curl_multi_perform(l->multi, &running) != CURLM_OK)
		msg_die(ES_FAILED, "libcurl failed");
	while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
		end_request(l, r, code);
	}
}

/* No more requests: those under way are broken off, and all is kept. */
static void
keep_all(struct loop *l)
{
	struct bulk_run *run = &l->run;
	struct bulk_chunk *c;
	size_t i;

	for (i = 0; i < run->opt->connections; i++) {
		struct bulk_request *r = &l->requests[i];
		long status, retry_after;

		if (r->chunk == NULL)
			continue;
		c = r->chunk;
		bulk_request_end(r, l->multi, &status, &retry_after);
		r->node->in_flight--;
		run->in_flight--;
		if (r->sent > 0)
			bulk_settle_unknown(run, c);
		bulk_settle_queue(run, c, 0);
	}
	while ((c = TAILQ_FIRST(&run->ready)) != NULL) {
		TAILQ_REMOVE(&run->ready, c, link);
		bulk_settle_keep(run, c);
	}
}

/* What is still to come is read to be kept; where it can't be, the input must know. */
static void
read_no_more(struct loop *l)
{
	struct bulk_run *run = &l->run;

	if (!l->in.open)
		return;
	if (run->opt->spool != NULL && !run->no_spool_room && !bulk_spool_has_room(&run->spool, run->bytes))
		msg_warn("%s: it is full (--spool-max): the input is not read to its end", run->opt->spool);
	else if (!run->left.failed)
		return;
	bulk_input_drop(&l->in);
}

static void
take_signals(struct loop *l)
{
	char line[512];
	int report, n = signals_take(&l->signals, &report);

	if (report) {
		bulk_account_line(&l->run.account, line, sizeof line);
		msg_warn("%s", line);
	}
	while (n-- > 0) {
		if (l->interrupted++ > 0)
			bulk_settle_stop(&l->run, ES_LATER, "interrupted again");
		else if (l->in.open || l->in.at < l->in.count) {
			msg_warn("interrupted: reading no more, delivering what was read");
			bulk_input_stop(&l->in);
		}
	}
}

/* Give up when nothing was delivered for too long.  With a spool and more input to come that is only said. */
static void
check_retry(struct loop *l)
{
	struct bulk_run *run = &l->run;
	const uint64_t now = now_ms(), retry = run->opt->retry;
	const int waits = run->opt->spool != NULL && !bulk_input_ended(&l->in);
	char *why;

	if (run->in_memory == 0)
		run->progress = now;
	if (now - run->progress < retry) {
		l->said_waiting = 0;
		return;
	}
	if (retry == 0 || run->stopped)
		return;
	if (bulk_settle_blame(run)) {
		run->progress = now;
		return;
	}
	if (waits && l->said_waiting)
		return;
	why = mem_format("nothing could be delivered for %llu s: %s", (unsigned long long)retry / 1000,
	    run->last_why != NULL ? run->last_why : "no answer came");
	if (waits)
		msg_warn("%s; it waits in the spool %s", why, run->opt->spool);
	else
		bulk_settle_stop(run, ES_LATER, why);
	l->said_waiting = waits;
	free(why);
}

/* How long the loop may sleep, ms. */
static int
longest_wait(const struct loop *l)
{
	const struct bulk_run *run = &l->run;
	const struct bulk_chunk *c = TAILQ_FIRST(&run->ready);
	const uint64_t now = now_ms();
	uint64_t until = now + (l->progress ? PROGRESS_MS : LONGEST_WAIT_MS), t;

	if (c != NULL && run->in_flight < (unsigned)run->window) {
		t = bulk_nodes_wake(run->nodes);
		t = t > c->not_before ? t : c->not_before;
		until = t < until ? t : until;
	}
	t = bulk_input_flush_at(&l->in);
	/* A chunk whose time has come but that finds no room waits for an answer. */
	if (t > now || bulk_input_has_room(run))
		until = t < until ? t : until;
	return until > now ? (int)(until - now) : 0;
}

static void
wait_for_something(struct loop *l, int input)
{
	struct curl_waitfd fds[2] = { { .fd = l->signals.fd, .events = CURL_WAIT_POLLIN } };
	struct bulk_run *run = &l->run;
	const uint64_t before = now_ms();
	unsigned count = 1;
	uint64_t spent;

	if (input >= 0)
		fds[count++] = (struct curl_waitfd){ .fd = input, .events = CURL_WAIT_POLLIN };
	curl_multi_poll(l->multi, fds, count, longest_wait(l), NULL);
	spent = now_ms() - before;
	if (run->in_flight > 0) {
		if (input < 0)
			run->account.ms_server += spent;
	} else if (!TAILQ_EMPTY(&run->ready))
		run->account.ms_backoff += spent;
	else
		run->account.ms_input += spent;
	take_signals(l);
	/* libcurl does not tell of a pipe whose writer is gone; read(2) then says whether that was the end. */
	if (input >= 0 && poll(&(struct pollfd){ .fd = input, .events = POLLIN }, 1, 0) > 0)
		bulk_input_read(&l->in);
}

static void
draw(struct loop *l)
{
	const uint64_t now = now_ms();

	if (!l->progress || now - l->drawn < PROGRESS_MS)
		return;
	l->drawn = now;
	bulk_account_progress(&l->run.account, now, l->run.in_flight, l->in.done, l->in.total);
}

static enum es_status
end_status(const struct loop *l)
{
	const struct bulk_run *run = &l->run;

	if (run->rejects.failed || run->left.failed)
		return ES_FAILED;
	if (run->stopped)
		return run->stop_status;
	if (l->in.unread > 0)
		return ES_FAILED;
	if (l->interrupted > 0)
		return ES_LATER;
	return run->account.rejected > 0 || run->account.bad > 0 ? ES_SOME : ES_OK;
}

/* Say how it ended: always when something is not right, else on a terminal or when asked to. */
static void
say_end(const struct loop *l, enum es_status status)
{
	const struct bulk_run *run = &l->run;
	const uint64_t spooled = run->account.left - run->left.documents - run->left.lost;
	char line[512];

	if (run->rejects.documents > 0)
		msg_warn("%llu refused documents are in %s, with the reasons in %s.why",
		    (unsigned long long)run->rejects.documents, run->rejects.path, run->rejects.path);
	if (run->left.documents > 0)
		msg_warn("%llu documents are left in %s: give it to esbulk again", (unsigned long long)run->left.documents,
		    run->left.path);
	if (spooled > 0)
		msg_warn("%llu documents are left in the spool %s: the next run with it goes on with them",
		    (unsigned long long)spooled, run->opt->spool);
	if (run->rejects.lost + run->left.lost > 0)
		msg_warn("%llu documents could not be kept: give the input to esbulk again",
		    (unsigned long long)(run->rejects.lost + run->left.lost));
	if (run->opt->quiet || (status == ES_OK && !run->opt->verbose && !l->progress))
		return;
	bulk_account_line(&run->account, line, sizeof line);
	msg_warn("%s", line);
}

enum es_status
bulk_deliver(struct bulk_options *opt, char *const *files, size_t count)
{
	struct stats *stats = stats_open(opt->stats);
	struct loop l;
	enum es_status status;
	int input;

	open_loop(&l, opt, files, count);
	for (;;) {
		input = bulk_input_take(&l.in);
		check_retry(&l);
		if (l.run.stopped) {
			keep_all(&l);
			read_no_more(&l);
			input = l.in.open ? input : -1;
		}
		send_ready(&l);
		if (bulk_input_ended(&l.in) && l.run.in_memory == 0 &&
		    (l.run.stopped || opt->spool == NULL || !bulk_spool_waits(&l.run.spool)))
			break;
		wait_for_something(&l, input);
		take_answers(&l);
		draw(&l);
	}
	if (l.progress)
		bulk_account_progress_end();
	l.run.account.left += l.run.spool.documents;	/* an earlier run's that were not even tried are not in it */
	l.in.unread += l.run.spool.bad;
	close_loop(&l);
	status = end_status(&l);
	say_end(&l, status);
	bulk_account_write(&l.run.account, l.run.left.documents > 0 ? l.run.left.path : NULL, stats);
	bulk_keep_free(&l.run.rejects);
	bulk_keep_free(&l.run.left);
	return status;
}
