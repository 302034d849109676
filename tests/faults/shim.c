/*
 * LD_PRELOAD shim: the call numbered FAULT_AT (from 1) of one kind, FAULT=read|write|malloc|fork|pipe|fsync|open, fails, and
 * every later one too when FAULT_ALL is set.  With FAULT_IN only a program of that name is meant; calls from a library whose
 * path has a word of FAULT_NOT in it neither count nor fail.  At a normal end the file FAULT_CALLS gets a line a call: where it
 * came from.  It is opened at the start, for a process that may be confined later.  A forked child goes on counting for itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum kind { NONE, READ, WRITE, MALLOC, FORK, PIPE, FSYNC, OPEN };
enum { SITES = 1 << 18 };

static enum kind kind;
static unsigned long count, failing;
static const char *not_for;
static int all, calls_fd = -1;
static void *sites[SITES];

static void __attribute__((constructor))
begin(void)
{
	static const char *const names[] = { "", "read", "write", "malloc", "fork", "pipe", "fsync", "open" };
	const char *s = getenv("FAULT"), *at = getenv("FAULT_AT"), *in = getenv("FAULT_IN"), *file = getenv("FAULT_CALLS");
	size_t i;

	if (s == NULL || (in != NULL && strcmp(in, program_invocation_short_name) != 0))
		return;
	failing = at != NULL ? strtoul(at, NULL, 10) : 0;
	not_for = getenv("FAULT_NOT");
	all = getenv("FAULT_ALL") != NULL;
	if (file != NULL)
		calls_fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	for (i = 1; i < sizeof names / sizeof *names; i++)
		if (strcmp(s, names[i]) == 0)
			kind = (enum kind)i;
}

static void __attribute__((destructor))
end(void)
{
	unsigned long i;

	kind = NONE;
	for (i = 0; calls_fd >= 0 && i < count && i < SITES; i++) {
		Dl_info from;
		char line[512];
		const int known = dladdr(sites[i], &from) != 0;
		const int n = known ? snprintf(line, sizeof line, "%s+%zx\n", from.dli_fname,
		    (size_t)((uintptr_t)sites[i] - (uintptr_t)from.dli_fbase)) : snprintf(line, sizeof line, "?\n");

		if (syscall(SYS_write, calls_fd, line, (size_t)n) != n)
			_exit(99);
	}
}

/* Whether the caller is in a library that is left out. */
static int
left_out(const void *caller)
{
	Dl_info from;
	const char *word = not_for;
	size_t len;

	if (word == NULL || dladdr(caller, &from) == 0)
		return 0;
	for (; *word != '\0'; word += len + strspn(word + len, " ")) {
		len = strcspn(word, " ");
		if (memmem(from.dli_fname, strlen(from.dli_fname), word, len) != NULL)
			return 1;
	}
	return 0;
}

/* Whether this call, of ${mine}, shall fail; errno is ${error} then. */
static int
fails(enum kind mine, int error, void *caller)
{
	if (kind != mine || left_out(caller))
		return 0;
	if (count < SITES)
		sites[count] = caller;
	count++;
	if (failing == 0 || (count != failing && !(all && count > failing)))
		return 0;
	errno = error;
	return 1;
}

#define CALLER __builtin_return_address(0)
/* The function of this name that would have been called. */
#define NEXT(result, name, ...) ((result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t
read(int fd, void *buf, size_t len)
{
	return fails(READ, EIO, CALLER) ? -1 : syscall(SYS_read, fd, buf, len);
}

ssize_t
__read_chk(int fd, void *buf, size_t len, size_t room)
{
	if (len > room)
		abort();
	return fails(READ, EIO, CALLER) ? -1 : syscall(SYS_read, fd, buf, len);
}

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	return fails(READ, ECONNRESET, CALLER) ? -1 : NEXT(ssize_t, recv, int, void *, size_t, int)(fd, buf, len, flags);
}

ssize_t
write(int fd, const void *buf, size_t len)
{
	return fails(WRITE, ENOSPC, CALLER) ? -1 : syscall(SYS_write, fd, buf, len);
}

ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	return fails(WRITE, EPIPE, CALLER) ? -1 : NEXT(ssize_t, send, int, const void *, size_t, int)(fd, buf, len, flags);
}

pid_t
fork(void)
{
	const pid_t pid = fails(FORK, EAGAIN, CALLER) ? -1 : NEXT(pid_t, fork, void)();

	if (pid == 0)
		calls_fd = -1;
	return pid;
}

int
pipe(int fds[2])
{
	return fails(PIPE, EMFILE, CALLER) ? -1 : NEXT(int, pipe, int[2])(fds);
}

int
pipe2(int fds[2], int flags)
{
	return fails(PIPE, EMFILE, CALLER) ? -1 : NEXT(int, pipe2, int[2], int)(fds, flags);
}

int
fsync(int fd)
{
	return fails(FSYNC, EIO, CALLER) ? -1 : NEXT(int, fsync, int)(fd);
}

int
fdatasync(int fd)
{
	return fails(FSYNC, EIO, CALLER) ? -1 : NEXT(int, fdatasync, int)(fd);
}

static int
open_at(int dir, const char *path, int flags, va_list ap)
{
	const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;

	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* ${at}: the folder to begin at; behind it the parameter that it comes from, if it is one, with its comma. */
#define OPEN_LIKE(name, at, ...) \
int \
name(__VA_ARGS__ const char *path, int flags, ...) \
{ \
	va_list ap; \
	int fd; \
	if (fails(OPEN, EMFILE, CALLER)) \
		return -1; \
	va_start(ap, flags); \
	fd = open_at(at, path, flags, ap); \
	va_end(ap); \
	return fd; \
}
OPEN_LIKE(open, AT_FDCWD,)
OPEN_LIKE(open64, AT_FDCWD,)
OPEN_LIKE(__open_2, AT_FDCWD,)
OPEN_LIKE(openat, dir, int dir,)
OPEN_LIKE(openat64, dir, int dir,)
OPEN_LIKE(__openat_2, dir, int dir,)

/* These open inside of libc. */
FILE *
fopen(const char *path, const char *mode)
{
	return fails(OPEN, EMFILE, CALLER) ? NULL : NEXT(FILE *, fopen, const char *, const char *)(path, mode);
}

DIR *
opendir(const char *path)
{
	return fails(OPEN, EMFILE, CALLER) ? NULL : NEXT(DIR *, opendir, const char *)(path);
}

int
mkostemp(char *path, int flags)
{
	return fails(OPEN, ENOSPC, CALLER) ? -1 : NEXT(int, mkostemp, char *, int)(path, flags);
}

/* glibc's own, under the names it gives them for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *
malloc(size_t size)
{
	return fails(MALLOC, ENOMEM, CALLER) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails(MALLOC, ENOMEM, CALLER) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails(MALLOC, ENOMEM, CALLER) ? NULL : __libc_realloc(p, size);
}
