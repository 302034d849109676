/* Where the kernel is not Linux, drops are known at the end. */
#ifndef __linux__

#include "drops.h"

void
drops_take(struct drops *d, pid_t pid)
{
	(void)d;
	(void)pid;
}

#else

typedef int drops_are_in_their_own_file;

#endif
