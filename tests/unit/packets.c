#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <byteswap.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "bad_packets.h"
#include "fan.h"

/* A capture that is put together. */
struct stream {
	char bytes[4096];
	size_t len;
	int swapped;
};

static void
put(struct stream *s, uint32_t n)
{
	n = s->swapped ? bswap_32(n) : n;
	memcpy(s->bytes + s->len, &n, sizeof n);
	s->len += sizeof n;
}

static void
put_header(struct stream *s, uint32_t magic)
{
	const uint32_t rest[] = { 0, 0, 0, 262144, 1 };
	size_t i;

	put(s, magic);
	for (i = 0; i < sizeof rest / sizeof *rest; i++)
		put(s, rest[i]);
}

/* A packet of pcap with ${len} bytes, all ${len}. */
static void
put_packet(struct stream *s, uint32_t len)
{
	put(s, 1);
	put(s, 2);
	put(s, len);
	put(s, len);
	memset(s->bytes + s->len, (int)len, len);
	s->len += len;
}

/* A block of pcapng with ${words} words in it. */
static void
put_block(struct stream *s, uint32_t type, uint32_t words, uint32_t first)
{
	uint32_t i;

	put(s, type);
	put(s, 12 + 4 * words);
	for (i = 0; i < words; i++)
		put(s, i == 0 ? first : i);
	put(s, 12 + 4 * words);
}

/* A fan that has read all of ${s}; nothing of it is printed. */
static struct fan
fan_of(const struct stream *s)
{
	struct fan f;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], s->bytes, s->len), (ssize_t)s->len);
	close(fds[1]);
	fan_open(&f, fds[0]);
	fan_know_packets(&f);
	return f;
}

static void
read_all(struct fan *f)
{
	while (fan_wants(f))
		fan_read(f);
}

/* What a worker is given that begins at ${from}. */
static size_t
given(struct fan *f, uint64_t from, char *bytes, size_t room)
{
	struct worker w = { .sent = from, .header_sent = from > 0 ? 0 : SIZE_MAX };
	int fds[2];
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	w.in = fds[1];
	fan_give(f, &w);
	assert_int_equal(w.in, -1);
	n = read(fds[0], bytes, room);
	close(fds[0]);
	assert_true(n >= 0);
	return (size_t)n;
}

/* Both byte orders, microseconds and nanoseconds. */
static void
pcap(void **state)
{
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d };
	size_t i, len;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct stream s = { .swapped = i & 1 };
		struct fan f;
		uint64_t position;
		const char *bytes;

		put_header(&s, magics[i / 2]);
		put_packet(&s, 5);
		put_packet(&s, 0);
		put_packet(&s, 60);
		s.len -= 3;	/* the last one is cut */
		f = fan_of(&s);
		read_all(&f);
		assert_int_equal(f.count, 2);
		assert_int_equal(f.header_len, 24);
		assert_false(f.damaged);
		assert_true(fan_oldest(&f, &position, &bytes, &len));
		assert_int_equal(position, 24);
		assert_int_equal(len, 21);
		fan_printed(&f, 1);
		assert_true(fan_oldest(&f, &position, &bytes, &len));
		assert_int_equal(position, 45);
		assert_int_equal(len, 16);
		fan_printed(&f, 9);	/* no more than there are */
		assert_false(fan_oldest(&f, &position, &bytes, &len));
		assert_int_equal(position, 61);
		fan_free(&f);
	}
}

static void
pcapng(void **state)
{
	enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD = 2, SIMPLE = 3, STATISTICS = 5, ENHANCED = 6 };
	char bytes[4096];
	int swapped;

	(void)state;
	for (swapped = 0; swapped < 2; swapped++) {
		struct stream s = { .swapped = swapped };
		struct fan f;
		size_t header;

		put_block(&s, SECTION, 4, 0x1a2b3c4d);
		put_block(&s, INTERFACE, 2, 1);
		header = s.len;
		put_block(&s, ENHANCED, 6, 0);
		put_block(&s, STATISTICS, 3, 0);
		put_block(&s, SIMPLE, 2, 4);
		put_block(&s, OLD, 6, 0);
		f = fan_of(&s);
		read_all(&f);
		assert_int_equal(f.count, 3);
		assert_int_equal(f.header_len, header);
		assert_int_equal(f.whole, s.len);
		assert_int_equal(given(&f, 0, bytes, sizeof bytes), s.len);
		assert_memory_equal(bytes, s.bytes, s.len);
		/* Behind the first packet a capture begins anew. */
		assert_int_equal(given(&f, header + 36, bytes, sizeof bytes), s.len - 36);
		assert_memory_equal(bytes, s.bytes, header);
		assert_memory_equal(bytes + header, s.bytes + header + 36, s.len - header - 36);
		fan_free(&f);
	}
}

/* What is no stream of packets ends where that is seen; what is whole before it counts. */
static void
damaged(void **state)
{
	struct stream s = { 0 };
	struct fan f;
	size_t good, i;

	(void)state;
	put_header(&s, 0xa1b2c3d4);
	put_packet(&s, 5);
	good = s.len;
	for (i = 0; i < 4; i++)
		put(&s, 0x7fffffff);
	f = fan_of(&s);
	read_all(&f);
	assert_true(f.damaged);
	assert_int_equal(f.in, -1);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.whole, good);
	fan_free(&f);
	s = (struct stream){ .len = 0 };
	memset(s.bytes, 'x', s.len = 24);
	f = fan_of(&s);
	read_all(&f);
	assert_true(f.damaged);
	fan_free(&f);
	for (i = 0; i < 3; i++) {
		static const uint32_t lengths[] = { 8, 13, 0x10000000 };

		s = (struct stream){ .len = 0 };
		put_block(&s, 0x0a0d0d0a, 4, 0x1a2b3c4d);
		put(&s, 6);
		put(&s, lengths[i]);
		put(&s, 0);
		f = fan_of(&s);
		read_all(&f);
		assert_true(f.damaged);
		assert_int_equal(f.whole, 28);
		fan_free(&f);
	}
}

