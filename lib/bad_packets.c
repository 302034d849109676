#include "bad_packets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

/* Whether ${fd}, of ${*size} bytes, is empty, or another capture of the same kind that can be continued; -1: it is neither. */
static int
fits(int fd, const char *header, size_t len, off_t *size)
{
	char *there;
	struct stat st;
	int same;

	if (fstat(fd, &st) != 0)
		return 0;
	*size = st.st_size;
	if (st.st_size == 0)
		return 1;
	there = mem_array(NULL, len, 1);
	same = pread(fd, there, len, 0) == (ssize_t)len && memcmp(there, header, len) == 0;
	free(there);
	if (!same) {
		*size = -1;
		errno = EEXIST;
	}
	return same;
}

int
bad_packets_save(const char *path, const char *header, size_t header_len, const char *packet, size_t len)
{
	const int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	off_t size = -1;
	int good;

	good = fd >= 0 && fits(fd, header, header_len, &size);
	if (good) {
		errno = ENOSPC;	/* where not all of it is written */
		good = (size > 0 || write(fd, header, header_len) == (ssize_t)header_len) && write(fd, packet, len) == (ssize_t)len;
	}
	if (!good) {
		msg_warn("--bad-packets: %s: %s", path, errno == EEXIST ? "another capture is there" : strerror(errno));
		/* Half a packet would spoil those that follow. */
		if (size >= 0)
			(void)!ftruncate(fd, size);
	}
	if (fd >= 0)
		close(fd);
	return good ? 0 : -1;
}
