/*
 * libFuzzer: lines as tshark would print them, through all of esreshape but its reading and writing.  The first byte chooses
 * options.  What comes out must be pairs of lines; each document JSON in valid UTF-8 without repeated names, with the
 * values that went in and no others, and must come out of a second run as it is.
 */
#include "../../lib/reshape.c"

#include "tag.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As merge.c does not: each name against each other. */
static int
has_repeats(const struct json *j)
{
	size_t t, i, k, a, b, a_len, b_len;

	for (t = 0; t < j->count; t++) {
		if (json_type(j, t) != JSMN_OBJECT)
			continue;
		for (i = json_size(j, t), a = t + 1; i > 0; i--, a = json_after(j, a + 1))
			for (k = i - 1, b = json_after(j, a + 1); k > 0; k--, b = json_after(j, b + 1)) {
				const char *a_raw = json_raw(j, a, &a_len), *b_raw = json_raw(j, b, &b_len);
				char *a_name = mem_string(a_raw, a_len), *b_name = mem_string(b_raw, b_len);
				const size_t n = json_unescape(a_name, a_raw, a_len);
				const int same = json_unescape(b_name, b_raw, b_len) == n && memcmp(a_name, b_name, n) == 0;

				free(a_name);
				free(b_name);
				if (same)
					return 1;
			}
	}
	return 0;
}

/* A sum over the strings and primitives that are values; their order and what holds them do not matter. */
static uint64_t
values(const struct json *j)
{
	uint64_t sum = 0;
	size_t t, len;

	for (t = 0; t < j->count; t++) {
		const int is_name = json_type(j, t) == JSMN_STRING && json_size(j, t) > 0;
		const char *raw = json_raw(j, t, &len);

		if (!is_name && (json_type(j, t) == JSMN_STRING || json_type(j, t) == JSMN_PRIMITIVE))
			sum += XXH3_64bits(raw, len);
	}
	return sum;
}

static void
check_document(const char *doc, size_t len, uint64_t want, int same_values)
{
	static struct json again;
	static struct merge merge;
	static struct out out;

	REQUIRE(utf8_valid(doc, len) == len);
	REQUIRE(json_parse(&again, doc, len) == 0);
	REQUIRE(json_type(&again, 0) == JSMN_OBJECT && again.tokens[0].start == 0 && (size_t)again.tokens[0].end == len);
	REQUIRE(!has_repeats(&again));
	if (same_values)
		REQUIRE(values(&again) == want);
	if (out.what == NULL) {
		out_open(&out, -1, "again");
		merge_open(&merge, &out);
	}
	/* Merging can make a layer that is just {"filtered":...} of one that was more. */
	if (merge_find(&merge, &again))
		REQUIRE(merge.repeats == 0 && merge.filtered > 0);
	merge_write(&merge);
	REQUIRE(merge.filtered > 0 || (out.len == len && memcmp(out.buf, doc, len) == 0));
	out_cancel(&out);
}

static void
check_line(struct reshape *r, const char *line, size_t len)
{
	const uint64_t documents = r->documents, mended = r->mended;
	const char *nl;

	r->in.number++;
	take_line(r, line, len);
	if (r->documents == documents) {
		REQUIRE(r->out.whole == 0);
		return;
	}
	REQUIRE(r->mended == mended || utf8_valid(line, len) < len);
	REQUIRE(r->out.len == r->out.whole && r->out.buf[r->out.len - 1] == '\n');
	nl = memchr(r->out.buf, '\n', r->out.len);
	REQUIRE(memcmp(r->out.buf, "{\"", 2) == 0 && nl[-1] == '}' && nl + 1 < r->out.buf + r->out.len);
	REQUIRE(memchr(nl + 1, '\n', r->out.len - (size_t)(nl + 1 - r->out.buf)) == r->out.buf + r->out.len - 1);
	check_document(nl + 1, r->out.len - (size_t)(nl + 2 - r->out.buf), values(&r->json),
	    r->opt->tags == NULL && r->merge.filtered == 0);
	r->out.len = r->out.whole = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "\xc3\xa9", NULL }, *const none[] = { NULL };
	static struct reshape_options opt = { .index = "packets-%Y-%m-%d" };
	static struct reshape r;
	const char *line = (const char *)data + 1, *end = (const char *)data + size, *nl;

	if (size == 0)
		return 0;
	if (r.opt == NULL) {
		out_open(&r.out, -1, "out");
		merge_open(&r.merge, &r.out);
		r.opt = &opt;
		r.file = "input";
	}
	opt.id = data[0] & 1;
	opt.op = opt.id ? "create" : "index";
	opt.tags = (data[0] & 2) != 0 ? "\"a\":\"\\\"\",\"\xc3\xa9\":\"2\"" : NULL;
	opt.tag_names = opt.tags != NULL ? names : none;
	r.bad_lines = BAD_SHOWN;	/* said enough */
	r.in.number = 0;
	for (; line < end; line = nl + 1) {
		nl = memchr(line, '\n', (size_t)(end - line));
		if (nl == NULL)
			nl = end;
		check_line(&r, line, (size_t)(nl - line));
	}
	return 0;
}
