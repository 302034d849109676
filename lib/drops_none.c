/* Where the kernel is not Linux, drops are known at the end. */
#if !defined(__linux__) || defined(ESPCAP_PORTABLE)

#include "drops.h"

void
drops_take(struct drops *d, pid_t pid)
{
	(void)d;
	(void)pid;
}

void
drops_shut(pid_t pid)
{
	(void)pid;
}

int
drops_left(pid_t pid)
{
	(void)pid;
	return 0;
}

#else

typedef int drops_are_for_linux;

#endif
