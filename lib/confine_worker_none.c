/* Where the kernel is not Linux, workers are not confined. */
#if !defined(__linux__) || defined(ESPCAP_PORTABLE)

#include "confine_worker.h"

#include <stddef.h>

int
confine_worker(const struct confine_worker *c)
{
	(void)c;
	return 0;
}

int
confine_user(struct confine_worker *c, const char *name)
{
	(void)c;
	return name == NULL ? 0 : -1;
}

#else

typedef int confine_worker_is_for_linux;

#endif
