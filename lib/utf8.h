/* UTF-8 by RFC 3629. */
#ifndef ESPCAP_UTF8_H
#define ESPCAP_UTF8_H

#include <stddef.h>

/**
 * utf8_sequence(s, len):
 * The length (1 to 4) of the well-formed UTF-8 sequence at the start of the ${len} bytes at ${s}; 0 if there is none
 * (${len} is 0, a stray or missing continuation byte, an overlong form, a surrogate, above U+10FFFF).
 */
size_t utf8_sequence(const char *s, size_t len);

/**
 * utf8_valid(s, len):
 * How many of the ${len} bytes at ${s}, from the first, are well-formed: ${len} if all are.
 */
size_t utf8_valid(const char *s, size_t len);

/* What utf8_scan() finds. */
enum {
	UTF8_HIGH = 1,		/* bytes above 0x7f; without them all is well-formed */
	UTF8_CONTROL = 2,	/* bytes below 0x20 */
	UTF8_BACKSLASH = 4,
};

/**
 * utf8_scan(s, len):
 * Which of these are among the ${len} bytes at ${s}, in one quick pass.
 */
int utf8_scan(const char *s, size_t len);

/**
 * utf8_mend(dst, src, len):
 * Copy the ${len} bytes at ${src} to ${dst} (room for 3 x ${len}), each maximal subpart of an ill-formed sequence replaced by one
 * U+FFFD (Unicode 15, section 3.9, as browsers and Python's "replace" do).  Return the length written.
 */
size_t utf8_mend(char *dst, const char *src, size_t len);

#endif
