#include "done.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line.h"
#include "mem.h"
#include "msg.h"
#include "quote.h"

enum { LINE_MOST = 64 * 1024, BLOCK = 256 * 1024, TOLD_MOST = 5 };

struct done {
	void *by_digest, *by_file;	/* trees of tsearch(3): each entry is in the first, unless its content is there, and the second */
};

static int
digest_order(const void *a, const void *b)
{
	const struct done_capture *x = a, *y = b;

	return memcmp(x->digest, y->digest, DONE_DIGEST);
}

static int
file_order(const void *a, const void *b)
{
	const struct done_capture *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->changed != y->changed)
		return x->changed < y->changed ? -1 : 1;
	return x->size == y->size ? 0 : x->size < y->size ? -1 : 1;
}

static void
put(void **tree, const struct done_capture *c, int (*order)(const void *, const void *))
{
	struct done_capture *copy;
	void **at;

	if (tfind(c, tree, order) != NULL)
		return;
	copy = mem_zero(1, sizeof *copy);
	*copy = *c;
	at = tsearch(copy, tree, order);
	if (at == NULL)
		msg_die(ES_FAILED, "out of memory");
}

/* A line: digest, size, inode, time, and the path for people. */
static int
read_entry(const char *line, struct done_capture *c)
{
	char hex[DONE_HEX];
	long long seconds;
	long nanoseconds;
	size_t len;

	memset(c, 0, sizeof *c);
	if (sscanf(line, "%64[0-9a-f] %" SCNu64 " %" SCNu64 " %lld.%9ld ", hex, &c->size, &c->inode, &seconds, &nanoseconds) != 5 ||
	    sodium_hex2bin(c->digest, sizeof c->digest, hex, strlen(hex), NULL, &len, NULL) != 0 || len != DONE_DIGEST ||
	    nanoseconds < 0 || seconds < 0 || seconds > INT64_MAX / 1000000000 - 1)
		return -1;
	c->changed = seconds * 1000000000 + nanoseconds;
	return 0;
}

char *
done_entry(const struct done_capture *c, const char *path)
{
	char hex[DONE_HEX], *quoted = quote_json(path), *line;

	sodium_bin2hex(hex, sizeof hex, c->digest, DONE_DIGEST);
	line = mem_format("%s %" PRIu64 " %" PRIu64 " %" PRId64 ".%09" PRId64 " %s", hex, c->size, c->inode, c->changed / 1000000000,
	    c->changed % 1000000000, quoted);
	free(quoted);
	return line;
}

struct done *
done_open(const char *path)
{
	struct done *d = mem_zero(1, sizeof *d);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct line_reader r;
	struct done_capture c;
	enum line_result got;
	unsigned wrong = 0;
	ssize_t n = 1;
	size_t len;
	char *line;

	if (fd < 0 && errno == ENOENT)
		return d;
	if (fd < 0)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	line_open(&r, LINE_MOST);
	while (n > 0 || (n < 0 && errno == EINTR)) {
		n = line_read(&r, fd);
		while ((got = line_next(&r, &line, &len)) != LINE_NONE) {
			if (got == LINE_HERE)
				line[len] = '\0';
			if (got == LINE_HERE && read_entry(line, &c) == 0) {
				put(&d->by_digest, &c, digest_order);
				put(&d->by_file, &c, file_order);
			} else if (wrong++ < TOLD_MOST)
				msg_warn("%s:%" PRIu64 ": no entry of a list of captures: passed over", path, r.number);
		}
	}
	if (n < 0)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
	line_close(&r);
	close(fd);
	return d;
}

static void
set_file(struct done_capture *c, const struct stat *st)
{
	c->size = (uint64_t)st->st_size;
	c->inode = st->st_ino;
	c->changed = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

int
done_has(struct done *d, const char *path)
{
	struct done_capture c = { .size = 0 };
	struct stat st;

	if (stat(path, &st) != 0)
		return 0;
	set_file(&c, &st);
	return tfind(&c, &d->by_file, file_order) != NULL;
}

/* Return 0, or -1 with errno. */
static int
digest_file(int fd, struct done_capture *c)
{
	crypto_hash_sha256_state state;
	unsigned char *buf = mem_array(NULL, BLOCK, 1);
	ssize_t n;

	crypto_hash_sha256_init(&state);
	while ((n = read(fd, buf, BLOCK)) != 0) {
		if (n > 0)
			crypto_hash_sha256_update(&state, buf, (unsigned long long)n);
		else if (errno != EINTR)
			break;
	}
	free(buf);
	crypto_hash_sha256_final(&state, c->digest);
	return n < 0 ? -1 : 0;
}

static enum done_state
look(struct done *d, int fd, struct done_capture *c)
{
	struct done_capture after;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return DONE_UNREADABLE;
	set_file(c, &st);
	if (tfind(c, &d->by_file, file_order) != NULL)
		return DONE_KNOWN;
	if (digest_file(fd, c) != 0 || fstat(fd, &st) != 0)
		return DONE_UNREADABLE;
	set_file(&after, &st);
	if (file_order(c, &after) != 0) {
		errno = EBUSY;
		return DONE_UNREADABLE;
	}
	return tfind(c, &d->by_digest, digest_order) != NULL ? DONE_KNOWN_CONTENT : DONE_NEW;
}

enum done_state
done_look(struct done *d, const char *path, struct done_capture *c)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum done_state state;
	int saved;

	memset(c, 0, sizeof *c);
	if (fd < 0)
		return DONE_UNREADABLE;
	state = look(d, fd, c);
	saved = errno;
	close(fd);
	errno = saved;
	return state;
}

void
done_close(struct done *d)
{
	if (d == NULL)
		return;
	tdestroy(d->by_digest, free);
	tdestroy(d->by_file, free);
	free(d);
}
