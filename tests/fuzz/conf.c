/*
 * libFuzzer: espcap.yml.  What is wrong in it is a message and status 2; what is taken has only values of each key's kind, and
 * is given out in full.  msg_die() jumps back to here, and what was allocated till then is freed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "msg.h"

static jmp_buf back;

static void __attribute__((format(printf, 2, 3), noreturn))
fuzz_die(enum es_status status, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	longjmp(back, (int)status);
}

#define msg_die fuzz_die
#include "../../lib/conf.c"
#undef msg_die

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

enum { BLOCKS = 1 << 18 };

/* What was allocated since the parser began and is not freed, newest last.  libFuzzer's own thread allocates as it starts. */
static const volatile void *blocks[BLOCKS];
static size_t count;
static _Thread_local int inside;

int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
    void (*on_free)(const volatile void *));
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
note_malloc(const volatile void *p, size_t size)
{
	(void)size;
	if (inside && count < BLOCKS)
		blocks[count++] = p;
}

static void
note_free(const volatile void *p)
{
	size_t i;

	for (i = count; inside && i > 0; i--)
		if (blocks[i - 1] == p) {
			memmove(&blocks[i - 1], &blocks[i], (--count - (i - 1)) * sizeof *blocks);
			break;
		}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free) > 0 ? 0 : 1;
}

static void
take_option(const char *name, const char *value, void *ctx)
{
	REQUIRE(strchr(name, '_') == NULL && (value == NULL || *value != '\0'));
	++*(size_t *)ctx;
}

static void
check(const struct conf *c)
{
	size_t k, i, wanted = 0, given = 0;

	for (k = 0; k < KEYS; k++) {
		REQUIRE(c->set[k].count <= 1 || keys[k].kind == LIST);
		for (i = 0; i < c->set[k].count; i++) {
			REQUIRE(value_wrong(keys[k].kind, c->set[k].values[i]) == NULL);
			wanted += keys[k].kind != FLAG || strcmp(c->set[k].values[i], "false") != 0;
		}
	}
	for (k = CONF_CAPTURE; k <= CONF_ESPCAP; k++)
		conf_options(c, (enum conf_stage)k, take_option, &given);
	REQUIRE(given == wanted);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c;
	int status;

	count = 0;
	inside = 1;
	status = setjmp(back);
	if (status == 0) {
		c = mem_zero(1, sizeof *c);
		parse(c, (const char *)data, size);
		check(c);
		conf_free(c);
		REQUIRE(count == 0);	/* nothing is left over */
	}
	inside = 0;
	REQUIRE(status == 0 || status == ES_USAGE);
	while (count > 0)
		free((void *)(uintptr_t)blocks[--count]);
	return 0;
}
