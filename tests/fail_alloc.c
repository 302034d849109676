/*
 * LD_PRELOAD shim: the allocation numbered FAIL_ALLOC (from 1) of malloc, calloc and realloc fails, and every later one too
 * when FAIL_ALLOC_ALL is set.  Those that a library asks for whose path has FAIL_ALLOC_NOT in it neither count nor fail.
 * At a normal end the count goes to the file FAIL_ALLOC_COUNT, which is opened at the start, for a process that may be
 * confined later.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long count, failing;
static const char *not_for;
static int all, ready, count_fd = -1;

static void __attribute__((constructor))
begin(void)
{
	const char *s = getenv("FAIL_ALLOC"), *file = getenv("FAIL_ALLOC_COUNT");

	failing = s != NULL ? strtoul(s, NULL, 10) : 0;
	not_for = getenv("FAIL_ALLOC_NOT");
	all = getenv("FAIL_ALLOC_ALL") != NULL;
	if (file != NULL)
		count_fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ready = 1;
}

static void __attribute__((destructor))
end(void)
{
	char text[32];
	const int n = snprintf(text, sizeof text, "%lu\n", count);

	if (count_fd >= 0 && write(count_fd, text, (size_t)n) != n)
		_exit(99);
}

static int
fails(void *caller)
{
	Dl_info from;

	if (!ready || (not_for != NULL && dladdr(caller, &from) != 0 && strstr(from.dli_fname, not_for) != NULL))
		return 0;
	count++;
	if (failing == 0 || (count != failing && !(all && count > failing)))
		return 0;
	errno = ENOMEM;
	return 1;
}

/* glibc's own, under the names it gives them for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, size);
}
