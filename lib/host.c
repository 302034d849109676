#if defined(__linux__) && !defined(ESPCAP_PORTABLE)

#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mem.h"

enum { PIPE = 1024 * 1024 };

unsigned
host_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

uint64_t
host_memory(pid_t pid)
{
	unsigned long long pages = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int
host_end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent ? 0 : -1;
}

void
host_close_from(int first, int at_exec)
{
	/* Not every C library has a function for it. */
	syscall(SYS_close_range, first, ~0U, at_exec ? CLOSE_RANGE_CLOEXEC : 0);
}

void
host_widen(int fd)
{
	if (fcntl(fd, F_GETPIPE_SZ) < PIPE)
		fcntl(fd, F_SETPIPE_SZ, PIPE);
}

int
host_unnamed_file(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), saved;
	char *name;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	/* A file system that can't make one without a name. */
	name = mem_format("%s/escapture.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	saved = errno;
	if (fd >= 0)
		unlink(name);
	free(name);
	errno = saved;
	return fd;
}

int
host_signals(const sigset_t *set)
{
	sigprocmask(SIG_BLOCK, set, NULL);
	return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
host_signal(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

#else

typedef int host_is_in_another_file;

#endif
