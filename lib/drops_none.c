/* Where the kernel is not Linux, drops are known at the end. */
#if !defined(__linux__) || defined(ESPCAP_PORTABLE)

#include "drops.h"

void
drops_take(struct drops *d, pid_t pid)
{
	(void)d;
	(void)pid;
}

#else

typedef int drops_are_for_linux;

#endif
