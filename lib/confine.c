#include "confine.h"

/* gcc and clang tell in their own ways that there is a sanitizer. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef HAVE_SECCOMP
#endif
#endif

#if defined(HAVE_SECCOMP) && !defined(__SANITIZE_ADDRESS__)

#include <stddef.h>
#include <stdlib.h>
#include <seccomp.h>

#include "mem.h"

/*
 * Where an allocation fails libseccomp 2.5 crashes, hangs or, worse, makes a wrong filter.  So what it needs is got before it
 * is called, and freed for it to find; it is too little for the C library to give back to the system (tests/alloc.t).
 */
enum { NEEDED = 96 * 1024 };

void
confine_filter(void)
{
	static const int allowed[] = {
		SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll),
		SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(mmap2), SCMP_SYS(ppoll_time64), SCMP_SYS(sigreturn),	/* 32 bits */
		SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
	};
	scmp_filter_ctx filter;
	size_t i;
	int failed = 0;

	free(mem_array(NULL, NEEDED, 1));
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (filter == NULL)
		return;
	for (i = 0; i < sizeof allowed / sizeof *allowed; i++)
		failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0;
	if (!failed)
		(void)seccomp_load(filter);	/* a kernel without it: nothing is lost but the confinement */
	seccomp_release(filter);
}

#else

void
confine_filter(void)
{
}

#endif
