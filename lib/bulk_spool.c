#include "bulk_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bulk_stream.h"
#include "mem.h"
#include "msg.h"

static void
wait_here(struct bulk_spool *s, char *name)
{
	if (s->first + s->count == s->room) {
		if (s->first > 0)
			memmove(s->waiting, s->waiting + s->first, s->count * sizeof *s->waiting);
		s->first = 0;
		if (s->count == s->room || s->room == 0) {
			s->room = s->room > 0 ? 2 * s->room : 64;
			s->waiting = mem_array(s->waiting, s->room, sizeof *s->waiting);
		}
	}
	s->waiting[s->first + s->count++] = name;
}

enum { LONGEST_NAME = 200 };	/* that a part's name is made from; the file system's limit is 255 */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether it is a name that new_name() made, with ${ending}: what else is in the folder is neither sent nor removed. */
static int
is_ours(const char *name, const char *ending)
{
	int end = 0;

	return sscanf(name, "%*11[0-9]-%*10[0-9]-%*6[0-9]%n", &end) == 0 && end > 0 &&
	    strcmp(name + end + strspn(name + end, "-0123456789"), ending) == 0;
}

static void
find_files(struct bulk_spool *s)
{
	DIR *d = opendir(s->dir);
	const struct dirent *e;
	struct stat st;

	if (d == NULL)
		msg_die(ES_FAILED, "%s: %s", s->dir, strerror(errno));
	while ((e = readdir(d)) != NULL) {
		if (is_ours(e->d_name, ".bulk.tmp"))
			unlinkat(s->dir_fd, e->d_name, 0);	/* never became a chunk: its lines were not taken */
		if (!is_ours(e->d_name, ".bulk") || fstatat(s->dir_fd, e->d_name, &st, 0) != 0)
			continue;
		s->used += (uint64_t)st.st_size;
		wait_here(s, mem_string(e->d_name, strlen(e->d_name)));
	}
	closedir(d);
	/* Names begin with the time they were made at, so their order is that of age. */
	if (s->count > 1)
		qsort(s->waiting + s->first, s->count, sizeof *s->waiting, by_name);
	s->older = s->count;
}

