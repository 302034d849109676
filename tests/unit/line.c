#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "line.h"

/* Feed ${text} through a pipe in pieces of ${step} bytes and join what comes out: lines in brackets, long ones in angles. */
static void
through(const char *text, size_t step, size_t ceiling, char *got, struct line_reader *r)
{
	size_t len = strlen(text), at = 0;
	enum line_result result;
	int fds[2];
	char *line;
	ssize_t n;
	size_t k;

	line_open(r, ceiling);
	*got = '\0';
	assert_int_equal(pipe(fds), 0);
	do {
		k = len - at < step ? len - at : step;
		assert_int_equal(write(fds[1], text + at, k), (ssize_t)k);
		at += k;
		if (k == 0) {
			close(fds[1]);
			fds[1] = -1;
		}
		n = line_read(r, fds[0]);
		assert_true(n >= 0);
		while ((result = line_next(r, &line, &k)) != LINE_NONE) {
			strcat(got, result == LINE_HERE ? "[" : "<");
			strncat(got, line, k);
			strcat(got, result == LINE_HERE ? "]" : ">");
		}
	} while (n > 0);
	if (fds[1] != -1)
		close(fds[1]);
	close(fds[0]);
}

static void
every_split(void **state)
{
	static const struct { const char *text, *want; uint64_t lines; } cases[] = {
		{ "", "", 0 },
		{ "\n", "[]", 1 },
		{ "a", "[a]", 1 },
		{ "a\nbc\n", "[a][bc]", 2 },
		{ "a\n\nbc", "[a][][bc]", 3 },
		{ "12345678\n123456789\nx\n", "[12345678]<123456789>[x]", 3 },
		{ "1234567890\n", "<123456789>", 1 },
		{ "\xef\xbb\xbf" "a\n\xef\xbb\xbf" "b\n", "[a][\xef\xbb\xbf" "b]", 2 },
		{ "\xef\xbb\xbf", "[]", 1 },
	};
	struct line_reader r;
	char got[256], want[256];
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		for (step = 1; step < 12; step++) {
			through(cases[i].text, step, 8, got, &r);
			/* Of a long line the first bytes are given, at most the ceiling. */
			strcpy(want, cases[i].want);
			if (strchr(want, '<') != NULL) {
				char *p = strchr(want, '<');

				memmove(p + 9, p + 10, strlen(p + 10) + 1);
			}
			assert_string_equal(got, want);
			assert_int_equal(r.number, cases[i].lines);
			assert_int_equal(r.bytes, strlen(cases[i].text));
			line_close(&r);
		}
}

/* A line far longer than the block arrives whole; one over the ceiling does not make the buffer grow past its bound. */
static void
long_lines(void **state)
{
	const size_t len = 3 << 20, ceiling = 1 << 20;
	char *text = malloc(len), *line;
	char path[] = "/tmp/espcap-line.XXXXXX";
	const int fd = mkstemp(path);
	struct line_reader r;
	size_t n;

	(void)state;
	assert_true(fd >= 0 && text != NULL);
	unlink(path);
	memset(text, 'x', len);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(write(fd, "\nend\n", 5), 5);

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	line_open(&r, len);
	while (line_next(&r, &line, &n) == LINE_NONE)
		assert_true(line_read(&r, fd) > 0);
	assert_int_equal(n, len);
	assert_memory_equal(line, text, len);
	line_close(&r);

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	line_open(&r, ceiling);
	while (line_next(&r, &line, &n) == LINE_NONE)
		assert_true(line_read(&r, fd) > 0);
	assert_int_equal(r.number, 1);
	while (line_next(&r, &line, &n) == LINE_NONE)
		assert_true(line_read(&r, fd) > 0);
	assert_int_equal(n, 3);
	assert_memory_equal(line, "end", 3);
	assert_int_equal(r.number, 2);
	assert_true(r.size <= 2 * (ceiling + 256 * 1024));
	line_close(&r);
	close(fd);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_split),
		cmocka_unit_test(long_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
