/* What is in a parsed text. */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static const jsmntok_t *
at(const struct json *j, size_t t)
{
	return j->tokens + t;
}

jsmntype_t
json_type(const struct json *j, size_t t)
{
	return at(j, t)->type;
}

size_t
json_size(const struct json *j, size_t t)
{
	return (size_t)at(j, t)->size;
}

const char *
json_raw(const struct json *j, size_t t, size_t *len)
{
	const jsmntok_t *k = at(j, t);

	*len = (size_t)(k->end - k->start);
	return j->text + k->start;
}

size_t
json_after(const struct json *j, size_t t)
{
	return at(j, t)->type == JSMN_OBJECT || at(j, t)->type == JSMN_ARRAY ? j->after[t] : t + 1;
}

static int
string_is(const char *s, size_t len, const char *want)
{
	const size_t n = strlen(want);
	char small[256], *buf = small;
	int same;

	if (memchr(s, '\\', len) == NULL)
		return len == n && memcmp(s, want, n) == 0;
	if (len > sizeof small)
		buf = mem_array(NULL, len, 1);
	same = json_unescape(buf, s, len) == n && memcmp(buf, want, n) == 0;
	if (buf != small)
		free(buf);
	return same;
}

int
json_is(const struct json *j, size_t t, const char *s)
{
	const char *raw;
	size_t len;

	raw = json_raw(j, t, &len);
	switch (json_type(j, t)) {
	case JSMN_STRING: return string_is(raw, len, s);
	case JSMN_PRIMITIVE: return len == strlen(s) && memcmp(raw, s, len) == 0;
	default: return 0;
	}
}

size_t
json_member(const struct json *j, size_t object, const char *name)
{
	size_t t, i, found = 0;

	if (object >= j->count || json_type(j, object) != JSMN_OBJECT)
		return 0;
	for (t = object + 1, i = json_size(j, object); i > 0; i--) {
		if (json_is(j, t, name))
			found = t + 1;
		t = json_after(j, t + 1);
	}
	return found;
}

static unsigned
hex4(const char *s)
{
	unsigned n = 0, i;

	for (i = 0; i < 4; i++) {
		const unsigned char c = (unsigned char)s[i];

		n = n << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return n;
}

static size_t
put_utf8(char *dst, unsigned c)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xc0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xe0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 0x3f));
		dst[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	dst[0] = (char)(0xf0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 0x3f));
	dst[2] = (char)(0x80 | (c >> 6 & 0x3f));
	dst[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t
json_unescape(char *dst, const char *src, size_t len)
{
	const char *end = src + len;
	char *out = dst;
	unsigned c, low;

	while (src < end) {
		if (*src != '\\') {
			*out++ = *src++;
			continue;
		}
		src += 2;
		switch (src[-1]) {
		case 'b': *out++ = '\b'; break;
		case 'f': *out++ = '\f'; break;
		case 'n': *out++ = '\n'; break;
		case 'r': *out++ = '\r'; break;
		case 't': *out++ = '\t'; break;
		case 'u':
			c = hex4(src);
			src += 4;
			if (c >= 0xd800 && c < 0xdc00 && end - src >= 6 && src[0] == '\\' && src[1] == 'u' &&
			    (low = hex4(src + 2)) >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
				src += 6;
			}
			out += put_utf8(out, c);
			break;
		default: *out++ = src[-1]; break;	/* \" \\ \/ */
		}
	}
	return (size_t)(out - dst);
}
