#if defined(__linux__) && !defined(ESPCAP_PORTABLE)

#include "arrivals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"

enum { QUIET_SECONDS = 5 };

int
arrivals_open(const char *dir)
{
	const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0 || inotify_add_watch(fd, dir, IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0)
		msg_die(ES_FAILED, "%s: it can't be watched: %s", dir, strerror(errno));
	return fd;
}

void
arrivals_wait(int fd, int ms)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	/* What happened is seen by looking at the directory again; only that something did counts here. */
	(void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, ms);
	while (read(fd, events, sizeof events) > 0)
		continue;
}

int
arrivals_complete(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int complete;

	if (fd < 0)
		return 1;	/* whoever reads it next says what is wrong */
	/* A read lease is only given on a file that no one has open for writing (fcntl(2)).  Who opens it so now has us told by this. */
	signal(SIGIO, SIG_IGN);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		fcntl(fd, F_SETLEASE, F_UNLCK);
		complete = 1;
	} else if (errno == EAGAIN)
		complete = 0;
	else
		complete = fstat(fd, &st) != 0 || time(NULL) - st.st_mtime > QUIET_SECONDS;
	close(fd);
	return complete;
}

#else

typedef int arrivals_is_in_another_file;

#endif
