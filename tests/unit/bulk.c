#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "bulk_account.h"
#include "bulk_answer.h"
#include "bulk_chunk.h"
#include "bulk_node.h"

static struct bulk_chunk *
chunk_of(size_t n, enum bulk_op op)
{
	struct bulk_chunk *c = bulk_chunk_new();
	char doc[64];
	size_t i;

	for (i = 0; i < n; i++) {
		const struct bulk_item item = { .line = 2 * i + 1, .op = (unsigned char)op };
		const int len = snprintf(doc, sizeof doc, "{\"n\":%zu}", i);

		bulk_chunk_add(c, &item, "{\"index\":{}}", 12, op == BULK_DELETE ? NULL : doc, (size_t)len);
	}
	return c;
}

/* What an item answered ${status}, with ${error} beside it, becomes. */
static enum bulk_fate
fate(unsigned status, const char *error, enum bulk_op op)
{
	struct bulk_chunk *c = chunk_of(1, op);
	struct bulk_answer a = { .count = 0 };
	struct bulk_item_answer item;
	char body[512];
	size_t token = 0;
	const int len = snprintf(body, sizeof body, "{\"took\":1,\"items\":[{\"%s\":{%s\"status\":%u}}]}", bulk_ops[op], error,
	    status);

	bulk_answer_read(&a, 200, body, (size_t)len, c);
	assert_int_equal(a.verdict, VERDICT_ITEMS);
	bulk_answer_item(&a, c, 0, &token, &item);
	assert_int_equal(item.status, status);
	bulk_answer_close(&a);
	bulk_chunk_free(c);
	return item.fate;
}

static void
fates(void **state)
{
	static const unsigned again[] = { 429, 500, 502, 503, 504 };
	const char *blocked = "\"error\":{\"type\":\"cluster_block_exception\",\"reason\":\"flood\"},";
	size_t i;

	(void)state;
	assert_int_equal(fate(200, "", BULK_INDEX), FATE_DONE);
	assert_int_equal(fate(201, "", BULK_CREATE), FATE_DONE);
	for (i = 0; i < sizeof again / sizeof *again; i++)
		assert_int_equal(fate(again[i], "", BULK_INDEX), FATE_AGAIN);
	assert_int_equal(fate(409, "", BULK_CREATE), FATE_DUPLICATE);
	assert_int_equal(fate(409, "", BULK_INDEX), FATE_REJECTED);
	assert_int_equal(fate(400, "", BULK_INDEX), FATE_REJECTED);
	assert_int_equal(fate(401, "", BULK_INDEX), FATE_STOP);
	assert_int_equal(fate(403, "", BULK_INDEX), FATE_REJECTED);
	assert_int_equal(fate(403, blocked, BULK_INDEX), FATE_AGAIN);
	assert_int_equal(fate(403, "\"error\":{\"type\":\"security_exception\"},", BULK_INDEX), FATE_STOP);
	assert_int_equal(fate(404, "", BULK_DELETE), FATE_DONE);
	assert_int_equal(fate(404, "\"error\":{\"type\":\"index_not_found_exception\"},", BULK_DELETE), FATE_DONE);
	assert_int_equal(fate(404, "\"error\":{\"type\":\"index_not_found_exception\"},", BULK_INDEX), FATE_STOP);
	assert_int_equal(fate(404, "\"error\":{\"type\":\"document_missing_exception\"},", BULK_UPDATE), FATE_REJECTED);
}

static enum bulk_verdict
verdict(long status, const char *body)
{
	struct bulk_chunk *c = chunk_of(2, BULK_INDEX);
	struct bulk_answer a = { .count = 0 };
	enum bulk_verdict v;

	bulk_answer_read(&a, status, body, strlen(body), c);
	v = a.verdict;
	bulk_answer_close(&a);
	bulk_chunk_free(c);
	return v;
}

