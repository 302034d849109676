#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "mem.h"
#include "msg.h"
#include "out.h"
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

/* A reader that lets us wait gets all whole records, and half of one never. */
static void
output(void **state)
{
	enum { RECORDS = 5000 };
	struct out out;
	char record[100], got[4096];
	size_t total = 0;
	int fds[2], i, status;
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		out_open(&out, fds[1], "the test");
		for (i = 0; i < RECORDS; i++) {
			memset(record, 'a' + i % 26, sizeof record);
			out_add(&out, record, sizeof record);
			out_record(&out);
			out_add(&out, "half", 4);
			out_cancel(&out);
		}
		out_close(&out);
		_exit(out.bytes == RECORDS * sizeof record ? 7 : 8);
	}
	close(fds[1]);
	for (;;) {
		n = read(fds[0], got, sizeof got);
		if (n < 0 && poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 20000) == 1)
			continue;
		if (n <= 0)
			break;
		for (i = 0; i < n; i++, total++)
			assert_int_equal(got[i], 'a' + (int)(total / sizeof record) % 26);
	}
	assert_int_equal(n, 0);
	assert_int_equal(total, RECORDS * sizeof record);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 7);
	close(fds[0]);
}

static void
write_closed(void)
{
	struct out out;

	out_open(&out, dup(STDERR_FILENO), "the test");
	close(out.fd);
	out_close(&out);
}

static void hook(void) { msg_warn("whole lines are written"); }

static void
ask_too_much(void)
{
	mem_at_failure(hook);
	free(mem_array(NULL, SIZE_MAX / 2, 3));
}

/* How a process ends that does ${act}, and what it says. */
static int
end_of(void (*act)(void), char *said, size_t room)
{
	int fds[2], status;
	pid_t pid;
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		act();
		_exit(99);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	n = read(fds[0], said, room - 1);
	close(fds[0]);
	said[n > 0 ? n : 0] = '\0';
	return WEXITSTATUS(status);
}

static void
deaths(void **state)
{
	char said[256];

	(void)state;
	assert_int_equal(end_of(ask_too_much, said, sizeof said), ES_FAILED);
	assert_string_equal(said, "espcap: whole lines are written\nespcap: out of memory\n");
	assert_int_equal(end_of(write_closed, said, sizeof said), ES_FAILED);
	assert_string_equal(said, "espcap: the test: Bad file descriptor\n");
	free(mem_zero(0, 0));	/* nothing of it, but it is there */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(stats),
		cmocka_unit_test(output),
		cmocka_unit_test(deaths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
