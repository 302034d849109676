#include "ek.h"

#include <string.h>

/* In a JSON string each of these quotes would have a backslash before it: no packet's content can look like one of these. */
#define NUMBER "\"frame_frame_number\":\""
#define DELTA "\"frame_frame_time_delta\":\""
#define DISPLAYED "\"frame_frame_time_delta_displayed\":\""
#define DISPLAYED_ANY "\"frame_frame_time_delta_displayed\""
#define NO_FRAME "\"frame\":{\"filtered\":\"frame\"}"
#define FIND(line, len, what) memmem(line, len, what, sizeof what - 1)

struct value {
	const char *at;
	size_t len;
};

/* The string that begins behind the ${name_len} bytes of the member at ${name}, in a line that ends at ${end}. */
static int
get_value(const char *name, size_t name_len, const char *end, struct value *v)
{
	const char *quote;

	if (name == NULL)
		return 0;
	v->at = name + name_len;
	quote = memchr(v->at, '"', (size_t)(end - v->at));
	if (quote == NULL)
		return 0;
	v->len = (size_t)(quote - v->at);
	return 1;
}

#define VALUE(line, len, what, v) get_value(FIND(line, len, what), sizeof what - 1, (line) + (len), v)

int
ek_is_action(const char *line, size_t len)
{
	static const char start[] = "{\"index\"";

	return len >= sizeof start - 1 && memcmp(line, start, sizeof start - 1) == 0;
}

uint64_t
ek_frame_number(const char *line, size_t len)
{
	struct value v;
	uint64_t n = 0;
	size_t i;

	if (!VALUE(line, len, NUMBER, &v) || v.len > 18)
		return 0;
	for (i = 0; i < v.len; i++) {
		if (v.at[i] < '0' || v.at[i] > '9')
			return 0;
		n = 10 * n + (uint64_t)(v.at[i] - '0');
	}
	return n;
}

int
ek_can_merge(const char *line, size_t len)
{
	struct value v;

	if (ek_frame_number(line, len) == 0)
		return FIND(line, len, NO_FRAME) != NULL;
	/* A packet without a time has neither of them. */
	return FIND(line, len, DISPLAYED_ANY) == NULL || (VALUE(line, len, DISPLAYED, &v) && VALUE(line, len, DELTA, &v));
}

void
ek_add_whole(struct out *out, const char *line, size_t len)
{
	struct value delta, displayed;
	const char *end = line + len, *rest;

	if (VALUE(line, len, DISPLAYED, &displayed) && VALUE(line, len, DELTA, &delta)) {
		out_add(out, line, (size_t)(displayed.at - line));
		out_add(out, delta.at, delta.len);
		rest = displayed.at + displayed.len;
		out_add(out, rest, (size_t)(end - rest));
	} else
		out_add(out, line, len);
}
