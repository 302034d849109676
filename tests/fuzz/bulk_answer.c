/*
 * libFuzzer: a server's answer to a _bulk request.  The first byte chooses the HTTP status, the second how many items were
 * sent, the third which actions.  An item counts as done only if the answer says so of just this item.
 */
#include "bulk_answer.h"

#include <stdlib.h>
#include <string.h>

#include "msg.h"

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_item(const struct bulk_answer *a, const struct bulk_item_answer *item, unsigned op)
{
	char type[16], reason[32];

	REQUIRE(item->status < 1000);
	if (item->fate == FATE_DONE)
		REQUIRE(item->status / 100 == 2 || (item->status == 404 && op == BULK_DELETE));
	else
		REQUIRE(item->status / 100 != 2);
	REQUIRE(item->fate != FATE_DUPLICATE || (item->status == 409 && (op == BULK_CREATE || op == BULK_INDEX)));
	REQUIRE(item->error < a->json.count);
	bulk_answer_error(a, item->error, type, sizeof type, reason, sizeof reason);
	REQUIRE(strlen(type) < sizeof type && strlen(reason) < sizeof reason);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const long statuses[] = { 200, 201, 0, 302, 400, 401, 403, 404, 413, 429, 500, 503 };
	static struct bulk_answer a;
	struct bulk_chunk *c;
	struct bulk_item_answer item;
	size_t i, token = 0;
	long status;

	if (size < 3)
		return 0;
	status = statuses[data[0] % (sizeof statuses / sizeof *statuses)];
	c = bulk_chunk_new();
	for (i = 0; i < data[1] % 8U; i++)
		bulk_chunk_add(c, &(struct bulk_item){ .op = (data[2] >> i) & 3 }, "{}", 2, "{}", 2);
	bulk_answer_read(&a, status, (const char *)data + 3, size - 3, c);
	REQUIRE((a.verdict == VERDICT_ITEMS) == (a.why[0] == '\0'));
	REQUIRE(a.verdict != VERDICT_ITEMS || (status == 200 && a.count == c->count));
	REQUIRE(a.verdict == VERDICT_ITEMS || a.count == 0);
	REQUIRE(a.verdict != VERDICT_UNKNOWN || status == 200 || status == 408 || status >= 500);
	REQUIRE(strlen(a.why) < sizeof a.why);
	for (i = 0; i < a.count; i++) {
		bulk_answer_item(&a, c, i, &token, &item);
		REQUIRE(token <= a.json.count);
		check_item(&a, &item, c->items[i].op);
	}
	bulk_chunk_free(c);
	return 0;
}
