#include "bulk_chunk.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

const char *const bulk_ops[BULK_OPS] = { "index", "create", "update", "delete" };

/* Freed chunks are used again with their memory: from malloc(3) anew, chunk by chunk, the heap would be half holes. */
enum { SPARES = 16 };
static struct bulk_chunk *spares[SPARES];
static size_t spare_count, spare_room;

void
bulk_chunk_spares(size_t room)
{
	spare_room = room;
	while (room == 0 && spare_count > 0)
		bulk_chunk_free(spares[--spare_count]);
}

struct bulk_chunk *
bulk_chunk_new(void)
{
	struct bulk_chunk *c;

	if (spare_count == 0)
		return mem_zero(1, sizeof *c);
	c = spares[--spare_count];
	*c = (struct bulk_chunk){ .data = c->data, .room = c->room, .items = c->items, .items_room = c->items_room };
	return c;
}

void
bulk_chunk_free(struct bulk_chunk *c)
{
	if (c == NULL)
		return;
	free(c->spooled);
	c->spooled = NULL;
	if (spare_room > 0 && c->room <= spare_room && spare_count < SPARES) {
		spares[spare_count++] = c;
		return;
	}
	free(c->data);
	free(c->items);
	free(c);
}

static void
make_room(struct bulk_chunk *c, size_t len)
{
	if (c->room - c->len < len) {
		c->room = c->len + len > 2 * c->room ? c->len + len : 2 * c->room;
		c->data = mem_array(c->data, c->room, 1);
	}
	if (c->count == c->items_room) {
		c->items_room = c->items_room > 0 ? 2 * c->items_room : 64;
		c->items = mem_array(c->items, c->items_room, sizeof *c->items);
	}
}

static void
put_line(struct bulk_chunk *c, const char *line, size_t len)
{
	memcpy(c->data + c->len, line, len);
	c->len += len;
	c->data[c->len++] = '\n';
}

void
bulk_chunk_add(struct bulk_chunk *c, const struct bulk_item *item, const char *action, size_t action_len,
    const char *doc, size_t doc_len)
{
	const size_t len = action_len + 1 + (doc != NULL ? doc_len + 1 : 0);

	make_room(c, len);
	c->items[c->count] = *item;
	c->items[c->count].at = c->len;
	c->items[c->count].len = len;
	c->count++;
	put_line(c, action, action_len);
	if (doc != NULL)
		put_line(c, doc, doc_len);
}

void
bulk_chunk_keep(struct bulk_chunk *c, const unsigned char *keep)
{
	size_t i, n = 0, len = 0;

	for (i = 0; i < c->count; i++) {
		struct bulk_item item = c->items[i];

		if (!keep[i])
			continue;
		memmove(c->data + len, c->data + item.at, item.len);
		item.at = len;
		len += item.len;
		c->items[n++] = item;
	}
	c->count = n;
	c->len = len;
}

size_t
bulk_chunk_middle(const struct bulk_chunk *c)
{
	size_t from = 1;

	while (from + 1 < c->count && c->items[from].at < c->len / 2)
		from++;
	return from;
}

struct bulk_chunk *
bulk_chunk_split(struct bulk_chunk *c, size_t from)
{
	struct bulk_chunk *second = bulk_chunk_new();
	size_t i;

	for (i = from; i < c->count; i++) {
		const struct bulk_item *item = &c->items[i];

		make_room(second, item->len);
		second->items[second->count] = *item;
		second->items[second->count++].at = second->len;
		memcpy(second->data + second->len, c->data + item->at, item->len);
		second->len += item->len;
	}
	second->since = c->since;
	second->row = c->row;
	second->failed_at = c->failed_at;
	second->failing_since = c->failing_since;
	c->len = c->items[from].at;
	c->count = from;
	return second;
}
