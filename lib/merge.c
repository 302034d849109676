#include "merge.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "mem.h"
#include "utf8.h"

enum {
	MERGE_DIRTY = 1,	/* something inside this token, or behind this name, changes */
	MERGE_DROP = 2,		/* this name's member is not written at its place */
};

enum { AHEAD = 8 };

void
merge_open(struct merge *m, struct out *out)
{
	memset(m, 0, sizeof *m);
	m->out = out;
	/* Names come from packets' dissectors, but a hostile stream could choose them: no one knows the hash beforehand. */
	if (getrandom(&m->seed, sizeof m->seed, GRND_NONBLOCK) != (ssize_t)sizeof m->seed)
		m->seed = (uint64_t)(uintptr_t)m ^ UINT64_C(0x9e3779b97f4a7c15);
}

static void
make_room(struct merge *m, size_t count)
{
	if (count > m->room) {
		m->room = count + count / 2;
		m->next = mem_array(m->next, m->room, sizeof *m->next);
		m->mark = mem_array(m->mark, m->room, 1);
	}
	memset(m->next, 0, count * sizeof *m->next);
	memset(m->mark, 0, count);
}

/* An empty table for an object of ${members}; return its size, a power of 2 of which at least a third stays free. */
static size_t
clear_table(struct merge *m, size_t members)
{
	size_t size = 16;

	while (size < members + members / 2)
		size *= 2;
	if (size > m->table_size || ++m->object == 0) {
		if (size > m->table_size)
			m->table_size = size;
		free(m->table);
		m->table = NULL;
		m->table = mem_zero(m->table_size, sizeof *m->table);
		m->object = 1;
	}
	return size;
}

/* Something at ${t} changes: so do all that hold it. */
static void
mark_up(struct merge *m, size_t t)
{
	int at;

	for (at = (int)t; at != -1 && (m->mark[at] & MERGE_DIRTY) == 0; at = m->j->tokens[at].parent)
		m->mark[at] |= MERGE_DIRTY;
}

static int
just_filtered(const struct json *j, size_t t)
{
	return j->tokens[t].type == JSMN_OBJECT && j->tokens[t].size == 1 && json_is(j, t + 1, "filtered");
}

/* Whether ${t} is the value of a top-level member "layers". */
static int
is_layers(const struct json *j, size_t t)
{
	const int name = j->tokens[t].parent;

	return name > 0 && j->tokens[name].parent == 0 && json_is(j, (size_t)name, "layers");
}

/* Whether the layer ${t} is one that tshark -J was told to leave out: in tunnels it is an array. */
static int
is_filtered(const struct json *j, size_t t)
{
	size_t i;

	if (j->tokens[t].type != JSMN_ARRAY || j->tokens[t].size == 0)
		return just_filtered(j, t);
	for (i = json_size(j, t), t++; i > 0 && just_filtered(j, t); i--)
		t = json_after(j, t);
	return i == 0;
}

/* The name that is token ${t}, unescaped if it must be; ${which} of the two buffers may be used. */
static inline const char *
name_of(struct merge *m, size_t t, int which, size_t *len)
{
	const jsmntok_t *k = m->j->tokens + t;
	const char *raw = m->j->text + k->start;

	*len = (size_t)(k->end - k->start);
	if ((m->j->bytes & UTF8_BACKSLASH) == 0 || memchr(raw, '\\', *len) == NULL)
		return raw;
	if (*len > m->name_room) {
		m->name_room = 2 * *len;
		m->name[0] = mem_array(m->name[0], m->name_room, 1);
		m->name[1] = mem_array(m->name[1], m->name_room, 1);
	}
	*len = json_unescape(m->name[which], raw, *len);
	return m->name[which];
}

static inline uint64_t
hash_name(struct merge *m, size_t t)
{
	size_t len;
	const char *name = name_of(m, t, 0, &len);

	return XXH3_64bits_withSeed(name, len, m->seed);
}

/* The name ${t} of that ${hash} is looked up among those seen before in its object, and added. */
static void
see_name(struct merge *m, size_t t, uint64_t hash, size_t mask)
{
	size_t len, other_len, slot;
	const char *name, *other;
	struct merge_slot *s;

	for (slot = (size_t)hash & mask; (s = m->table + slot)->object == m->object; slot = (slot + 1) & mask) {
		if (s->hash != hash >> 48)
			continue;
		/* Growing the buffers for the other name can move this one: it is made again then. */
		other = name_of(m, s->token, 1, &other_len);
		name = name_of(m, t, 0, &len);
		if (other_len == len && memcmp(other, name, len) == 0) {
			/* The table keeps the last one, so that a chain is never walked to be made longer. */
			m->next[s->token] = (uint32_t)t;
			m->mark[t] |= MERGE_DROP;
			mark_up(m, (size_t)m->j->tokens[t].parent);
			m->repeats++;
			break;
		}
	}
	*s = (struct merge_slot){ m->object, (uint16_t)(hash >> 48), (uint32_t)t };
}

/* By itself each object needs a small table only, which stays in the processor's cache.  That of a large one does not: its places are
 * asked for some names ahead. */
