#define JSMN_STATIC
#define JSMN_PARENT_LINKS	/* without them jsmn is quadratic in the tokens of one object */
#include <jsmn.h>

#include "json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

enum {
	FIRST_ROOM = 1024,
	/* jsmn gets so many tokens at a time.  To close a container it climbs from the last token through all the
	 * containers that this one closed, so deep nesting costs it the square of the depth: look in between. */
	STEP = 2048,
};

/* What may stand next, in the grammar of RFC 8259. */
enum want { FIRST, NAME, COLON, VALUE, AFTER };

/* A walk over a text and its tokens. */
struct walk {
	struct json *j;
	const char *text;
	size_t pos;		/* all before it is good */
	enum want want;
	size_t depth;
	char kind[JSON_DEPTH];	/* '{' or '[', of the containers open here */
	uint32_t open[JSON_DEPTH];	/* their tokens */
};

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
			j->tokens = mem_array(j->tokens, j->room, sizeof *j->tokens);
			j->after = mem_array(j->after, j->room, sizeof *j->after);
		}
		n = jsmn_parse(&p, text, len, j->tokens, (unsigned)limit);
		if (n != JSMN_ERROR_NOMEM)
			break;
		if (too_deep(&p, j->tokens))
			return bad(j, p.pos, "nested too deep");
	}
	if (n < 0 || p.pos < len) {
		const char *nul = (j->bytes & UTF8_CONTROL) != 0 ? memchr(text, '\0', len) : NULL;

		if (nul != NULL)
			return bad(j, (size_t)(nul - text), "NUL byte");
		return n == JSMN_ERROR_PART ? bad(j, len, "ends too early") : bad(j, p.pos, "not JSON");
	}
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

/* Pass over what stands between two tokens, up to ${stop}: jsmn takes any mix of white space, commas and colons there. */
static int
pass_gap(struct walk *w, size_t stop, size_t t)
{
	for (; w->pos < stop; w->pos++) {
		const char c = w->text[w->pos];

		switch (c) {
		case ' ': case '\t': case '\r': case '\n':
			continue;
		case ',':
			if (w->want != AFTER || w->depth == 0)
				return bad(w->j, w->pos, "comma out of place");
			w->want = w->kind[w->depth - 1] == '{' ? NAME : VALUE;
			continue;
		case ':':
			if (w->want != COLON)
				return bad(w->j, w->pos, "colon out of place");
			w->want = VALUE;
			continue;
		case ']': case '}':
			/* '{' and '[' stand two places before these in ASCII. */
			if (w->depth == 0 || (w->want != AFTER && w->want != FIRST) || w->kind[w->depth - 1] != c - 2)
				return bad(w->j, w->pos, "bracket out of place");
			w->depth--;
			w->j->after[w->open[w->depth]] = (uint32_t)t;
			w->want = AFTER;
			continue;
		default:
			return bad(w->j, w->pos, "not JSON");
		}
	}
	return 0;
}

/* Pass over the token ${t}, if one may stand there. */
static inline int
pass_token(struct walk *w, size_t t)
{
	struct json *j = w->j;
	const jsmntok_t *k = j->tokens + t;
	const char *s = w->text + k->start;
	const size_t len = (size_t)(k->end - k->start);

	if (w->want == NAME || (w->want == FIRST && w->kind[w->depth - 1] == '{')) {
		if (k->type != JSMN_STRING)
			return bad(j, w->pos, "a name is no string");
		w->want = COLON;
	} else if (w->want == VALUE || w->want == FIRST)
		w->want = AFTER;
	else if (w->want == COLON)
		return bad(j, w->pos, "no colon after a name");
	else
		return bad(j, w->pos, w->depth == 0 ? "more behind the end" : "no comma before this");
	switch (k->type) {
	case JSMN_STRING:
		if ((j->bytes & UTF8_CONTROL) != 0 && has_control(s, len))
			return bad(j, (size_t)k->start, "control byte in a string");
		w->pos = (size_t)k->end + 1;
		return 0;
	case JSMN_OBJECT: case JSMN_ARRAY:
		if (w->depth == JSON_DEPTH)
			return bad(j, (size_t)k->start, "nested too deep");
		w->open[w->depth] = (uint32_t)t;
		w->kind[w->depth++] = *s;
		w->pos = (size_t)k->start + 1;
		w->want = FIRST;
		return 0;
	default:
		w->pos = (size_t)k->end;
		return is_primitive(s, len) ? 0 : bad(j, (size_t)k->start, "neither a number nor true, false or null");
	}
}

/* jsmn alone accepts much more than the RFC. */
static int
check(struct json *j, const char *text, size_t len)
{
	struct walk w;
	size_t t, start;

	w.j = j;
	w.text = text;
	w.pos = w.depth = 0;
	w.want = VALUE;
	for (t = 0; t < j->count; t++) {
		start = (size_t)j->tokens[t].start - (j->tokens[t].type == JSMN_STRING);
		/* Nearly always it is just the colon behind a name. */
		if (w.want == COLON && text[w.pos] == ':' && w.pos + 1 == start) {
			w.pos++;
			w.want = VALUE;
		} else if (w.pos < start && pass_gap(&w, start, t) != 0)
			return -1;
		if (pass_token(&w, t) != 0)
			return -1;
	}
	if (pass_gap(&w, len, j->count) != 0)
		return -1;
	return w.want == AFTER && w.depth == 0 ? 0 : bad(j, len, "ends too early");
}

int
json_parse(struct json *j, const char *text, size_t len)
{
	j->text = text;
	j->why = NULL;
	j->where = 0;
	if (len > INT_MAX / 2)	/* jsmn counts in int */
		return bad(j, 0, "longer than 1 GiB");
	j->bytes = utf8_scan(text, len);
	if (tokenize(j, text, len) != 0)
		return -1;
	return check(j, text, len);
}

void
json_free(struct json *j)
{
	free(j->tokens);
	free(j->after);
	memset(j, 0, sizeof *j);
}
