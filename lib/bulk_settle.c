#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk_run.h"
#include "mem.h"
#include "msg.h"
#include "now.h"

/* ${c} is done with, and so is its file in the spool, unless something could not be kept elsewhere: then it is sent once more. */
static void
forget(struct bulk_run *run, struct bulk_chunk *c)
{
	if (c->spooled != NULL) {
		bulk_keep_sync(&run->rejects);
		bulk_keep_sync(&run->left);
	}
	bulk_reject_check(run);
	if (!run->rejects.failed && !run->left.failed)
		bulk_spool_done(&run->spool, c);
	run->in_memory--;
	bulk_chunk_free(c);
}

/* Write ${c}, a part of ${whole} or of none, to the spool; or anew, since some of it is delivered and the file still has all.  But what
 * was refused of it stays there as long as it is not surely elsewhere. */
static int
spool(struct bulk_run *run, struct bulk_chunk *c, const struct bulk_chunk *whole)
{
	bulk_keep_sync(&run->rejects);
	return run->rejects.failed && c->spooled != NULL ? 0 : bulk_spool_put(&run->spool, c, whole);
}

void
bulk_settle_keep(struct bulk_run *run, struct bulk_chunk *c)
{
	if (run->opt->spool != NULL && spool(run, c, NULL) == 0) {
		run->in_memory--;
		bulk_spool_leave(&run->spool, c);
		return;
	}
	bulk_keep_add(&run->left, c->data, c->len, c->count);
	run->account.left += c->count;
	forget(run, c);
}

void
bulk_settle_stop(struct bulk_run *run, enum es_status status, const char *why)
{
	if (run->stopped)
		return;
	run->stopped = 1;
	run->stop_status = status;
	msg_warn("%s; what is not delivered is kept", why);
}

static void
remember(struct bulk_run *run, const char *who, const char *what)
{
	free(run->last_why);
	run->last_why = mem_format("%s: %s", who, what);
}

void
bulk_settle_queue(struct bulk_run *run, struct bulk_chunk *c, uint64_t wait)
{
	struct bulk_chunk *other;

	c->not_before = now_ms() + wait;
	TAILQ_FOREACH(other, &run->ready, link)
		/* cppcheck-suppress nullPointerRedundantCheck; it is NULL behind the loop only */
		if (other->not_before > c->not_before)
			break;
	if (other != NULL)
		TAILQ_INSERT_BEFORE(other, c, link);
	else
		TAILQ_INSERT_TAIL(&run->ready, c, link);
}

static void
fewer_requests(struct bulk_run *run)
{
	run->settled = 1;
	run->window /= 2;
	if (run->window < 1)
		run->window = 1;
}

static void
more_requests(struct bulk_run *run)
{
	/* Twice as many a round until it was too many once, from then on one more a round. */
	run->window += run->settled ? 1 / run->window : 1;
	if (run->window > (double)run->opt->connections)
		run->window = (double)run->opt->connections;
}

void
bulk_settle_unknown(struct bulk_run *run, struct bulk_chunk *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (!c->items[i].has_id && !c->items[i].unknown) {
			c->items[i].unknown = 1;
			run->account.unknown++;
		}
}

