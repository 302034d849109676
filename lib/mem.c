#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"

static void (*failure_hook)(void);

void
mem_at_failure(void (*hook)(void))
{
	failure_hook = hook;
}

static void __attribute__((noreturn))
no_memory(void)
{
	void (*hook)(void) = failure_hook;

	failure_hook = NULL;
	if (hook != NULL)
		hook();
	msg_die(ES_FAILED, "out of memory");
}

void *
mem_array(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		no_memory();
	p = realloc(p, bytes > 0 ? bytes : 1);
	if (p == NULL)
		no_memory();
	return p;
}

void *
mem_zero(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (p == NULL)
		no_memory();
	return p;
}

char *
mem_string(const char *s, size_t len)
{
	char *p = mem_array(NULL, len + 1, 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
mem_format(const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		no_memory();
	return p;
}