static void
see_object(struct merge *m, size_t t)
{
	struct { size_t name; uint64_t hash; } ahead[AHEAD];
	const struct json *j = m->j;
	const int layers = is_layers(j, t);
	size_t i = json_size(j, t), mask = clear_table(m, i) - 1, name = t + 1, n = 0, seen = 0;

	for (; i > 0; i--, name = json_after(j, name + 1)) {
		if (layers && is_filtered(j, name + 1)) {
			m->mark[name] |= MERGE_DROP;
			mark_up(m, t);
			m->filtered++;
			continue;
		}
		if (n - seen == AHEAD) {
			see_name(m, ahead[seen % AHEAD].name, ahead[seen % AHEAD].hash, mask);
			seen++;
		}
		ahead[n % AHEAD].name = name;
		ahead[n % AHEAD].hash = hash_name(m, name);
		__builtin_prefetch(m->table + (ahead[n % AHEAD].hash & mask), 1);
		n++;
	}
	for (; seen < n; seen++)
		see_name(m, ahead[seen % AHEAD].name, ahead[seen % AHEAD].hash, mask);
}

int
merge_find(struct merge *m, const struct json *j)
{
	size_t t;

	m->j = j;
	m->repeats = m->filtered = 0;
	make_room(m, j->count);
	for (t = 0; t < j->count; t++)
		if (j->tokens[t].type == JSMN_OBJECT && (j->tokens[t].size > 1 || is_layers(j, t)))
			see_object(m, t);
	return m->repeats + m->filtered > 0;
}

/* Where the text of token ${t} begins and ends, quotes included. */
static int
first(const struct json *j, size_t t)
{
	return j->tokens[t].start - (j->tokens[t].type == JSMN_STRING);
}

static int
end(const struct json *j, size_t t)
{
	return j->tokens[t].end + (j->tokens[t].type == JSMN_STRING);
}

static void
copy(struct merge *m, int from, int to)
{
	out_add(m->out, m->j->text + from, (size_t)(to - from));
}

static size_t write_value(struct merge *m, size_t t);

/* The elements of one value, each followed by a comma: an array's own, or the value itself. */
static void
write_elements(struct merge *m, size_t t)
{
	const struct json *j = m->j;
	size_t i;

	if (j->tokens[t].type != JSMN_ARRAY) {
		write_value(m, t);
		out_add(m->out, ",", 1);
		return;
	}
	for (i = json_size(j, t), t++; i > 0; i--) {
		t = write_value(m, t);
		out_add(m->out, ",", 1);
	}
}

static void
write_merged(struct merge *m, size_t name)
{
	struct out *out = m->out;
	size_t before;

	out_add(out, "[", 1);
	before = out->len;
	for (; name != 0; name = m->next[name])
		write_elements(m, name + 1);
	if (out->len > before)
		out->len--;	/* the last comma */
	out_add(out, "]", 1);
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Write the object ${t}, in which something changes; return the token behind it. */
static size_t
write_object(struct merge *m, size_t t)
{
	const struct json *j = m->j;
	const char *text = j->text;
	size_t name = t + 1, i, after;
	int pos = first(j, t), p, kept = 0;

	for (i = json_size(j, t); i > 0; i--, name = after) {
		const int dropped = m->mark[name] & MERGE_DROP;

		if (dropped) {
			after = json_after(j, name + 1);
			p = first(j, name);
			if (kept) {
				while (text[--p] != ',')
					continue;	/* back over white space */
				copy(m, pos, p);
				pos = end(j, name + 1);
			} else {
				copy(m, pos, p);
				for (pos = end(j, name + 1); is_space(text[pos]); pos++)
					continue;
				if (text[pos] == ',')
					pos++;
			}
			continue;
		}
		kept = 1;
		if (m->next[name] != 0) {
			copy(m, pos, first(j, name + 1));
			write_merged(m, name);
			pos = end(j, name + 1);
			after = json_after(j, name + 1);
		} else if (m->mark[name + 1] & MERGE_DIRTY) {
			copy(m, pos, first(j, name + 1));
			after = write_value(m, name + 1);
			pos = end(j, name + 1);
		} else
			after = json_after(j, name + 1);
	}
	copy(m, pos, end(j, t));
	return name;
}

static size_t
write_array(struct merge *m, size_t t)
{
	const struct json *j = m->j;
	int pos = first(j, t);
	size_t i, at = t + 1;

	for (i = json_size(j, t); i > 0; i--) {
		if (m->mark[at] & MERGE_DIRTY) {
			copy(m, pos, first(j, at));
			pos = end(j, at);
			at = write_value(m, at);
		} else
			at = json_after(j, at);
	}
	copy(m, pos, end(j, t));
	return at;
}

/* Write the value ${t} as it shall be; return the token behind it.  As deep as the document, so at most JSON_DEPTH. */
static size_t
write_value(struct merge *m, size_t t)
{
	const struct json *j = m->j;

	if ((m->mark[t] & MERGE_DIRTY) == 0) {
		copy(m, first(j, t), end(j, t));
		return json_after(j, t);
	}
	return j->tokens[t].type == JSMN_OBJECT ? write_object(m, t) : write_array(m, t);
}

void
merge_write(struct merge *m)
{
	write_value(m, 0);
}

void
merge_close(struct merge *m)
{
	free(m->next);
	free(m->mark);
	free(m->table);
	free(m->name[0]);
	free(m->name[1]);
	memset(m, 0, sizeof *m);
}
