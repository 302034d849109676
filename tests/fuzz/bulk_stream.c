/*
 * libFuzzer: a bulk stream as it is read, in pieces of any length.  The first byte is the length of a piece, the second the
 * longest line.  The pieces must not matter, and what is in the chunk must be a bulk stream of just these items.
 */
#include <unistd.h>

static ssize_t fuzz_read(int fd, void *buf, size_t room);

#define read fuzz_read
#include "../../lib/line.c"
#undef read
#include "bulk_stream.h"
#include "msg.h"

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

static struct { const char *data; size_t len, piece; } input;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t
fuzz_read(int fd, void *buf, size_t room)
{
	size_t n = input.len < input.piece ? input.len : input.piece;

	(void)fd;
	n = n < room ? n : room;
	memcpy(buf, input.data, n);
	input.data += n;
	input.len -= n;
	return (ssize_t)n;
}

/* All items of ${data} in a new chunk, and in *bad how many lines were none, with their numbers added up in *lines. */
static struct bulk_chunk *
read_all(const char *data, size_t len, size_t piece, size_t max_line, size_t *bad, uint64_t *lines)
{
	struct bulk_chunk *c = bulk_chunk_new();
	struct bulk_stream s;
	enum bulk_result what;
	const char *why;

	input.data = data;
	input.len = len;
	input.piece = piece;
	bulk_stream_open(&s, -1, max_line);
	for (*bad = 0, *lines = 0;;) {
		while ((what = bulk_stream_next(&s, c, &why)) != BULK_NONE) {
			if (what == BULK_ITEM)
				continue;
			REQUIRE(why != NULL && *why != '\0');
			*lines += s.in.number;
			++*bad;
		}
		if (s.in.eof)
			break;
		line_read(&s.in, s.fd);
	}
	REQUIRE(input.len == 0 && s.in.bytes == len);
	bulk_stream_close(&s);
	return c;
}

/* Both hold the same items; with ${exact} from the same lines and of the same bytes. */
static void
compare(const struct bulk_chunk *a, const struct bulk_chunk *b, int exact)
{
	size_t i, at = 0;

	REQUIRE(a->count == b->count);
	REQUIRE(!exact || (a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0)));
	for (i = 0; i < a->count; at += a->items[i++].len) {
		REQUIRE(a->items[i].at == at && a->items[i].len > 0 && a->data[at + a->items[i].len - 1] == '\n');
		REQUIRE(a->items[i].op == b->items[i].op && a->items[i].has_id == b->items[i].has_id);
		REQUIRE(!exact || (a->items[i].line == b->items[i].line && a->items[i].len == b->items[i].len));
	}
	REQUIRE(at == a->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	struct bulk_chunk *pieces, *whole, *again;
	size_t bad, bad_whole;
	uint64_t lines, lines_whole;

	if (size < 2)
		return 0;
	pieces = read_all(text, size - 2, data[0] + 1U, data[1] + 1U, &bad, &lines);
	whole = read_all(text, size - 2, size, data[1] + 1U, &bad_whole, &lines_whole);
	compare(pieces, whole, 1);
	REQUIRE(bad == bad_whole && lines == lines_whole);
	/* One carriage return is taken from each line's end, so of two one is left for the next time. */
	again = read_all(whole->count > 0 ? whole->data : "", whole->len, size, data[1] + 1U, &bad, &lines);
	REQUIRE(bad == 0);
	compare(again, whole, 0);
	bulk_chunk_free(pieces);
	bulk_chunk_free(whole);
	bulk_chunk_free(again);
	return 0;
}
