#include <sys/random.h>
#include <time.h>

#include "bulk_run.h"

enum { BACKOFF_FIRST_MS = 400, BACKOFF_LONGEST_MS = 30000 };

uint64_t
bulk_retry_wait(unsigned tries)
{
	uint64_t most = BACKOFF_FIRST_MS, random;

	while (tries-- > 1 && most < BACKOFF_LONGEST_MS)
		most *= 2;
	if (most > BACKOFF_LONGEST_MS)
		most = BACKOFF_LONGEST_MS;
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint64_t)clock();
	return random % (most + 1);
}

int
bulk_retry_works(const struct bulk_run *run, const struct bulk_chunk *c)
{
	return run->delivered >= c->failed_at;
}

int
bulk_retry_at_fault(const struct bulk_run *run, unsigned fails)
{
	return fails >= BULK_FAILS * run->nodes->count;	/* each of them may be the one that fails */
}

enum bulk_fate
bulk_retry_fate(const struct bulk_run *run, const struct bulk_chunk *c, size_t i, const struct bulk_item_answer *item)
{
	unsigned *fails = &c->items[i].fails;

	if (item->fate != FATE_AGAIN || item->status != 500)
		*fails = 0;
	else if (bulk_retry_works(run, c))
		++*fails;
	return bulk_retry_at_fault(run, *fails) ? FATE_REJECTED : item->fate;
}

void
bulk_retry_note(const struct bulk_run *run, struct bulk_chunk *c, int took, int failed, int whole)
{
	/* As the number that run->delivered has when something more was taken, be it in this answer. */
	const uint64_t now = run->delivered + !took;

	c->failed_at = now;
	if (!failed)
		c->failing_since = 0;
	else if (c->failing_since == 0)
		c->failing_since = now;
	if (!failed || !whole)
		c->row = c->fails = 0;
	else
		c->row++;
}

int
bulk_retry_took_others(const struct bulk_run *run, const struct bulk_chunk *c)
{
	return c->failing_since > 0 && run->delivered >= c->failing_since;
}
