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
		cmocka_unit_test(milliseconds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
