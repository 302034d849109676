/* Where directories can't be watched as on Linux: they are looked at every second. */
#if !defined(__linux__) || defined(ESPCAP_PORTABLE)

#include "arrivals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"

enum { QUIET_SECONDS = 5, LOOK_MS = 1000 };

int
arrivals_open(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		msg_die(ES_FAILED, "%s: it can't be watched: %s", dir, strerror(errno));
	return fd;
}

void
arrivals_wait(int fd, int ms)
{
	(void)fd;
	(void)poll(NULL, 0, ms < 0 || ms > LOOK_MS ? LOOK_MS : ms);
}

int
arrivals_complete(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || time(NULL) - st.st_mtime > QUIET_SECONDS;
}

#else

typedef int arrivals_are_told_by_the_kernel;

#endif
