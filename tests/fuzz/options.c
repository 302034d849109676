/*
 * libFuzzer: a command line, its words ended by NUL bytes, and the numbers in it.  Either something is wrong, which is status 2
 * and said, or each option comes with its argument, every other word is an operand, and the same options written out plainly, the
 * operands behind "--", mean the same.  A number is what strtoull(3) and strtod(3) take it for.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

static void __attribute__((noreturn)) fuzz_exit(int status);
static void __attribute__((format(printf, 1, 2), noreturn)) fuzz_usage(const char *fmt, ...);
static int __attribute__((format(printf, 1, 2))) fuzz_printf(const char *fmt, ...);

#include "msg.h"

#define exit fuzz_exit
#define msg_usage fuzz_usage
#define printf fuzz_printf
#define fclose(f) ((void)(f), 0)
#include "../../lib/opt.c"
#undef exit
#undef msg_usage
#undef printf
#undef fclose

#include <stdarg.h>
#include <stdlib.h>

#include "mem.h"
#include "num.h"

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))

/* Each letter may be an option, and each byte a word. */
enum { BYTES = 400, WORDS = BYTES + 1, RAN = -1 };

static const struct opt options[] = {
	{ "count", 'c', "N", "a number" },
	{ "size", 0, "SIZE", "a size" },
	{ "seconds", 's', "TIME", "a time" },
	{ "word", 'w', "WORD", "anything" },
	{ "worded", 0, NULL, "a longer name that begins with another" },
	{ "quiet", 'q', NULL, "nothing" },
	{ "verbose", 'v', NULL, "nothing" },
	{ NULL, 0, NULL, NULL },
};
static const struct opt_command command = { "[options]\n[more]", "Be parsed.", options };

/* What one command line came to. */
struct outcome {
	int status;		/* RAN, or how it ended */
	size_t count, operands;
	struct { const struct opt *o; const char *arg; } given[WORDS];
	char **operand;
};

static jmp_buf back;
static size_t said;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_exit(int status)
{
	longjmp(back, status + 1);
}

static void
fuzz_usage(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	REQUIRE(vsnprintf(text, sizeof text, fmt, ap) > 0);
	va_end(ap);
	longjmp(back, ES_USAGE + 1);
}

static int
fuzz_printf(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	REQUIRE(n >= 0);
	said += (size_t)n;
	return n;
}

static void
take_option(const struct opt *o, const char *arg, void *ctx)
{
	struct outcome *out = ctx;

	REQUIRE(o >= options && o < options + sizeof options / sizeof *options - 1);
	REQUIRE((arg != NULL) == (o->arg != NULL));
	out->given[out->count].o = o;
	out->given[out->count++].arg = arg;
}

static void
parse_words(int argc, char **argv, struct outcome *out)
{
	int at;

	memset(out, 0, sizeof *out);
	said = 0;
	optind = 0;	/* getopt(3) begins anew */
	out->status = setjmp(back) - 1;
	if (out->status != RAN) {
		REQUIRE(out->status == ES_USAGE || (out->status == ES_OK && said > 0));
		return;
	}
	at = opt_parse(&command, argc, argv, take_option, out);
	REQUIRE(at >= 1 && at <= argc && argv[argc] == NULL);
	out->operand = argv + at;
	out->operands = (size_t)(argc - at);
}

static void
check_numbers(const char *s)
{
	uint64_t n = 0, same = 0;
	char *end;
	const int digits = *s >= '0' && *s <= '9';
	unsigned long long want;

	errno = 0;
	want = strtoull(s, &end, 10);
	REQUIRE((num_count(s, 5, UINT64_MAX - 5, &n) == 0) ==
	    (digits && *end == '\0' && errno == 0 && want >= 5 && want <= UINT64_MAX - 5));
	REQUIRE(n == 0 || n == want);
	if (num_size(s, 0, UINT64_MAX, &n) == 0) {
		REQUIRE(digits && errno == 0 && n >= want && (n == want || n % 1024 == 0) && strlen(end) <= 3);
		REQUIRE(n == 0 || num_size(s, 0, n - 1, &same) != 0);
	}
	if (num_seconds(s, 1000000, &n) == 0)
		REQUIRE(digits && n <= 1000000000 && (uint64_t)(strtod(s, &end) * 1000 + 0.5) == n && *end == '\0');
}

/* The same, as one would write it who leaves no doubt. */
static void
check_plain(const struct outcome *was)
{
	char *words[2 * WORDS + 2] = { (char[]){ "fuzz" } };
	struct outcome now;
	int n = 1, made;
	size_t i;

	for (i = 0; i < was->count; i++)
		words[n++] = was->given[i].arg == NULL ? mem_format("--%s", was->given[i].o->name) :
		    mem_format("--%s=%s", was->given[i].o->name, was->given[i].arg);
	made = n;
	words[n++] = (char[]){ "--" };
	for (i = 0; i < was->operands; i++)
		words[n++] = was->operand[i];
	parse_words(n, words, &now);
	REQUIRE(now.status == RAN && now.count == was->count && now.operands == was->operands);
	for (i = 0; i < was->count; i++)
		REQUIRE(now.given[i].o == was->given[i].o &&
		    (was->given[i].arg == NULL || strcmp(now.given[i].arg, was->given[i].arg) == 0));
	for (i = 0; i < was->operands; i++)
		REQUIRE(now.operand[i] == was->operand[i]);
	while (--made > 0)
		free(words[made]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_string((const char *)data, size < BYTES ? size : BYTES), *words[WORDS + 1] = { (char[]){ "fuzz" } };
	struct outcome out;
	size_t at, i;
	int n = 1;

	for (at = 0; at < size && at < BYTES; at += strlen(text + at) + 1)
		words[n++] = text + at;
	parse_words(n, words, &out);
	for (i = 0; i < out.count; i++)
		if (out.given[i].arg != NULL)
			check_numbers(out.given[i].arg);
	if (out.status == RAN)
		check_plain(&out);
	free(text);
	return 0;
}