/* Judge each item; what has to be sent again stays in ${c}. */
static void
settle_items(struct bulk_run *run, struct bulk_chunk *c, long retry_after)
{
	const struct bulk_answer *a = &run->answer;
	unsigned char *keep = mem_zero(c->count, 1);
	struct bulk_item_answer item;
	char type[128], reason[1024];
	size_t i, token = 0, again = 0, done = 0;
	int busy = 0, failed = 0;
	enum bulk_fate worst = FATE_DONE;

	for (i = 0; i < c->count; i++) {
		bulk_answer_item(a, c, i, &token, &item);
		switch (bulk_retry_fate(run, c, i, &item)) {
		case FATE_DONE: run->account.indexed++; done++; continue;
		case FATE_DUPLICATE: run->account.duplicate++; done++; continue;
		case FATE_REJECTED:
			bulk_answer_error(a, item.error, type, sizeof type, reason, sizeof reason);
			bulk_reject(run, c, i, item.status, type, reason);
			done += item.fate == FATE_REJECTED;	/* else it was our decision, and no server's work */
			continue;
		case FATE_AGAIN: case FATE_STOP: break;
		}
		keep[i] = 1;
		again++;
		busy |= item.status == 429;
		failed |= item.status == 500;
		if (item.fate > worst || again == 1) {
			worst = item.fate;
			bulk_answer_error(a, item.error, type, sizeof type, reason, sizeof reason);
		}
		if (item.fate == FATE_AGAIN)
			bulk_account_retry(&run->account, (long)item.status, 1);
	}
	bulk_chunk_keep(c, keep);
	free(keep);
	if (done > 0) {
		run->progress = now_ms();
		run->delivered++;
	}
	if (busy)
		fewer_requests(run);
	else if (again == 0)
		more_requests(run);
	if (worst == FATE_STOP) {
		char *why = mem_format("the server refuses: %s: %s", type, reason);

		bulk_settle_stop(run, ES_FAILED, why);
		free(why);
	}
	if (again == 0) {
		run->said_blocked = 0;
		forget(run, c);
		return;
	}
	c->tries = done > 0 ? 1 : c->tries + 1;
	bulk_retry_note(run, c, done > 0, failed, 0);
	remember(run, type, reason);
	if (run->opt->verbose)
		msg_info("%zu documents again: %s: %s", again, type, reason);
	else if (strcmp(type, "cluster_block_exception") == 0 && !run->said_blocked) {
		run->said_blocked = 1;
		msg_warn("waiting: %s", reason);
	}
	bulk_settle_queue(run, c, retry_after > 0 ? (uint64_t)retry_after * 1000 : bulk_retry_wait(c->tries));
}

/* The second half becomes a chunk of its own, with a file of its own if there is a spool; both are sent after ${wait} ms. */
static void
settle_halves(struct bulk_run *run, struct bulk_chunk *c, uint64_t wait)
{
	struct bulk_chunk *second = bulk_chunk_split(c, bulk_chunk_middle(c));

	run->in_memory++;
	c->tries = second->tries = 1;
	c->fails = 0;	/* it is not known which of them it is */
	if (c->spooled != NULL && (spool(run, second, c) != 0 || spool(run, c, NULL) != 0)) {
		/* The disk is full: the whole is still in the file of the first half. */
		bulk_spool_done(&run->spool, second);
	}
	bulk_settle_queue(run, second, wait);
	bulk_settle_queue(run, c, wait);
}

static void
settle_refused(struct bulk_run *run, struct bulk_chunk *c, unsigned status)
{
	if (c->count > 1) {
		if (status == 413 && c->len / 2 < run->bytes)
			run->bytes = c->len / 2 > 0 ? c->len / 2 : 1;
		settle_halves(run, c, 0);
		return;
	}
	bulk_reject(run, c, 0, status, "request refused", run->answer.why);
	run->progress = now_ms();
	forget(run, c);
}

int
bulk_settle_blame(struct bulk_run *run)
{
	struct bulk_chunk *c, *next;
	unsigned char *keep;
	size_t i, left, blamed = 0;

	for (c = TAILQ_FIRST(&run->ready); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		if (!bulk_retry_took_others(run, c))
			continue;
		keep = mem_zero(c->count, 1);
		for (i = left = 0; i < c->count; i++) {
			keep[i] = c->items[i].fails == 0 && (c->count > 1 || c->fails == 0);
			left += keep[i];
			if (!keep[i])
				bulk_reject(run, c, i, 500, "fails again and again", run->last_why);
		}
		blamed += c->count - left;
		bulk_chunk_keep(c, keep);
		free(keep);
		if (left == 0) {
			TAILQ_REMOVE(&run->ready, c, link);
			forget(run, c);
		}
	}
	return blamed > 0;
}

