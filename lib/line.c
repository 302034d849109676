#include "line.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

enum { BLOCK = 256 * 1024 };

void
line_open(struct line_reader *r, size_t ceiling)
{
	memset(r, 0, sizeof *r);
	r->ceiling = ceiling;
	r->size = BLOCK;
	r->buf = mem_array(NULL, r->size, 1);
}

/* Make room for one more read: move what is left to the front, and grow only when that is not enough. */
static void
make_room(struct line_reader *r)
{
	if (r->start > 0) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->scanned -= r->start;
		r->end -= r->start;
		r->start = 0;
	}
	/* One byte is always kept free behind the last line, which may have no newline there. */
	if (r->size - r->end - 1 < BLOCK / 4) {
		r->size = r->size * 2;
		r->buf = mem_array(r->buf, r->size, 1);
	}
}

ssize_t
line_read(struct line_reader *r, int fd)
{
	size_t room;
	ssize_t n;

	make_room(r);
	/* What is behind a long line is left for the next time: memory that is not written to costs nothing. */
	room = r->size - r->end - 1;
	n = read(fd, r->buf + r->end, room < BLOCK ? room : BLOCK);
	if (n == 0)
		r->eof = 1;
	if (n > 0) {
		r->end += (size_t)n;
		r->bytes += (uint64_t)n;
	}
	return n;
}

/* The line at start, ${len} bytes of it, followed by ${newline} (0 or 1) bytes, is given out. */
static void
pass(struct line_reader *r, size_t len, size_t newline)
{
	r->start += len + newline;
	r->scanned = r->start;
	r->number++;
}

enum line_result
line_next(struct line_reader *r, char **line, size_t *len)
{
	char *nl;
	size_t n;

	for (;;) {
		nl = memchr(r->buf + r->scanned, '\n', r->end - r->scanned);
		r->scanned = nl != NULL ? (size_t)(nl - r->buf) : r->end;
		n = r->scanned - r->start;
		if (r->skipping) {
			/* The long line was given out when it passed the ceiling. */
			r->start = r->scanned = nl != NULL ? r->scanned + 1 : r->end;
			if (nl == NULL)
				return LINE_NONE;
			r->skipping = 0;
			continue;
		}
		*line = r->buf + r->start;
		if (n > r->ceiling) {
			*len = r->ceiling < 256 ? r->ceiling : 256;
			pass(r, n, nl != NULL);
			r->skipping = nl == NULL;
			return LINE_LONG;
		}
		if (nl == NULL && (!r->eof || n == 0))
			return LINE_NONE;
		*len = n;
		pass(r, n, nl != NULL);
		if (r->number == 1 && n >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
			*line += 3;
			*len -= 3;
		}
		return LINE_HERE;
	}
}

int
line_is_blank(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r' || line[i] == '\n'); i++)
		continue;
	return i == len;
}

void
line_close(struct line_reader *r)
{
	free(r->buf);
	memset(r, 0, sizeof *r);
}
