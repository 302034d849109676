#include "opt.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"

enum {
	HELP_COLUMN = 26,
	OPT_MAX = 64,
	LONG = 256,	/* and from there on: what getopt_long(3) calls the long options, which tells them from letters */
};

static const struct opt common[] = {
	{ "help", 'h', NULL, "show this help and exit" },
	{ "version", 'V', NULL, "show the version and exit" },
	{ NULL, 0, NULL, NULL },
};

void
opt_close_stdout(void)
{
	const int failed = ferror(stdout);

	errno = 0;
	/* EBADF with nothing printed is no loss, but then nothing could be said either: it counts as a failure. */
	if (fclose(stdout) != 0 || failed)
		msg_die(ES_FAILED, "stdout: %s", errno != 0 ? strerror(errno) : "could not be written");
}

static void
show_options(const struct opt *o)
{
	int n;

	for (; o->name != NULL; o++) {
		if (o->letter != 0)
			n = printf("  -%c, ", o->letter);
		else
			n = printf("      ");
		n += printf("--%s%s%s", o->name, o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
		if (n >= HELP_COLUMN - 1)
			n = printf("\n") - 1;
		printf("%*s%s\n", HELP_COLUMN - n, "", o->help);
	}
}

static void __attribute__((noreturn))
show_help(const struct opt_command *cmd)
{
	const char *line = cmd->synopsis;
	const char *head = "usage:";

	while (line != NULL) {
		const char *end = strchr(line, '\n');

		printf("%s %s %.*s\n", head, msg_name(), (int)(end != NULL ? end - line : (long)strlen(line)), line);
		head = "      ";
		line = end != NULL ? end + 1 : NULL;
	}
	printf("%s\n\n", cmd->purpose);
	show_options(cmd->options);
	show_options(common);
	opt_close_stdout();
	exit(ES_OK);
}

static void __attribute__((noreturn))
show_version(void)
{
	printf("%s (espcap) %s\n", msg_name(), ESPCAP_VERSION);
	opt_close_stdout();
	exit(ES_OK);
}

/* getopt_long(3)'s tables for ours: ${n} options are in ${all}. */
static void
long_table(const struct opt *const *all, size_t n, struct option *table, char *s)
{
	size_t i;

	*s++ = ':';	/* a missing argument is told from an unknown option */
	for (i = 0; i < n; i++) {
		table[i] = (struct option){ .name = all[i]->name, .val = LONG + (int)i,
			.has_arg = all[i]->arg != NULL ? required_argument : no_argument };
		if (all[i]->letter != 0) {
			*s++ = all[i]->letter;
			if (all[i]->arg != NULL)
				*s++ = ':';
		}
	}
	*s = '\0';
	table[n] = (struct option){ .name = NULL };
}

static void __attribute__((noreturn))
refuse(int c, const char *word)
{
	const int name = (int)strcspn(word, "=");	/* without a value, which can be a password */

	if (c == ':')
		msg_usage("option '%s' needs an argument", word);
	if (optopt >= LONG)
		msg_usage("option '%.*s' takes no argument", name, word);
	if (optopt != 0)
		msg_usage("unknown option '-%c'", optopt);
	msg_usage("unknown or ambiguous option '%.*s'", name, word);
}

int
opt_parse(const struct opt_command *cmd, int argc, char **argv,
    void (*take)(const struct opt *o, const char *arg, void *ctx), void *ctx)
{
	const struct opt *all[OPT_MAX], *o;
	struct option table[OPT_MAX + 1];
	char letters[2 * OPT_MAX + 2];
	size_t n = 0, own, i;
	int c;

	while (cmd->options[n].name != NULL)
		n++;
	own = n;
	assert(own + 2 <= OPT_MAX);
	for (i = 0; i < own; i++)
		all[i] = &cmd->options[i];
	all[n++] = &common[0];
	all[n++] = &common[1];
	long_table(all, n, table, letters);

	opterr = 0;
	for (;;) {
		int word = optind;

		optopt = 0;
		c = getopt_long(argc, argv, letters, table, NULL);
		if (c == -1)
			break;
		if (c == '?' || c == ':') {
			/* The word at fault is the one before optind, or the one that letters are still read from; musl's optind
			 * goes past the argument that is missing. */
			if (optind > word && optind > 1)
				word = optind - 1;
			if (word >= argc)
				word = argc - 1;
			refuse(c, argv[word]);
		}
		if (c >= LONG)
			o = all[c - LONG];
		else {
			for (i = 0; i < n - 1 && all[i]->letter != c; i++)
				continue;
			o = all[i];
		}
		if (o == &common[0])
			show_help(cmd);
		if (o == &common[1])
			show_version();
		take(o, optarg, ctx);
	}
	return optind;
}
