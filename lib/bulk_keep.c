#include "bulk_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

enum { NAMES = 1 << 20 };	/* so many are tried */

/* Open ${path} for appending whole lines; -1 with errno. */
static int
open_lines(const char *path)
{
	const int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	const off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
	char last;

	/* A writer that was killed can have left half a line. */
	if (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n' && write(fd, "\n", 1) != 1) {
		close(fd);
		return -1;
	}
	return fd;
}

void
bulk_keep_open(struct bulk_keep *k, const char *kind, const char *path)
{
	memset(k, 0, sizeof *k);
	k->kind = kind;
	k->fd = k->why_fd = -1;
	if (path == NULL)
		return;
	k->path = mem_string(path, strlen(path));
	k->fd = open_lines(path);
	if (k->fd < 0)
		msg_die(ES_FAILED, "%s: %s", path, strerror(errno));
}

static void
fail(struct bulk_keep *k, const char *path)
{
	if (!k->failed)
		msg_warn("%s: %s; documents that no server has can't be kept", path, strerror(errno));
	k->failed = 1;
}

/* Make a file in ${folder}.  In a container that is started again and again each run has the same number. */
static void
open_new(struct bulk_keep *k, const char *folder)
{
	char more[16] = "";
	int n;

	for (n = 2;; n++) {
		free(k->path);
		k->path = mem_format("%s/esbulk-%s-%ld%s.ndjson", folder, k->kind, (long)getpid(), more);
		k->fd = open(k->path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (k->fd >= 0 || errno != EEXIST || n == NAMES)
			return;
		snprintf(more, sizeof more, ".%d", n);
	}
}

static void
open_default(struct bulk_keep *k)
{
	const char *tmp = getenv("TMPDIR");

	open_new(k, ".");
	if (k->fd < 0)
		open_new(k, tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	if (k->fd < 0)
		fail(k, k->path);
}

static void
write_all(struct bulk_keep *k, const char *path, int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len > 0 && !k->failed) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fail(k, path);
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

void
bulk_keep_add(struct bulk_keep *k, const char *data, size_t len, uint64_t documents)
{
	if (k->fd < 0 && !k->failed)
		open_default(k);
	write_all(k, k->path, k->fd, data, len);
	if (k->failed)
		k->lost += documents;
	else
		k->documents += documents;
	k->unsynced = 1;
}

void
bulk_keep_why(struct bulk_keep *k, const char *line)
{
	char *path = mem_format("%s.why", k->path), *whole = mem_format("%s\n", line);

	if (k->why_fd < 0 && !k->failed && (k->why_fd = open_lines(path)) < 0)
		fail(k, path);
	write_all(k, path, k->why_fd, whole, strlen(whole));
	free(whole);
	free(path);
}

static void
sync_one(struct bulk_keep *k, int fd)
{
	/* A pipe or a device has nothing to sync. */
	if (fd >= 0 && !k->failed && fsync(fd) != 0 && errno != EINVAL)
		fail(k, k->path);
}

void
bulk_keep_sync(struct bulk_keep *k)
{
	if (!k->unsynced)
		return;
	sync_one(k, k->fd);
	sync_one(k, k->why_fd);
	k->unsynced = 0;
}

static void
close_one(struct bulk_keep *k, int *fd)
{
	if (*fd >= 0 && close(*fd) != 0)
		fail(k, k->path);
	*fd = -1;
}

void
bulk_keep_close(struct bulk_keep *k)
{
	close_one(k, &k->fd);
	close_one(k, &k->why_fd);
}

void
bulk_keep_free(struct bulk_keep *k)
{
	free(k->path);
	memset(k, 0, sizeof *k);
	k->fd = k->why_fd = -1;
}