/* The bounds: the stream's last packet, a generation's last one, what is held, what is not printed. */
static void
bounds(void **state)
{
	struct stream s = { .len = 0 };
	char bytes[4096];
	struct fan f;
	int i;

	(void)state;
	put_header(&s, 0xa1b2c3d4);
	for (i = 0; i < 10; i++)
		put_packet(&s, 4);
	f = fan_of(&s);
	f.last = 7;
	f.stop = 3;
	read_all(&f);
	assert_int_equal(f.count, 7);
	assert_int_equal(f.whole, 24 + 7 * 20);
	assert_int_equal(f.until, 24 + 3 * 20);
	assert_int_equal(given(&f, 0, bytes, sizeof bytes), 24 + 3 * 20);
	fan_forget(&f, 24 + 40);
	assert_int_equal(f.base, 24);	/* the oldest that is not printed is kept */
	fan_printed(&f, 2);
	f.hold = 50;
	fan_forget(&f, 24 + 40);
	assert_int_equal(f.base, 50);
	f.hold = UINT64_MAX;
	fan_forget(&f, 24 + 40);
	assert_int_equal(f.base, 24 + 40);
	fan_forget(&f, 10);	/* was forgotten already */
	assert_int_equal(f.base, 24 + 40);
	fan_printed(&f, 5);
	fan_forget(&f, UINT64_MAX);
	assert_int_equal(f.base, f.whole);
	fan_free(&f);
}

/* A worker that has gone takes no more, and the others go on. */
static void
gone(void **state)
{
	struct stream s = { .len = 0 };
	struct worker w = { .header_sent = SIZE_MAX };
	struct fan f;
	int fds[2];

	(void)state;
	put_header(&s, 0xa1b2c3d4);
	put_packet(&s, 4);
	f = fan_of(&s);
	fan_read(&f);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	w.in = fds[1];
	close(fds[0]);
	assert_true(fan_has(&f, &w));
	fan_give(&f, &w);
	assert_int_equal(w.in, -1);
	assert_false(fan_has(&f, &w));
	fan_free(&f);
}

/* More packets than there is room for at first, printed now and then. */
static void
many(void **state)
{
	const size_t count = 5000;
	struct fan f;
	uint64_t position, printed = 0;
	const char *bytes;
	size_t len, i;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	fan_open(&f, fds[0]);
	fan_know_packets(&f);
	for (i = 0; i < count; i++) {
		struct stream s = { .len = 0 };

		if (i == 0)
			put_header(&s, 0xa1b2c3d4);
		put_packet(&s, (uint32_t)(i % 50));
		assert_int_equal(write(fds[1], s.bytes, s.len), (ssize_t)s.len);
		fan_read(&f);
		fan_read(&f);	/* nothing is there: no end, and no harm */
		if (i % 3 != 0)
			continue;
		assert_true(fan_oldest(&f, &position, &bytes, &len));
		assert_int_equal(len, 16 + printed % 50);
		assert_int_equal(bytes[len - 1], (char)(printed % 50));
		fan_printed(&f, 1);
		printed++;
		fan_forget(&f, position + len);
	}
	assert_int_equal(f.count, count);
	assert_int_equal(f.unprinted, count - printed);
	close(fds[1]);
	fan_free(&f);
}

/* Those that killed tshark, one behind the other in a capture; never in what is none of that kind. */
static void
kept(void **state)
{
	char path[] = "/tmp/espcap-packets.XXXXXX", bytes[64], text[1024] = "";
	const struct rlimit least = { 14, RLIM_INFINITY }, most = { RLIM_INFINITY, RLIM_INFINITY };
	const int fd = mkstemp(path), was = dup(STDERR_FILENO);
	int said[2];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(bad_packets_save(path, "header", 6, "one", 3), 0);
	assert_int_equal(bad_packets_save(path, "header", 6, "two", 3), 0);
	assert_int_equal(pread(fd, bytes, sizeof bytes, 0), 12);
	assert_memory_equal(bytes, "headeronetwo", 12);
	assert_int_equal(pipe(said), 0);
	assert_int_equal(dup2(said[1], STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(bad_packets_save(path, "another", 7, "three", 5), -1);
	assert_int_equal(bad_packets_save(path, "headeronetwoandmore", 19, "three", 5), -1);	/* it is shorter than that */
	assert_int_equal(bad_packets_save("/dev/full", "header", 6, "one", 3), -1);
	assert_int_equal(bad_packets_save("/nonexistent/x", "header", 6, "one", 3), -1);
	/* The disk is full behind a part of it, which does not stay. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &least), 0);
	assert_int_equal(bad_packets_save(path, "header", 6, "three", 5), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &most), 0);
	assert_int_equal(dup2(was, STDERR_FILENO), STDERR_FILENO);
	assert_true(read(said[0], text, sizeof text - 1) > 0);
	assert_non_null(strstr(text, ": another capture is there\n"));
	assert_non_null(strstr(text, ": /dev/full: No space left on device\n"));
	assert_non_null(strstr(text, path));
	assert_non_null(strstr(text, ": /nonexistent/x: No such file or directory\n"));
	assert_int_equal(pread(fd, bytes, sizeof bytes, 0), 12);
	close(said[0]);
	close(said[1]);
	close(was);
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap), cmocka_unit_test(pcapng), cmocka_unit_test(damaged), cmocka_unit_test(bounds),
		cmocka_unit_test(gone), cmocka_unit_test(many), cmocka_unit_test(kept),
	};

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
