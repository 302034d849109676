#include "bulk_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* The string at token ${t}, unescaped and cut to ${size} with its terminator. */
static void
text(const struct json *j, size_t t, char *dst, size_t size)
{
	char *whole;
	const char *raw;
	size_t len;

	dst[0] = '\0';
	if (t == 0 || json_type(j, t) != JSMN_STRING)
		return;
	raw = json_raw(j, t, &len);
	whole = mem_array(NULL, len + 1, 1);
	len = json_unescape(whole, raw, len);
	if (len > size - 1)
		len = size - 1;
	memcpy(dst, whole, len);
	dst[len] = '\0';
	free(whole);
}

void
bulk_answer_error(const struct bulk_answer *a, size_t error, char *type, size_t type_size, char *reason,
    size_t reason_size)
{
	const struct json *j = &a->json;
	size_t cause;
	char more[512];

	type[0] = reason[0] = '\0';
	if (error == 0)
		return;
	if (json_type(j, error) != JSMN_OBJECT) {	/* proxies and old servers: just a string */
		text(j, error, reason, reason_size);
		return;
	}
	text(j, json_member(j, error, "type"), type, type_size);
	text(j, json_member(j, error, "reason"), reason, reason_size);
	cause = json_member(j, error, "caused_by");
	if (cause != 0) {
		text(j, json_member(j, cause, "reason"), more, sizeof more);
		if (more[0] != '\0' && strlen(reason) + 4 < reason_size)
			snprintf(reason + strlen(reason), reason_size - strlen(reason), ": %s", more);
	}
}

static int
error_is(const struct bulk_answer *a, size_t error, const char *type)
{
	const struct json *j = &a->json;
	const size_t t = error != 0 ? json_member(j, error, "type") : 0;

	return t != 0 && json_is(j, t, type);
}

/* The table of classes for an item; ${op} is the one that the server says it did. */
static enum bulk_fate
item_fate(const struct bulk_answer *a, unsigned status, size_t error, enum bulk_op op)
{
	if (status >= 200 && status < 300)
		return FATE_DONE;
	switch (status) {
	case 409:
		return op == BULK_CREATE ? FATE_DUPLICATE : FATE_REJECTED;
	case 429: case 500: case 502: case 503: case 504:
		return FATE_AGAIN;
	case 401:
		return FATE_STOP;
	case 403:
		/* The disk's flood stage, before Elasticsearch 7.7; it is 429 from there on. */
		if (error_is(a, error, "cluster_block_exception"))
			return FATE_AGAIN;
		return error_is(a, error, "security_exception") ? FATE_STOP : FATE_REJECTED;
	case 404:
		if (op == BULK_DELETE && (error == 0 || error_is(a, error, "index_not_found_exception")))
			return FATE_DONE;	/* it is not there, as asked */
		return error_is(a, error, "index_not_found_exception") ? FATE_STOP : FATE_REJECTED;
	default:
		return FATE_REJECTED;
	}
}

/* The table of classes for a whole request. */
static enum bulk_verdict
request_verdict(struct bulk_answer *a, long status, size_t error)
{
	switch (status) {
	case 400:
		return strstr(a->why, "type is missing") != NULL ? VERDICT_TYPE : VERDICT_SPLIT;
	case 413:
		return VERDICT_SMALLER;
	case 408: case 425: case 429: case 500: case 502: case 503: case 504:
		a->blocked = error_is(a, error, "cluster_block_exception");
		/* Behind a proxy that has lost its patience, or in an index before the one that failed, it may be. */
		return a->blocked || status == 425 || status == 429 ? VERDICT_AGAIN : VERDICT_UNKNOWN;
	case 403:
		a->blocked = error_is(a, error, "cluster_block_exception");
		return a->blocked ? VERDICT_AGAIN : VERDICT_STOP;
	default:
		return status >= 500 ? VERDICT_UNKNOWN : VERDICT_STOP;
	}
}

static int
number(const struct json *j, size_t t, unsigned *n)
{
	const char *raw;
	size_t len, i;

	if (t == 0 || json_type(j, t) != JSMN_PRIMITIVE)
		return -1;
	raw = json_raw(j, t, &len);
	if (len != 3)
		return -1;
	for (*n = 0, i = 0; i < len; i++) {
		if (raw[i] < '0' || raw[i] > '9')
			return -1;
		*n = *n * 10 + (unsigned)(raw[i] - '0');
	}
	return 0;
}

static size_t
items_token(const struct json *j)
{
	const size_t items = json_member(j, 0, "items");

	return items != 0 && json_type(j, items) == JSMN_ARRAY ? items : 0;
}

/* The operation of the answered item at ${t}, an object; -1 if it can't be the one that was ${asked} for. */
static int
answered_op(const struct json *j, size_t t, unsigned asked)
{
	if (json_is(j, t + 1, bulk_ops[asked]))
		return (int)asked;
	/* An index action with "op_type":"create" is answered as what it is. */
	return asked == BULK_INDEX && json_is(j, t + 1, bulk_ops[BULK_CREATE]) ? BULK_CREATE : -1;
}

/* Whether each item of ${c} is told of: {"OP":{"status":N,...}}, in order. */
static int
items_fit(const struct json *j, const struct bulk_chunk *c)
{
	size_t t = items_token(j), i;
	unsigned status;

	if (t == 0 || json_size(j, t) != c->count)
		return 0;
	for (i = 0, t++; i < c->count; i++, t = json_after(j, t)) {
		if (json_type(j, t) != JSMN_OBJECT || json_size(j, t) != 1 || json_type(j, t + 2) != JSMN_OBJECT)
			return 0;
		if (number(j, json_member(j, t + 2, "status"), &status) != 0 || answered_op(j, t, c->items[i].op) < 0)
			return 0;
	}
	return 1;
}

void
bulk_answer_read(struct bulk_answer *a, long status, const char *body, size_t len, const struct bulk_chunk *c)
{
	const int is_json = json_parse(&a->json, body, len) == 0;
	size_t error = 0;
	char type[128], reason[320];

	a->blocked = 0;
	a->count = 0;
	a->why[0] = '\0';
	if (status == 200) {
		if (is_json && items_fit(&a->json, c)) {
			a->verdict = VERDICT_ITEMS;
			a->count = c->count;
			return;
		}
		a->verdict = VERDICT_UNKNOWN;
		snprintf(a->why, sizeof a->why, "HTTP 200, but the answer is none to a bulk request");
		return;
	}
	if (is_json)
		error = json_member(&a->json, 0, "error");
	bulk_answer_error(a, error, type, sizeof type, reason, sizeof reason);
	snprintf(a->why, sizeof a->why, "HTTP %ld%s%s%s%s", status, type[0] != '\0' ? ", " : "", type,
	    reason[0] != '\0' ? ": " : "", reason);
	a->verdict = request_verdict(a, status, error);
}

void
bulk_answer_item(const struct bulk_answer *a, const struct bulk_chunk *c, size_t i, size_t *token,
    struct bulk_item_answer *item)
{
	const struct json *j = &a->json;

	if (*token == 0)
		*token = items_token(j) + 1;
	item->error = json_member(j, *token + 2, "error");
	(void)number(j, json_member(j, *token + 2, "status"), &item->status);
	item->fate = item_fate(a, item->status, item->error, (enum bulk_op)answered_op(j, *token, c->items[i].op));
	*token = json_after(j, *token);
}

void
bulk_answer_close(struct bulk_answer *a)
{
	json_free(&a->json);
}
