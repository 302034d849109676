#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "child.h"
#include "host.h"
#include "msg.h"
#include "spill.h"

enum { MIB = 1024 * 1024 };

/* All lines of its stderr, each ended by a newline. */
static void
read_lines(struct child *c, char *all, size_t room)
{
	char line[1024];

	*all = '\0';
	while (c->err >= 0) {
		child_read(c);
		while (child_line(c, line)) {
			assert_true(strlen(all) + strlen(line) + 2 < room);
			strcat(strcat(all, line), "\n");
		}
	}
}

static int
says_long_lines(void *ctx)
{
	char text[3000];

	(void)ctx;
	memset(text, 'x', sizeof text);
	return dprintf(2, "a\n\n%.*s\nlast", (int)sizeof text, text) > 0 ? 5 : 6;
}

static void
lines(void **state)
{
	const struct child_how how = { .function = says_long_lines, .in = -1, .out = -1 };
	char all[8192], want[8192];
	struct child c;

	(void)state;
	assert_int_equal(child_start(&c, &how), 0);
	read_lines(&c, all, sizeof all);
	/* One without end comes in pieces. */
	memset(want, 'x', sizeof want);
	memcpy(want, "a\n\n", 3);
	want[3 + 1023] = want[3 + 2 * 1024 - 1] = '\n';
	strcpy(want + 3 + 3000 + 2, "\nlast\n");
	assert_string_equal(all, want);
	assert_int_equal(child_wait(&c), 5);
	assert_int_equal(child_wait(&c), 0);	/* nothing is left of it */
	/* What it says can't be read: that is said. */
	c = (struct child){ .out = -1, .err = open("/", O_RDONLY) };
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "its messages can't be read: Is a directory\n");
}

static void
ends(void **state)
{
	char *nothing[] = { (char[]){ "/nonexistent" }, NULL };
	char *family[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char[]){ "sleep 1000 & echo; wait" }, NULL };
	struct child_how how = { .argv = nothing, .in = -1, .out = -1 };
	char all[1024], byte;
	struct child c;

	(void)state;
	assert_int_equal(child_start(&c, &how), 0);
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "/nonexistent: No such file or directory\n");
	assert_int_equal(child_wait(&c), 127);
	how.argv = family;
	assert_int_equal(child_start(&c, &how), 0);
	assert_int_equal(read(c.out, &byte, 1), 1);	/* it has a child of its own now */
	child_signal(&c, SIGKILL);
	assert_int_equal(read(c.out, &byte, 1), 0);	/* which holds the pipe no more */
	assert_int_equal(child_wait(&c), 128 + SIGKILL);
	child_signal(&c, SIGKILL);	/* nobody */
}

static void
no_descriptors(void **state)
{
	const struct child_how how = { .function = says_long_lines, .in = -1, .out = -1 };
	struct rlimit was, few;
	struct child c;
	int fd, failed = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	fd = dup(0);
	close(fd);
	/* Of the four that it needs there are none, then three. */
	for (few = was, few.rlim_cur = (rlim_t)fd; few.rlim_cur < (rlim_t)fd + 4; few.rlim_cur++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		failed += child_start(&c, &how) == -1 && errno == EMFILE;
		assert_int_equal(c.out, -1);
		assert_int_equal(c.err, -1);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(failed, 4);
	assert_int_equal(dup(0), fd);	/* none is lost */
	close(fd);
}

/* As one who is not root any more. */
static int
becomes_another(void *ctx)
{
	const struct child_how how = { .function = says_long_lines, .in = -1, .out = -1, .confine = ctx };
	char all[1024];
	struct child c;

	if (child_start(&c, &how) != 0)
		return 1;
	read_lines(&c, all, sizeof all);
	dprintf(2, "%s", all);
	return child_wait(&c);
}

static void
user(void **state)
{
	struct confine_worker nobody = { .drop = 1, .user = 65534, .group = 65534 };
	const struct child_how how = { .function = becomes_another, .ctx = &nobody, .in = -1, .out = -1, .confine = &nobody };
	char all[1024];
	struct child c;

	(void)state;
	/* Only root can become another, and only where confine_worker can confine. */
#ifdef ESPCAP_PORTABLE
	return;
#endif
	if (geteuid() != 0)
		return;
	assert_int_equal(child_start(&c, &how), 0);
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "another user can't be become: Operation not permitted\n");
	assert_int_equal(child_wait(&c), 126);
}

/* --- the buffer, which is a function that runs so ---------------------------------------------------------------------- */

static int
small_disk(void *ctx)
{
	const struct rlimit least = { 4096, 4096 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &least);
	return spill_run(ctx);
}

