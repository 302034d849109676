#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* The second byte's bounds after the lead byte ${c}: Unicode 15, table 3-7.  Return the sequence's length; 0: no lead. */
static size_t
lead(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	switch (c) {
	case 0xe0: *low = 0xa0; break;	/* overlong */
	case 0xed: *high = 0x9f; break;	/* surrogates */
	case 0xf0: *low = 0x90; break;	/* overlong */
	case 0xf4: *high = 0x8f; break;	/* above U+10FFFF */
	default: break;
	}
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* How many bytes of a sequence start well at ${s}: all ${*want} of it, or its maximal subpart (at least 1). */
static size_t
good_part(const char *s, size_t len, size_t *want)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low, high;
	size_t i;

	*want = lead(u[0], &low, &high);
	for (i = 1; i < *want && i < len && u[i] >= low && u[i] <= high; i++) {
		low = 0x80;
		high = 0xbf;
	}
	return i;
}

size_t
utf8_sequence(const char *s, size_t len)
{
	size_t want;

	return len > 0 && good_part(s, len, &want) == want ? want : 0;
}

size_t
utf8_valid(const char *s, size_t len)
{
	size_t i = 0, n;
	uint64_t w[4];

	for (;;) {
		for (; len - i >= sizeof w; i += sizeof w) {
			memcpy(w, s + i, sizeof w);
			if (((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080)) != 0)
				break;
		}
		while (i < len && (unsigned char)s[i] < 0x80)
			i++;
		if (i == len)
			return len;
		n = utf8_sequence(s + i, len - i);
		if (n == 0)
			return i;
		i += n;
	}
}

/* In each byte the top bit is set if the byte of ${w} is zero; above one that is, another may be set too. */
static inline uint64_t
zero_bytes(uint64_t w)
{
	return (w - UINT64_C(0x0101010101010101)) & ~w;
}

int
utf8_scan(const char *s, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = 0x80 * ones;
	uint64_t w, high = 0, low = 0, backslash = 0;
	size_t i;

	for (i = 0; len - i >= sizeof w; i += sizeof w) {
		memcpy(&w, s + i, sizeof w);
		high |= w;
		low |= (w - 0x20 * ones) & ~w;	/* as zero_bytes(), of those below 0x20 */
		backslash |= zero_bytes(w ^ '\\' * ones);
	}
	for (; i < len; i++) {
		w = (unsigned char)s[i];
		high |= w;
		low |= w < 0x20 ? tops : 0;
		backslash |= w == '\\' ? tops : 0;
	}
	return ((high & tops) != 0 ? UTF8_HIGH : 0) | ((low & tops) != 0 ? UTF8_CONTROL : 0) |
	    ((backslash & tops) != 0 ? UTF8_BACKSLASH : 0);
}

size_t
utf8_mend(char *dst, const char *src, size_t len)
{
	char *out = dst;
	size_t i = 0, n, want;

	while (i < len) {
		n = utf8_valid(src + i, len - i);
		memcpy(out, src + i, n);
		out += n;
		i += n;
		if (i == len)
			break;
		i += good_part(src + i, len - i, &want);
		memcpy(out, "\xef\xbf\xbd", 3);
		out += 3;
	}
	return (size_t)(out - dst);
}