/* The node could not be reached, or broke off. */
static void
settle_broken(struct bulk_run *run, struct bulk_request *r, struct bulk_chunk *c, CURLcode code)
{
	const char *why = r->error[0] != '\0' ? r->error : curl_easy_strerror(code);
	char *said;

	bulk_node_failed(r->node, now_ms());
	bulk_account_retry(&run->account, 0, c->count);
	if (r->sent > 0)
		bulk_settle_unknown(run, c);
	remember(run, r->node->url, why);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM) {
		said = mem_format("%s: %s", r->node->url, why);
		bulk_settle_stop(run, ES_FAILED, said);
		free(said);
	} else if (run->opt->verbose)
		msg_info("%s: %s; %zu documents again", r->node->url, why, c->count);
	else if (!run->said_dead && bulk_nodes_next(run->nodes, now_ms()) == NULL) {
		run->said_dead = 1;
		msg_warn("%s: %s; no node can be reached, waiting", r->node->url, why);
	}
	c->tries++;
	bulk_retry_note(run, c, 0, 0, 0);
	/* Another node may take it at once; the same one is not asked before its time. */
	bulk_settle_queue(run, c, run->nodes->count > 1 && c->tries <= run->nodes->count ? 0 : bulk_retry_wait(c->tries));
}

static void
settle_later(struct bulk_run *run, struct bulk_request *r, struct bulk_chunk *c, long status, long retry_after)
{
	const int works = bulk_retry_works(run, c);

	bulk_account_retry(&run->account, status == 200 ? 0 : status, c->count);
	if (run->answer.verdict == VERDICT_UNKNOWN)
		bulk_settle_unknown(run, c);
	c->tries++;
	c->fails += (unsigned)works;
	bulk_retry_note(run, c, 0, status == 500, 1);
	if (c->count == 1 && works && bulk_retry_at_fault(run, c->fails)) {
		bulk_reject(run, c, 0, 500, "request refused", run->answer.why);
		forget(run, c);
		return;
	}
	/* One half may go: twice that is tried even when nothing else does. */
	if (c->count > 1 && (r->overlong || c->row == BULK_FAILS || c->row == 2 * BULK_FAILS || (works && c->row > BULK_FAILS))) {
		settle_halves(run, c, works ? 0 : bulk_retry_wait(c->tries));
		return;
	}
	remember(run, r->node->url, run->answer.why);
	fewer_requests(run);
	if (run->opt->verbose)
		msg_info("%s: %s; %zu documents again", r->node->url, run->answer.why, c->count);
	else if ((run->answer.blocked || status == 200) && !run->said_blocked) {
		run->said_blocked = 1;
		msg_warn("%s: waiting: %s", r->node->url, run->answer.why);
	}
	bulk_settle_queue(run, c, retry_after > 0 ? (uint64_t)retry_after * 1000 : bulk_retry_wait(c->tries));
}

void
bulk_settle(struct bulk_run *run, struct bulk_request *r, struct bulk_chunk *c, CURLcode code, long status,
    long retry_after)
{
	char *why;

	/* A server that refuses early closes while we still send: its answer counts if it came. */
	if (code != CURLE_OK && !r->overlong && !(status == 413 || status == 401 || status == 429)) {
		settle_broken(run, r, c, code);
		return;
	}
	if (r->sent > 1)
		bulk_settle_unknown(run, c);	/* one answer, but the server may have taken it before too */
	bulk_node_answered(r->node);
	run->said_dead = 0;
	bulk_answer_read(&run->answer, status, r->body, r->len, c);
	if (r->overlong && run->answer.verdict == VERDICT_UNKNOWN)
		snprintf(run->answer.why, sizeof run->answer.why, "HTTP %ld, and the answer is longer than %zu bytes", status, r->most);
	switch (run->answer.verdict) {
	case VERDICT_ITEMS:
		settle_items(run, c, retry_after);
		break;
	case VERDICT_AGAIN: case VERDICT_UNKNOWN:
		settle_later(run, r, c, status, retry_after);
		break;
	case VERDICT_SPLIT:
		/* A server that parses as it reads can have taken the part before the culprit. */
		if (c->count > 1)
			bulk_settle_unknown(run, c);
		settle_refused(run, c, 400);
		break;
	case VERDICT_SMALLER:
		settle_refused(run, c, 413);
		break;
	case VERDICT_TYPE:
		if (r->node->wants_type || r->access->doctype != NULL)
			settle_refused(run, c, 400);
		else {
			r->node->wants_type = 1;
			bulk_settle_queue(run, c, 0);
		}
		break;
	case VERDICT_STOP:
		why = mem_format("%s: %s%s%s", r->node->url, run->answer.why, r->error[0] != '\0' ? ": " : "", r->error);
		bulk_settle_stop(run, ES_FAILED, why);
		free(why);
		bulk_settle_queue(run, c, 0);
		break;
	}
}