/* Start ${function} with a buffer of ${limit} bytes in ${file}; return where its input is written. */
static int
start_spill(struct child *c, int (*function)(void *), uint64_t limit, int file)
{
	struct child_how how = { .function = function, .ctx = &limit, .out = -1, .keep = file };
	int in[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	how.in = in[0];
	assert_true(file >= 0);
	assert_int_equal(child_start(c, &how), 0);
	close(in[0]);
	close(file);
	return in[1];
}

static unsigned char
byte_at(uint64_t position)
{
	return (unsigned char)(position * 2654435761U >> 11);
}

/* Write ${len} more bytes of the pattern, from ${*position} on, or as many as are taken before the process complains. */
static void
write_pattern(int fd, uint64_t *position, size_t len, const struct child *c)
{
	unsigned char piece[50000];
	struct pollfd p[2] = { { .fd = fd, .events = POLLOUT }, { .fd = c->err, .events = POLLIN } };
	size_t i, n;
	ssize_t put;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (len > 0) {
		assert_true(poll(p, 2, 30000) > 0);
		if (p[1].revents != 0)
			return;
		n = len < sizeof piece ? len : sizeof piece;
		for (i = 0; i < n; i++)
			piece[i] = byte_at(*position + i);
		put = write(fd, piece, n);
		assert_true(put > 0);
		*position += (uint64_t)put;
		len -= (size_t)put;
	}
}

/* Read ${len} bytes of it. */
static void
read_pattern(int fd, uint64_t *position, uint64_t len)
{
	unsigned char piece[60000];
	ssize_t got, i;

	for (; len > 0; len -= (uint64_t)got) {
		got = read(fd, piece, len < sizeof piece ? (size_t)len : sizeof piece);
		assert_true(got > 0);
		for (i = 0; i < got; i++)
			if (piece[i] != byte_at((*position)++))
				fail_msg("another byte at %llu", (unsigned long long)*position - 1);
	}
}

static void
spill_all(void **state)
{
	uint64_t in = 0, out = 0;
	char all[1024];
	struct child c;
	int fd, turn;

	(void)state;
	/* Nobody reads: all is taken. */
	fd = start_spill(&c, spill_run, 10 * MIB, host_unnamed_file("/tmp"));
	write_pattern(fd, &in, 6 * MIB, &c);
	assert_int_equal(in, 6 * MIB);
	/* The writer is faster, until more than the file has room for has passed through it. */
	for (turn = 0; turn < 12; turn++) {
		read_pattern(c.out, &out, MIB);
		write_pattern(fd, &in, MIB + MIB / 4, &c);
	}
	assert_int_equal(in, 21 * MIB);
	read_pattern(c.out, &out, in - out);
	write_pattern(fd, &in, 12345, &c);	/* nothing waits any more, and it goes on */
	close(fd);
	read_pattern(c.out, &out, in - out);
	assert_int_equal(read(c.out, all, 1), 0);
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "");
	assert_int_equal(child_wait(&c), ES_OK);
}

static void
spill_full(void **state)
{
	static int (*const functions[])(void *) = { spill_run, small_disk };
	static const char *const said[] = {
		SPILL_FULL "is full: packets are being dropped (--buffer)\n",
		SPILL_FULL "can't be written: packets are being dropped (--buffer-dir)\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		uint64_t in = 0, out = 0;
		char all[1024];
		struct child c;
		int fd = start_spill(&c, functions[i], 2 * MIB, host_unnamed_file("/tmp"));

		write_pattern(fd, &in, 8 * MIB, &c);
		assert_true(in >= MIB && in < 4 * MIB);
		close(fd);
		/* What was taken comes, the more too that the disk did not take. */
		read_pattern(c.out, &out, in);
		assert_int_equal(read(c.out, all, 1), 0);
		read_lines(&c, all, sizeof all);
		assert_string_equal(all, said[i]);
		assert_int_equal(child_wait(&c), ES_OK);
	}
}

static void
spill_fails(void **state)
{
	uint64_t limit = 2 * MIB, in = 0;
	struct child_how how = { .function = spill_run, .ctx = &limit, .in = open("/", O_RDONLY | O_CLOEXEC), .out = -1 };
	char all[1024], path[] = "/tmp/espcap-child.XXXXXX";
	struct child c;
	int fd;

	(void)state;
	assert_int_equal(host_unnamed_file("/nonexistent"), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(host_unnamed_file("/proc"), -1);	/* no file without a name can be made there, nor one with a name */
	how.keep = host_unnamed_file("/tmp");
	assert_int_equal(child_start(&c, &how), 0);
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "the buffer: Is a directory\n");
	assert_int_equal(child_wait(&c), ES_FAILED);
	close(how.keep);
	close(how.in);
	/* The file can be written, but not read. */
	fd = mkstemp(path);
	close(fd);
	fd = start_spill(&c, spill_run, 4 * MIB, open(path, O_WRONLY | O_CLOEXEC));
	unlink(path);
	write_pattern(fd, &in, 3 * MIB, &c);
	close(fd);
	while (read(c.out, all, sizeof all) > 0)
		continue;
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "the buffer: Bad file descriptor\n");
	assert_int_equal(child_wait(&c), ES_FAILED);
	/* The reader goes: nobody is left to tell. */
	in = 0;
	fd = start_spill(&c, spill_run, 4 * MIB, host_unnamed_file("/tmp"));
	write_pattern(fd, &in, MIB, &c);
	close(c.out);
	c.out = -1;
	read_lines(&c, all, sizeof all);
	assert_string_equal(all, "");
	assert_int_equal(child_wait(&c), ES_OK);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(ends), cmocka_unit_test(no_descriptors), cmocka_unit_test(user),
		cmocka_unit_test(spill_all), cmocka_unit_test(spill_full), cmocka_unit_test(spill_fails),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
