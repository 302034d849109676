#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS	/* without them jsmn is quadratic in the tokens of one object */
#include <jsmn.h>

#include "json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

enum {
	FIRST_ROOM = 1024,
	/* jsmn gets so many tokens at a time.  To close a container it climbs from the last token through all the
	 * containers that this one closed, so deep nesting costs it the square of the depth: look in between. */
	STEP = 2048,
};

/* What may stand next, in the grammar of RFC 8259. */
enum want { FIRST, NAME, COLON, VALUE, AFTER };

static const jsmntok_t *
token(const struct json *j, size_t t)
{
	return j->tokens + t;
}

static int
bad(struct json *j, size_t where, const char *why)
{
	j->where = where;
	j->why = why;
	j->count = 0;
	return -1;
}

/* Whether jsmn is inside more levels than JSON_DEPTH. */
static int
too_deep(const jsmn_parser *p, const jsmntok_t *t)
{
	int depth = 0, at;

	for (at = p->toksuper; at != -1 && depth <= 2 * JSON_DEPTH; at = t[at].parent)
		depth++;	/* a member's name counts too */
	return depth > 2 * JSON_DEPTH;
}

static int
tokenize(struct json *j, const char *text, size_t len)
{
	jsmn_parser p;
	size_t limit;
	int n;

	jsmn_init(&p);
	for (;;) {
		limit = p.toknext + STEP;
		if (limit > j->room) {
			j->room = j->room > 0 ? 2 * j->room : FIRST_ROOM + STEP;
			j->tokens = mem_array(j->tokens, j->room, sizeof(jsmntok_t));
		}
		n = jsmn_parse(&p, text, len, j->tokens, (unsigned)limit);
		if (n != JSMN_ERROR_NOMEM)
			break;
		if (too_deep(&p, j->tokens))
			return bad(j, p.pos, "nested too deep");
	}
	if (n == JSMN_ERROR_PART)
		return bad(j, len, "ends too early");
	if (n < 0)
		return bad(j, p.pos, "not JSON");
	if (p.pos < len)
		return bad(j, p.pos, "NUL byte");
	if (n == 0)
		return bad(j, 0, "empty");
	j->count = (size_t)n;
	return 0;
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 8259, section 6. */
static int
is_number(const char *s, const char *end)
{
	if (s < end && *s == '-')
		s++;
	if (s == end || !is_digit(*s))
		return 0;
	if (*s == '0')
		s++;
	else
		while (s < end && is_digit(*s))
			s++;
	if (s < end && *s == '.') {
		if (++s == end || !is_digit(*s))
			return 0;
		while (s < end && is_digit(*s))
			s++;
	}
	if (s < end && (*s == 'e' || *s == 'E')) {
		if (++s < end && (*s == '+' || *s == '-'))
			s++;
		if (s == end || !is_digit(*s))
			return 0;
		while (s < end && is_digit(*s))
			s++;
	}
	return s == end;
}

static int
is_primitive(const char *s, size_t n)
{
	return (n == 4 && memcmp(s, "true", 4) == 0) || (n == 5 && memcmp(s, "false", 5) == 0) ||
	    (n == 4 && memcmp(s, "null", 4) == 0) || is_number(s, s + n);
}

static int
has_control(const char *s, size_t n)
{
	unsigned char found = 0;
	size_t i;

	for (i = 0; i < n; i++)
		found |= (unsigned char)s[i] < 0x20;
	return found;
}

/* Walk what stands between the tokens: jsmn takes any mix of white space, commas and colons there. */
static int
check(struct json *j, const char *text, size_t len)
{
	char kind[JSON_DEPTH];	/* '{' or '[', of the containers open here */
	size_t depth = 0, pos = 0, t, stop;
	const int controls = has_control(text, len);
	enum want want = VALUE;

	for (t = 0; t <= j->count; t++) {
		const jsmntok_t *k = t < j->count ? token(j, t) : NULL;

		stop = k == NULL ? len : (size_t)k->start - (k->type == JSMN_STRING);
		for (; pos < stop; pos++) {
			switch (text[pos]) {
			case ' ': case '\t': case '\r': case '\n':
				continue;
			case ',':
				if (want != AFTER || depth == 0)
					return bad(j, pos, "comma out of place");
				want = kind[depth - 1] == '{' ? NAME : VALUE;
				continue;
			case ':':
				if (want != COLON)
					return bad(j, pos, "colon out of place");
				want = VALUE;
				continue;
			case ']': case '}':
				if (depth == 0 || (want != AFTER && want != FIRST) || kind[depth - 1] != text[pos] - 2)
					return bad(j, pos, "bracket out of place");
				depth--;
				want = AFTER;
				continue;
			default:
				return bad(j, pos, "not JSON");
			}
		}
		if (k == NULL)
			break;
		if (want == COLON)
			return bad(j, pos, "no colon after a name");
		if (want == AFTER)
			return bad(j, pos, depth == 0 ? "more behind the end" : "no comma before this");
		if (want == NAME || (want == FIRST && kind[depth - 1] == '{')) {
			if (k->type != JSMN_STRING)
				return bad(j, pos, "a name is no string");
			want = COLON;
		} else
			want = AFTER;
		pos = (size_t)k->end;
		switch (k->type) {
		case JSMN_STRING:
			if (controls && has_control(text + k->start, (size_t)(k->end - k->start)))
				return bad(j, (size_t)k->start, "control byte in a string");
			pos++;
			break;
		case JSMN_OBJECT: case JSMN_ARRAY:
			if (depth == JSON_DEPTH)
				return bad(j, (size_t)k->start, "nested too deep");
			kind[depth++] = text[k->start];
			pos = (size_t)k->start + 1;
			want = FIRST;
			break;
		default:
			if (!is_primitive(text + k->start, (size_t)(k->end - k->start)))
				return bad(j, (size_t)k->start, "neither a number nor true, false or null");
		}
	}
	return want == AFTER && depth == 0 ? 0 : bad(j, len, "ends too early");
}

/* jsmn, when strict, wants something behind a primitive; one that is the whole text has nothing there. */
static int
lone_primitive(struct json *j, const char *text, size_t len)
{
	static const char space[] = " \t\r\n";
	size_t start = 0, end = len;
	jsmntok_t *k;

	while (start < end && memchr(space, text[start], 4) != NULL)
		start++;
	while (end > start && memchr(space, text[end - 1], 4) != NULL)
		end--;
	if (start == end || memchr("{[\"", text[start], 3) != NULL)
		return -1;
	if (!is_primitive(text + start, end - start))
		return -1;
	if (j->room == 0) {
		j->room = FIRST_ROOM;
		j->tokens = mem_array(NULL, j->room, sizeof(jsmntok_t));
	}
	k = j->tokens;
	*k = (jsmntok_t){ .type = JSMN_PRIMITIVE, .start = (int)start, .end = (int)end, .parent = -1 };
	j->count = 1;
	return 0;
}

int
json_parse(struct json *j, const char *text, size_t len)
{
	j->text = text;
	j->why = NULL;
	j->where = 0;
	if (len > INT_MAX / 2)	/* jsmn counts in int */
		return bad(j, 0, "longer than 1 GiB");
	if (lone_primitive(j, text, len) == 0)
		return 0;
	if (tokenize(j, text, len) != 0)
		return -1;
	return check(j, text, len);
}

jsmntype_t
json_type(const struct json *j, size_t t)
{
	return token(j, t)->type;
}

size_t
json_size(const struct json *j, size_t t)
{
	return (size_t)token(j, t)->size;
}

const char *
json_raw(const struct json *j, size_t t, size_t *len)
{
	const jsmntok_t *k = token(j, t);

	*len = (size_t)(k->end - k->start);
	return j->text + k->start;
}

size_t
json_after(const struct json *j, size_t t)
{
	const int end = token(j, t)->end;

	for (t++; t < j->count && token(j, t)->start < end; t++)
		continue;
	return t;
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

void
json_free(struct json *j)
{
	free(j->tokens);
	memset(j, 0, sizeof *j);
}
