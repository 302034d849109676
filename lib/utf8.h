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

#endif
