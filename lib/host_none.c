/* For where the kernel is not Linux; a build with ESPCAP_PORTABLE uses it there too, so that it can be tried. */
#if !defined(__linux__) || defined(ESPCAP_PORTABLE)

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"

static int signals_to = -1;

unsigned
host_processors(void)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

uint64_t
host_memory(pid_t pid)
{
	(void)pid;
	return 0;
}

int
host_end_with(pid_t parent)
{
	return getppid() == parent ? 0 : -1;
}

void
host_close_from(int first, int at_exec)
{
	const long most = sysconf(_SC_OPEN_MAX);
	int fd;

	for (fd = first; fd < most; fd++)
		if (at_exec)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			close(fd);
}

void
host_widen(int fd)
{
	(void)fd;
}

int
host_unnamed_file(const char *dir)
{
	char *name = mem_format("%s/escapture.XXXXXX", dir);
	const int fd = mkostemp(name, O_CLOEXEC), saved = errno;

	if (fd >= 0)
		unlink(name);
	free(name);
	errno = saved;
	return fd;
}

static void
pass_on(int sig)
{
	const unsigned char byte = (unsigned char)sig;
	const int saved = errno;

	if (write(signals_to, &byte, 1) != 1)
		errno = saved;	/* a pipe that is full of signals says enough */
	errno = saved;
}

int
host_signals(const sigset_t *set)
{
	struct sigaction how = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	int fds[2], sig;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	signals_to = fds[1];
	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(set, sig) == 1)
			sigaction(sig, &how, NULL);
	return fds[0];
}

int
host_signal(int fd)
{
	unsigned char sig;

	return read(fd, &sig, 1) == 1 ? sig : 0;
}

#else

typedef int host_is_linux;

#endif
