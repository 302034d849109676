#include "bulk_stream.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

void
bulk_stream_open(struct bulk_stream *s, int fd, size_t max_line)
{
	memset(s, 0, sizeof *s);
	line_open(&s->in, max_line);
	s->fd = fd;
}

/* Read an action line into s->item; NULL, or what is wrong. */
static const char *
parse_action(struct bulk_stream *s, const char *line, size_t len)
{
	const struct json *j = &s->json;
	size_t i, id;

	if (json_parse(&s->json, line, len) != 0)
		return "expected an action line such as {\"index\":{}}, this is no JSON";
	if (json_type(j, 0) != JSMN_OBJECT || json_size(j, 0) != 1 || json_type(j, 2) != JSMN_OBJECT)
		return "expected an action line such as {\"index\":{}}";
	for (i = 0; i < BULK_OPS && !json_is(j, 1, bulk_ops[i]); i++)
		continue;
	if (i == BULK_OPS)
		return "expected an action line: index, create, update or delete";
	id = json_member(j, 2, "_id");
	s->item.op = (unsigned char)i;
	s->item.has_id = id != 0 && !json_is(j, id, "null") && !json_is(j, id, "");
	s->item.line = s->in.number;
	return NULL;
}

static void
keep_action(struct bulk_stream *s, const char *line, size_t len)
{
	if (len > s->action_room) {
		s->action_room = 2 * len;
		s->action = mem_array(s->action, s->action_room, 1);
	}
	memcpy(s->action, line, len);
	s->action_len = len;
	s->waiting = 1;
}

static int
is_object_start(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i < len && line[i] == '{';
}

enum bulk_result
bulk_stream_next(struct bulk_stream *s, struct bulk_chunk *c, const char **why)
{
	enum line_result what;
	char *line;
	size_t len;

	while ((what = line_next(&s->in, &line, &len)) != LINE_NONE) {
		if (what == LINE_LONG) {
			s->waiting = 0;
			*why = "longer than --max-line";
			return BULK_BAD;
		}
		if (len > 0 && line[len - 1] == '\r')
			len--;
		if (s->waiting) {
			s->waiting = 0;
			if (!is_object_start(line, len)) {
				*why = "expected a document, an object, after its action line";
				return BULK_BAD;
			}
			bulk_chunk_add(c, &s->item, s->action, s->action_len, line, len);
			return BULK_ITEM;
		}
		if (len == 0)
			continue;
		*why = parse_action(s, line, len);
		if (*why != NULL)
			return BULK_BAD;
		if (s->item.op == BULK_DELETE) {
			bulk_chunk_add(c, &s->item, line, len, NULL, 0);
			return BULK_ITEM;
		}
		keep_action(s, line, len);
	}
	if (s->in.eof && s->waiting) {
		s->waiting = 0;
		*why = "the document after this action line is missing";
		return BULK_BAD;
	}
	return BULK_NONE;
}

void
bulk_stream_close(struct bulk_stream *s)
{
	line_close(&s->in);
	json_free(&s->json);
	free(s->action);
	memset(s, 0, sizeof *s);
}