static void
verdicts(void **state)
{
	(void)state;
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]}"), VERDICT_ITEMS);
	/* What does not tell of each item, in a form that can be read, tells of none. */
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":201}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":201}},{\"index\":{}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":\"201\"}},{\"index\":{\"status\":201}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":2010}},{\"index\":{\"status\":201}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[[],[]]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":\"a\"}},{\"index\":{\"status\":2x1}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":-21}},{\"index\":{\"status\":201}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":[{\"index\":{\"status\":201}},{\"delete\":{\"status\":200}}]}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "{\"items\":{}}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(408, ""), VERDICT_UNKNOWN);
	assert_int_equal(verdict(425, ""), VERDICT_AGAIN);
	assert_int_equal(verdict(503, "{\"error\":\"a proxy speaks\"}"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "[]"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, ""), VERDICT_UNKNOWN);
	assert_int_equal(verdict(200, "<html>"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(400, "{\"error\":{\"reason\":\"Malformed action\"}}"), VERDICT_SPLIT);
	assert_int_equal(verdict(400, "{\"error\":{\"reason\":\"Validation Failed: 1: type is missing;\"}}"), VERDICT_TYPE);
	assert_int_equal(verdict(413, ""), VERDICT_SMALLER);
	assert_int_equal(verdict(429, ""), VERDICT_AGAIN);
	assert_int_equal(verdict(503, "<html>"), VERDICT_UNKNOWN);
	assert_int_equal(verdict(599, ""), VERDICT_UNKNOWN);
	assert_int_equal(verdict(403, "{\"error\":{\"type\":\"cluster_block_exception\"}}"), VERDICT_AGAIN);
	assert_int_equal(verdict(403, ""), VERDICT_STOP);
	assert_int_equal(verdict(401, ""), VERDICT_STOP);
	assert_int_equal(verdict(404, ""), VERDICT_STOP);
	assert_int_equal(verdict(302, ""), VERDICT_STOP);
}

/* An index action with "op_type":"create" is answered as create, and is one. */
static void
op_type(void **state)
{
	const char *body = "{\"items\":[{\"create\":{\"status\":409}}]}";
	struct bulk_chunk *c = chunk_of(1, BULK_INDEX);
	struct bulk_answer a = { .count = 0 };
	struct bulk_item_answer item;
	size_t token = 0;

	(void)state;
	bulk_answer_read(&a, 200, body, strlen(body), c);
	assert_int_equal(a.verdict, VERDICT_ITEMS);
	bulk_answer_item(&a, c, 0, &token, &item);
	assert_int_equal(item.fate, FATE_DUPLICATE);
	bulk_answer_close(&a);
	bulk_chunk_free(c);
}

static void
errors(void **state)
{
	const char *body = "{\"error\":{\"type\":\"t\",\"reason\":\"a\\u0062\\nc\",\"caused_by\":{\"reason\":\"deep\"}}}";
	struct bulk_chunk *c = chunk_of(1, BULK_INDEX);
	struct bulk_answer a = { .count = 0 };
	char type[4], reason[64];

	(void)state;
	bulk_answer_read(&a, 400, body, strlen(body), c);
	assert_non_null(strstr(a.why, "HTTP 400, t: ab\nc: deep"));
	bulk_answer_error(&a, json_member(&a.json, 0, "error"), type, sizeof type, reason, 4);
	assert_string_equal(type, "t");
	assert_string_equal(reason, "ab\n");	/* cut to fit */
	bulk_answer_close(&a);
	bulk_chunk_free(c);
}

static void
chunks(void **state)
{
	struct bulk_chunk *c = chunk_of(10, BULK_INDEX), *second;
	const unsigned char keep[5] = { 1, 0, 0, 1, 0 };

	(void)state;
	second = bulk_chunk_split(c, bulk_chunk_middle(c));
	assert_int_equal(c->count, 5);
	assert_int_equal(second->count, 5);
	assert_int_equal(second->items[0].line, 11);
	assert_memory_equal(second->data, "{\"index\":{}}\n{\"n\":5}\n", 21);
	bulk_chunk_keep(c, keep);
	assert_int_equal(c->count, 2);
	assert_int_equal(c->len, 42);
	assert_memory_equal(c->data, "{\"index\":{}}\n{\"n\":0}\n{\"index\":{}}\n{\"n\":3}\n", 42);
	bulk_chunk_free(second);
	bulk_chunk_free(c);
	c = chunk_of(2, BULK_INDEX);
	assert_int_equal(bulk_chunk_middle(c), 1);
	bulk_chunk_free(c);
	/* A spare chunk comes back empty. */
	bulk_chunk_spares(1 << 20);
	bulk_chunk_free(chunk_of(3, BULK_INDEX));
	c = bulk_chunk_new();
	assert_int_equal(c->count, 0);
	assert_int_equal(c->len, 0);
	assert_true(c->room > 0);
	bulk_chunk_free(c);
	bulk_chunk_spares(0);
}

/* The URL that ${words} come to, or what is wrong. */
static void
node_is(const char *words, const char *wanted)
{
	struct bulk_nodes nodes = { .list = NULL };
	char *wrong = bulk_nodes_add(&nodes, words);

	if (wanted == NULL)
		assert_non_null(wrong);
	else {
		assert_null(wrong);
		assert_string_equal(nodes.list[nodes.count - 1].url, wanted);
	}
	free(wrong);
	bulk_nodes_free(&nodes);
}

static void
nodes(void **state)
{
	(void)state;
	node_is("es1", "http://es1:9200");
	node_is("es1:80", "http://es1:80");
	node_is("[::1]", "http://[::1]:9200");
	node_is("[2001:db8::1]:9201", "http://[2001:db8::1]:9201");
	node_is("https://es1", "https://es1:443");
	node_is("https://u:p%40@es1:9243/a/b//", "https://es1:9243/a/b");
	node_is("es1,es2:1", "http://es2:1");
	node_is("http://es1/?pretty#x", "http://es1:9200");
	node_is("", NULL);
	node_is("a,,b", NULL);
	node_is("es1:x", NULL);
	node_is("es1:65536", NULL);
	node_is("ftp://es1", NULL);
	node_is("::1", NULL);
	node_is("http://", NULL);
	node_is(" es1 , es2 ", "http://es2:9200");
	node_is("es1/", "http://es1:9200");
	node_is("https://es1:443", "https://es1:443");
}

/* The URL that the Cloud ID of ${text} comes to; NULL: it is none. */
static void
cloud_is(const char *text, const char *wanted)
{
	struct bulk_nodes all = { .list = NULL };
	char coded[256] = "name:", *wrong;

	sodium_bin2base64(coded + 5, sizeof coded - 5, (const unsigned char *)text, strlen(text), sodium_base64_VARIANT_ORIGINAL);
	wrong = bulk_nodes_add_cloud(&all, coded);
	assert_int_equal(wrong == NULL, wanted != NULL);
	if (wanted != NULL)
		assert_string_equal(all.list[0].url, wanted);
	free(wrong);
	bulk_nodes_free(&all);
}

static void
clouds(void **state)
{
	(void)state;
	cloud_is("example.com$es$kibana", "https://es.example.com:443");
	cloud_is("example.com$es", "https://es.example.com:443");
	cloud_is("example.com:9243$es$kibana", "https://es.example.com:9243");
	cloud_is("example.com:9243$es:9244$kibana:9245", "https://es.example.com:9244");
	cloud_is("example.com$es:x", NULL);
	cloud_is("example.com", NULL);
	cloud_is("$es", NULL);
	cloud_is("example.com$", NULL);
	cloud_is("example.com$$kibana", NULL);
	cloud_is("example.com/a$es", NULL);
}

static void
account(void **state)
{
	static const long statuses[RETRY_KINDS] = { 0, 429, 500, 502, 503, 504, 507 };
	struct bulk_account a = { .documents = 12, .indexed = 5, .duplicate = 1, .rejected = 2, .left = 4 };
	char line[256];
	int i;

	(void)state;
	bulk_account_line(&a, line, sizeof line);
	assert_string_equal(line, "12 documents: 5 indexed, 1 duplicate, 2 rejected, 4 left");
	a.unknown = 3;
	a.bad = 7;
	bulk_account_line(&a, line, sizeof line);
	assert_string_equal(line, "12 documents: 5 indexed, 1 duplicate, 2 rejected, 4 left (3 without _id may be there twice);"
	    " 7 bad lines passed over");
	bulk_account_line(&a, line, 20);
	assert_string_equal(line, "12 documents: 5 ind");
	for (i = 0; i < RETRY_KINDS; i++) {
		bulk_account_retry(&a, statuses[i], (uint64_t)i + 1);
		assert_int_equal(a.retried[i], i + 1);
	}
}

static void
turns(void **state)
{
	struct bulk_nodes all = { .list = NULL };
	struct bulk_node *a, *b;
	uint64_t now = 1000;

	(void)state;
	assert_null(bulk_nodes_add(&all, "a,b"));
	a = bulk_nodes_next(&all, now);
	b = bulk_nodes_next(&all, now);
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(bulk_nodes_next(&all, now), a);
	a->in_flight = 1;
	assert_ptr_equal(bulk_nodes_next(&all, now), b);	/* the one with less to do */
	bulk_node_failed(b, now);
	assert_ptr_equal(bulk_nodes_next(&all, now), a);
	bulk_node_failed(a, now);
	assert_null(bulk_nodes_next(&all, now));
	assert_int_equal(bulk_nodes_wake(&all), 2000);
	assert_non_null(bulk_nodes_next(&all, 2000));
	bulk_node_failed(a, 2000);
	assert_int_equal(a->dead_until, 4000);	/* twice as long */
	bulk_node_answered(a);
	assert_int_equal(bulk_nodes_wake(&all), 0);
	bulk_nodes_free(&all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fates), cmocka_unit_test(verdicts), cmocka_unit_test(op_type), cmocka_unit_test(errors),
		cmocka_unit_test(chunks), cmocka_unit_test(nodes), cmocka_unit_test(clouds), cmocka_unit_test(turns), cmocka_unit_test(account),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
