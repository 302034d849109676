#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "day.h"
#include "json.h"
#include "utf8.h"

/* Each byte, at each place in and behind the words that are looked at at once, between bytes that could hide it. */
static void
scan(void **state)
{
	static const char around[] = { ' ', '~', '[', ']', '!' };
	char text[40];
	size_t len, at, k;
	int c, want;

	(void)state;
	for (k = 0; k < sizeof around; k++)
		for (len = 1; len <= sizeof text; len++)
			for (at = 0; at < len; at++)
				for (c = 0; c < 256; c++) {
					memset(text, around[k], len);
					text[at] = (char)c;
					want = (c >= 0x80 ? UTF8_HIGH : 0) | (c < 0x20 ? UTF8_CONTROL : 0) | (c == '\\' ? UTF8_BACKSLASH : 0);
					if (utf8_scan(text, len) != want)
						fail_msg("byte %d at %zu of %zu", c, at, len);
				}
	assert_int_equal(utf8_scan("", 0), 0);
	assert_int_equal(utf8_scan("\x80\x1f\\bcdefghijk", 13), UTF8_HIGH | UTF8_CONTROL | UTF8_BACKSLASH);
	assert_int_equal(utf8_scan("\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01\x01\x01\x01\x01\x01\x01", 16), UTF8_HIGH | UTF8_CONTROL);
}

/* What is in a container, and what is behind it. */
static void
tokens(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":2},[]],\"\\u0061\":\"x\",\"c\":{}}";
	struct json j = { 0 };

	(void)state;
	assert_int_equal(json_parse(&j, text, sizeof text - 1), 0);
	assert_int_equal(json_size(&j, 0), 3);
	assert_int_equal(json_after(&j, 0), j.count);
	assert_int_equal(json_after(&j, 2), 8);	/* the array */
	assert_int_equal(json_after(&j, 4), 7);	/* the object in it */
	assert_int_equal(json_after(&j, 7), 8);	/* the empty array */
	assert_int_equal(json_member(&j, 0, "a"), 9);	/* the last one of that name */
	assert_int_equal(json_member(&j, 0, "c"), 11);
	assert_int_equal(json_member(&j, 0, "d"), 0);
	assert_int_equal(json_parse(&j, "[1,,2]", 6), -1);
	assert_int_equal(j.where, 3);
	assert_string_equal(j.why, "comma out of place");
	json_free(&j);
}

/* Values and names as they are meant, whatever they are written as. */
static void
values(void **state)
{
	static const char text[] = "{\"a\\b\\f\\n\\r\\t\\\"\\/\\\\\":\"\\u00e9\\u20AC\\ud83d\\uDE00\\u0041\",\"n\":-1.5,\"t\":true,"
	    "\"lone\":[\"\\ud83d\",\"\\ud83dx\\u0041\",\"\\ud83d\\n12345\",\"\\ud83d\\u0041\",\"\\udc00\"]}";
	struct json j = { 0 };
	char longer[1024], meant[1024] = "a";
	size_t t;

	(void)state;
	assert_int_equal(json_parse(&j, text, sizeof text - 1), 0);
	assert_true(json_is(&j, 1, "a\b\f\n\r\t\"/\\"));
	assert_false(json_is(&j, 1, "a\b\f\n\r\t\"/"));
	assert_true(json_is(&j, 2, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" "A"));
	assert_true(json_is(&j, json_member(&j, 0, "n"), "-1.5"));
	assert_false(json_is(&j, json_member(&j, 0, "n"), "-1.6"));
	assert_false(json_is(&j, json_member(&j, 0, "n"), "-1"));
	assert_true(json_is(&j, json_member(&j, 0, "t"), "true"));
	assert_false(json_is(&j, 0, ""));	/* an object is no word */
	/* Half a surrogate is itself, and what follows is not swallowed. */
	t = json_member(&j, 0, "lone");
	assert_true(json_is(&j, t + 1, "\xed\xa0\xbd"));
	assert_true(json_is(&j, t + 2, "\xed\xa0\xbdxA"));
	assert_true(json_is(&j, t + 3, "\xed\xa0\xbd\n12345"));
	assert_true(json_is(&j, t + 4, "\xed\xa0\xbd" "A"));
	assert_true(json_is(&j, t + 5, "\xed\xb0\x80"));
	assert_int_equal(json_member(&j, t, "x"), 0);	/* an array has none */
	assert_int_equal(json_member(&j, j.count, "x"), 0);
	memset(longer, 'x', sizeof longer);
	memcpy(longer, "[\"\\u0061", 8);
	memcpy(longer + sizeof longer - 2, "\"]", 2);
	assert_int_equal(json_parse(&j, longer, sizeof longer), 0);
	assert_false(json_is(&j, 1, "a"));
	memset(meant + 1, 'x', sizeof longer - 10);
	assert_true(json_is(&j, 1, meant));
	json_free(&j);
}

/* What is no JSON is refused, with a reason and a place. */
static void
no_json(void **state)
{
	static const char *const wrong[] = {
		"", "{", "[1", "{\"a\"}", "{\"a\" 1}", "{1:2}", "{\"a\":1,}", "[1 2]",
		"[1]]", "[01]", "[1.]", "[.5]", "[+1]", "[1e]", "[nul]", "[\"\\x\"]",
		"[\"\\u00g0\"]", "[\"a", "[}", "{]", "[&]", "[1]x",
	};
	static const char *const fine[] = { "[1e5]", "[-0.5E-3,1E+2]", "[null,true,false]", " { } ", "1", "\"a\"", "[[],{}]" };
	struct json j = { 0 };
	char deep[3000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof fine / sizeof *fine; i++)
		assert_int_equal(json_parse(&j, fine[i], strlen(fine[i])), 0);
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (json_parse(&j, wrong[i], strlen(wrong[i])) != -1)
			fail_msg("%s was taken", wrong[i]);
		assert_true(j.why != NULL && *j.why != '\0');
		assert_true(j.where <= strlen(wrong[i]));
	}
	memset(deep, '[', sizeof deep);
	assert_int_equal(json_parse(&j, deep, sizeof deep), -1);
	memset(deep + sizeof deep / 2, ']', sizeof deep / 2);
	assert_int_equal(json_parse(&j, deep, sizeof deep), -1);
	assert_string_equal(j.why, "nested too deep");
	json_free(&j);
}

static void
milliseconds(void **state)
{
	uint64_t ms = 0;

	(void)state;
	assert_int_equal(day_ms("86400000", 8, &ms), 0);
	assert_int_equal(ms, DAY_FIRST_MS);
	assert_int_equal(day_ms("00004102444799999", 17, &ms), 0);
	assert_int_equal(ms, DAY_LAST_MS);
	assert_int_equal(day_ms("86399999", 8, &ms), -1);
	assert_int_equal(day_ms("4102444800000", 13, &ms), -1);
	assert_int_equal(day_ms("18446744073709551616", 20, &ms), -1);
	assert_int_equal(day_ms("", 0, &ms), -1);
	assert_int_equal(day_ms("1439587238915", 0, &ms), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan),
		cmocka_unit_test(tokens),
		cmocka_unit_test(values),
		cmocka_unit_test(no_json),
		cmocka_unit_test(milliseconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
