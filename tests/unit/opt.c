#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "msg.h"
#include "opt.h"

static const struct opt options[] = {
	{ "file", 'f', "FILE", "a file" },
	{ "files-that-are-many-indeed", 0, "LIST", "more of them" },
	{ "quiet", 'q', NULL, "say nothing" },
	{ "fill", 0, NULL, "fill it" },
	{ NULL, 0, NULL, NULL },
};
static const struct opt_command command = { "[options] FILE\n-", "Do it.", options };

static void
note(const struct opt *o, const char *arg, void *ctx)
{
	(void)ctx;
	printf("%s=%s ", o->name, arg != NULL ? arg : "");
}

/* What a process prints that parses ${words}, a space between them, on stdout and stderr; the text ends with its status. */
static void
comes_to(const char *words, const char *wanted)
{
	char copy[256], *argv[16] = { (char[]){ "prog" } }, *word, *rest = copy, got[2048] = "";
	int argc = 1, fds[2], status, at;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	snprintf(copy, sizeof copy, "%s", words);
	while ((word = strsep(&rest, " ")) != NULL)
		argv[argc++] = word;
	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		msg_program("/bin/prog");
		for (at = opt_parse(&command, argc, argv, note, NULL); at < argc; at++)
			printf("[%s]", argv[at]);
		opt_close_stdout();
		exit(ES_OK);
	}
	close(fds[1]);
	while ((n = read(fds[0], got + len, sizeof got - len - 8)) > 0)
		len += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(got + len, sizeof got - len, " %d", WEXITSTATUS(status));
	assert_string_equal(got, wanted);
}

static void
words(void **state)
{
	(void)state;
	comes_to("a -f x b --file=y --file z -qfw", "file=x file=y file=z quiet= file=w [a][b] 0");
	comes_to("-q -- -f --file", "quiet= [-f][--file] 0");
	comes_to("- --quiet -f -", "quiet= file=- [-] 0");
	comes_to("--files=a --fil", "prog: unknown or ambiguous option '--fil'\nprog: try 'prog --help'\nfiles-that-are-many-indeed=a  2");
	comes_to("--file=", "file=  0");
}

static void
wrong(void **state)
{
	(void)state;
	comes_to("--file", "prog: option '--file' needs an argument\nprog: try 'prog --help'\n 2");
	comes_to("-f", "prog: option '-f' needs an argument\nprog: try 'prog --help'\n 2");
	comes_to("a -x", "prog: unknown option '-x'\nprog: try 'prog --help'\n 2");
	comes_to("--quiet=secret", "prog: option '--quiet' takes no argument\nprog: try 'prog --help'\n 2");
	comes_to("--pass=secret", "prog: unknown or ambiguous option '--pass'\nprog: try 'prog --help'\n 2");
}

static void
help(void **state)
{
	const char *shown = "usage: prog [options] FILE\n       prog -\nDo it.\n\n"
	    "  -f, --file FILE         a file\n"
	    "      --files-that-are-many-indeed LIST\n"
	    "                          more of them\n"
	    "  -q, --quiet             say nothing\n"
	    "      --fill              fill it\n"
	    "  -h, --help              show this help and exit\n"
	    "  -V, --version           show the version and exit\n 0";

	(void)state;
	comes_to("x --help --nope", shown);
	comes_to("-h", shown);
	comes_to("-V", "prog (espcap) " ESPCAP_VERSION "\n 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words), cmocka_unit_test(wrong), cmocka_unit_test(help),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