void
bulk_spool_open(struct bulk_spool *s, const char *dir, uint64_t most)
{
	memset(s, 0, sizeof *s);
	s->dir = mem_string(dir, strlen(dir));
	s->most = most;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		msg_die(ES_FAILED, "%s: %s", dir, strerror(errno));
	s->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0 || faccessat(s->dir_fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
		msg_die(ES_FAILED, "%s: %s", dir, strerror(errno));
	if (flock(s->dir_fd, LOCK_EX | LOCK_NB) != 0)
		msg_die(ES_FAILED, "%s: %s", dir,
		    errno == EWOULDBLOCK ? "another esbulk uses this spool" : strerror(errno));
	find_files(s);
}

int
bulk_spool_has_room(const struct bulk_spool *s, uint64_t len)
{
	return s->used + len <= s->most;
}

static int
write_file(struct bulk_spool *s, const char *name, const char *data, size_t len)
{
	const int fd = openat(s->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n;
	int saved;

	if (fd < 0)
		return -1;
	while (len > 0) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		data += n;
		len -= (size_t)n;
	}
	if (len == 0 && fsync(fd) == 0 && close(fd) == 0)
		return 0;
	saved = errno;
	close(fd);
	unlinkat(s->dir_fd, name, 0);
	errno = saved;
	return -1;
}

static void
less_used(struct bulk_spool *s, const struct stat *file)
{
	s->used -= (uint64_t)file->st_size < s->used ? (uint64_t)file->st_size : s->used;
}

static void
remove_file(struct bulk_spool *s, const char *name)
{
	struct stat st;

	if (fstatat(s->dir_fd, name, &st, 0) != 0 || unlinkat(s->dir_fd, name, 0) != 0)
		msg_warn("%s/%s: %s; it was delivered, and will be again", s->dir, name, strerror(errno));
	else
		less_used(s, &st);
}

/* The file ${name} is no chunk; ${why} says it. */
static void
put_aside(struct bulk_spool *s, const char *name, const char *why)
{
	char *aside = mem_format("%s.bad", name);
	struct stat st;

	msg_warn("%s/%s: %s; it is kept as %s", s->dir, name, why, aside);
	if (fstatat(s->dir_fd, name, &st, 0) == 0)
		less_used(s, &st);
	(void)renameat(s->dir_fd, name, s->dir_fd, aside);
	free(aside);
	s->bad++;
}

/* Names sort by age; the part of a chunk sorts beside the file of the whole. */
static char *
new_name(struct bulk_spool *s, const struct bulk_chunk *whole)
{
	char *name = NULL;
	struct timespec now;

	/* One that an earlier run gave is not taken again: parts of one file can be from several runs, and so can a process's number. */
	do {
		const unsigned long long number = s->number++;

		free(name);
		if (whole != NULL && strlen(whole->spooled) < LONGEST_NAME)
			name = mem_format("%.*s-%06llu.bulk", (int)(strlen(whole->spooled) - strlen(".bulk")), whole->spooled, number);
		else {
			clock_gettime(CLOCK_REALTIME, &now);
			name = mem_format("%011lld-%010ld-%06llu.bulk", (long long)now.tv_sec, (long)getpid(), number);
		}
	} while (faccessat(s->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return name;
}

/* Remove the file of ${name}, if it is there, and free that; errno stays. */
static void
discard(struct bulk_spool *s, char *name)
{
	const int saved = errno;

	unlinkat(s->dir_fd, name, 0);
	free(name);
	errno = saved;
}

int
bulk_spool_put(struct bulk_spool *s, struct bulk_chunk *c, const struct bulk_chunk *whole)
{
	char *name = c->spooled != NULL ? c->spooled : new_name(s, whole);
	char *tmp = mem_format("%s.tmp", name);
	struct stat was = { .st_size = 0 };
	int failed;

	if (c->spooled != NULL)
		(void)fstatat(s->dir_fd, name, &was, 0);
	failed = write_file(s, tmp, c->data, c->len) != 0 || renameat(s->dir_fd, tmp, s->dir_fd, name) != 0 ||
	    fsync(s->dir_fd) != 0;
	free(tmp);
	if (failed) {
		/* What could not be made sure of must not be found by the next run: the chunk is delivered all the same. */
		if (c->spooled == NULL)
			discard(s, name);
		return -1;
	}
	s->used += c->len;
	less_used(s, &was);
	c->spooled = name;
	return 0;
}

void
bulk_spool_leave(struct bulk_spool *s, struct bulk_chunk *c)
{
	s->documents += c->count;
	wait_here(s, c->spooled);
	c->spooled = NULL;
	bulk_chunk_free(c);
}

int
bulk_spool_waits(const struct bulk_spool *s)
{
	return s->count > 0;
}

/* Read the file ${name} into a chunk; NULL with *why. */
static struct bulk_chunk *
load(const struct bulk_spool *s, const char *name, size_t max_line, const char **why)
{
	const int fd = openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
	struct bulk_chunk *c = bulk_chunk_new();
	struct bulk_stream in;
	ssize_t n = 0;

	*why = NULL;
	bulk_stream_open(&in, fd, max_line);
	do {
		n = fd >= 0 ? line_read(&in.in, fd) : -1;
		if (n < 0)
			*why = strerror(errno);
		while (n >= 0 && bulk_stream_next(&in, c, why) == BULK_ITEM)
			c->items[c->count - 1].line = 0;
	} while (n > 0 && *why == NULL);
	bulk_stream_close(&in);
	if (fd >= 0)
		close(fd);
	if (*why != NULL) {
		bulk_chunk_free(c);
		return NULL;
	}
	return c;
}

struct bulk_chunk *
bulk_spool_take(struct bulk_spool *s, size_t max_line, int *older)
{
	struct bulk_chunk *c = NULL;
	const char *why;
	char *name;

	while (c == NULL && s->count > 0) {
		name = s->waiting[s->first++];
		s->count--;
		c = load(s, name, max_line, &why);
		if (c == NULL)
			put_aside(s, name, why);
		*older = s->older > 0;
		if (*older)
			s->older--;
		else if (c != NULL)
			s->documents -= c->count;
		if (c != NULL && c->count == 0) {
			remove_file(s, name);
			bulk_chunk_free(c);
			c = NULL;
		}
		if (c != NULL)
			c->spooled = name;
		else
			free(name);
	}
	return c;
}

void
bulk_spool_done(struct bulk_spool *s, struct bulk_chunk *c)
{
	if (c->spooled == NULL)
		return;
	remove_file(s, c->spooled);
	free(c->spooled);
	c->spooled = NULL;
}

void
bulk_spool_close(struct bulk_spool *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		free(s->waiting[s->first + i]);
	free(s->waiting);
	free(s->dir);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	memset(s, 0, sizeof *s);
	s->dir_fd = -1;
}
