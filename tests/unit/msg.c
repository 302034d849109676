#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "msg.h"
#include "stats.h"

static void
clean(void **state)
{
	static const struct { const char *raw, *shown; } cases[] = {
		{ "plain", "plain" },
		{ "a\033[2Jb\n", "a\\x1b[2Jb\\x0a" },
		{ "\xc2\x9b", "\\xc2\\x9b" },	/* C1: CSI */
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xff\xfe", "\\xff\\xfe" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\x7f", "\\x7f" },
	};
	char buf[64], small[12];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(msg_clean(buf, sizeof buf, cases[i].raw, strlen(cases[i].raw)), strlen(cases[i].shown));
		assert_string_equal(buf, cases[i].shown);
	}
	msg_clean(small, sizeof small, "abcdefghijkl", 12);
	assert_string_equal(small, "abcdefgh...");
	msg_clean(small, sizeof small, "abcdef\033", 7);	/* an escape is not cut in two */
	assert_string_equal(small, "abcdef...");
}

static void
stats(void **state)
{
	char path[] = "/tmp/espcap-stats.XXXXXX", text[256] = "";
	const int fd = mkstemp(path);
	struct stats *st;

	(void)state;
	assert_true(fd >= 0);
	st = stats_open(path);
	stats_string(st, "program", "a\"b\\c\n\xff");
	stats_number(st, "documents", UINT64_MAX);
	stats_begin(st, "retries");
	stats_number(st, "429", 3);
	stats_end(st);
	stats_begin(st, "empty");
	stats_end(st);
	stats_seconds(st, "waited", 61007);
	assert_int_equal(read(fd, text, sizeof text - 1), 0);	/* who dies here leaves no half of it */
	stats_close(st);
	assert_true(read(fd, text, sizeof text - 1) > 0);
	assert_string_equal(text, "{\"program\":\"a\\\"b\\\\c\\u000a\xef\xbf\xbd\",\"documents\":18446744073709551615,"
	    "\"retries\":{\"429\":3},\"empty\":{},\"waited\":61.007}\n");
	close(fd);
	unlink(path);

	assert_null(stats_open(NULL));
	stats_number(NULL, "documents", 1);
	stats_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(stats),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
