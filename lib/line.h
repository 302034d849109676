/* Lines from a descriptor, of any length up to a ceiling, read in large blocks. */
#ifndef ESPCAP_LINE_H
#define ESPCAP_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct line_reader {
	char *buf;		/* what was read and not yet given out is at start to end */
	size_t size, start, end;
	size_t scanned;		/* no newline from start to here */
	size_t ceiling;		/* longest line kept, in bytes */
	uint64_t number;	/* of the line given out last, from 1 */
	uint64_t bytes;		/* read in all */
	int skipping;		/* inside a line over the ceiling */
	int eof;
};

enum line_result {
	LINE_NONE,	/* no whole line is here: read more, or the input has ended */
	LINE_HERE,	/* *line, *len: a line without its newline; the first one without a byte order mark */
	LINE_LONG,	/* a line over the ceiling was passed over; *line, *len: its first bytes */
};

/**
 * line_open(r, ceiling):
 * Start a reader of lines of up to ${ceiling} bytes.  Memory: a 256 KiB block or, if longer, twice the longest line
 * seen, never more than 2 x (${ceiling} + 256 KiB).
 */
void line_open(struct line_reader *r, size_t ceiling);

/**
 * line_read(r, fd):
 * Do one read(2).  Return the bytes read; 0 at the end of the input, when a last line without newline becomes whole;
 * -1 with errno (EINTR and EAGAIN too: nothing is lost, call again).  Moves the buffer: lines given out before are gone.
 */
ssize_t line_read(struct line_reader *r, int fd);

/**
 * line_next(r, line, len):
 * Give out the next whole line, which stays until line_read() and may be changed in place, the byte after it
 * (the newline's place) included.
 */
enum line_result line_next(struct line_reader *r, char **line, size_t *len);

/**
 * line_is_blank(line, len):
 * Whether it has nothing but white space: esreshape passes over such a line, and escapture does not count it.
 */
int line_is_blank(const char *line, size_t len);

/**
 * line_close(r):
 * Free what the reader holds.
 */
void line_close(struct line_reader *r);

#endif
