/*
 * libFuzzer: a live stream of pcap or pcapng, as it is cut into packets for the tsharks and to begin anew behind one that killed
 * them.  The first byte is how much is read at once, the second how much is written.  The pieces must not matter; each packet is
 * what stands at its place, behind the one before; what a worker is given is the stream up to its last whole packet.
 */
#include <errno.h>
#include <sys/types.h>

static ssize_t fuzz_read(int fd, void *buf, size_t room);
static ssize_t fuzz_write(int fd, const void *buf, size_t len);
static int fuzz_close(int fd);

#include <unistd.h>

#define read fuzz_read
#define write fuzz_write
#define close fuzz_close
#include "../../lib/fan.c"
#undef read
#undef write
#undef close

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

enum { IN = 1000, MOST = 16384 };

static struct { const char *data; size_t len, piece; } input;
static struct { char data[2 * MOST]; size_t len, piece; } output;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t
fuzz_read(int fd, void *buf, size_t room)
{
	const size_t most = input.piece < room ? input.piece : room, n = input.len < most ? input.len : most;

	REQUIRE(fd == IN);
	memcpy(buf, input.data, n);
	input.data += n;
	input.len -= n;
	return (ssize_t)n;
}

/* Every other time the reader is not ready. */
static ssize_t
fuzz_write(int fd, const void *buf, size_t len)
{
	static int busy;
	const size_t n = len < output.piece ? len : output.piece;

	REQUIRE(fd == IN + 1 && len > 0 && output.len + n <= sizeof output.data);
	busy = !busy;
	if (busy) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(output.data + output.len, buf, n);
	output.len += n;
	return (ssize_t)n;
}

static int
fuzz_close(int fd)
{
	REQUIRE(fd == IN || fd == IN + 1);
	return 0;
}

/* Read all of the stream; each packet is kept, as none is said to be printed. */
static void
read_all(struct fan *f, const char *data, size_t len, size_t piece)
{
	input.data = data;
	input.len = len;
	input.piece = piece;
	fan_open(f, IN);
	fan_know_packets(f);
	while (fan_wants(f))
		fan_read(f);
	REQUIRE(f->in < 0 && (f->damaged || input.len == 0));
	REQUIRE(f->base == 0 && f->whole <= len && (f->buf == NULL || memcmp(f->buf, data, f->whole) == 0));
}

/* What is given to a worker that reads from ${from} on, behind the header. */
static void
check_given(struct fan *f, const char *data, uint64_t from)
{
	struct worker w = { .in = IN + 1, .sent = from, .header_sent = from > 0 ? 0 : SIZE_MAX };
	const size_t header = from > 0 ? f->header_len : 0;

	output.len = 0;
	while (w.in >= 0)
		fan_give(f, &w);
	REQUIRE(output.len == header + (size_t)(f->whole - from));
	REQUIRE(header == 0 || memcmp(output.data, f->header, header) == 0);
	REQUIRE(memcmp(output.data + header, data + from, output.len - header) == 0);
}

/* The packets one after the other, each forgotten when it was looked at. */
static void
check_packets(struct fan *f, const char *data)
{
	uint64_t position, before = 0;
	const char *bytes;
	size_t len;

	while (fan_oldest(f, &position, &bytes, &len)) {
		REQUIRE(position >= before && len >= 12 && position + len <= f->whole && memcmp(bytes, data + position, len) == 0);
		check_given(f, data, position);
		before = position + len;
		fan_printed(f, 1);
		fan_forget(f, before);
		REQUIRE(f->base <= before);
	}
	REQUIRE(position == f->whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fan at_once, f;
	const char *stream;

	if (size < 2 || size > MOST)
		return 0;
	stream = (const char *)data + 2;
	output.piece = data[1] + 1u;
	read_all(&at_once, stream, size - 2, MOST);
	read_all(&f, stream, size - 2, data[0] + 1u);
	REQUIRE(f.count == at_once.count && f.whole == at_once.whole && f.damaged == at_once.damaged);
	REQUIRE(f.header_len == at_once.header_len && (f.header_len == 0 || memcmp(f.header, at_once.header, f.header_len) == 0));
	REQUIRE(f.unprinted == f.count && (f.count == 0 || memcmp(f.starts, at_once.starts, f.count * sizeof *f.starts) == 0));
	check_given(&f, stream, 0);
	check_packets(&f, stream);
	fan_free(&f);
	fan_free(&at_once);
	return 0;
}
