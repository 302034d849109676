/* Command-line options: one table a command, from which parsing, --help and the tests of the man pages are made. */
#ifndef ESPCAP_OPT_H
#define ESPCAP_OPT_H

/* One option.  A table ends with an element whose name is NULL.  --help (-h) and --version (-V) are added to each. */
struct opt {
	const char *name;	/* long name, without the dashes */
	char letter;		/* short name, or 0 */
	const char *arg;	/* name of the argument as --help shows it, in capitals; NULL: takes none */
	const char *help;	/* one short line for --help */
};

/* What a command says of itself in --help. */
struct opt_command {
	const char *synopsis;	/* what follows the program's name in the usage line(s); "\n" starts another line */
	const char *purpose;	/* one sentence */
	const struct opt *options;
};

/**
 * opt_parse(cmd, argc, argv, take, ctx):
 * Parse ${argv} by getopt_long(3), options and operands in any order up to "--", and call ${take}(o, arg, ctx) for each
 * option in order, with its element of the table and its argument (NULL if it takes none).  --help and --version
 * print on stdout and exit with ES_OK (ES_FAILED if stdout can't be written); a wrong option ends in msg_usage().
 * Return the index of the first operand in ${argv}, which is permuted so that operands come last.
 */
int opt_parse(const struct opt_command *cmd, int argc, char **argv,
    void (*take)(const struct opt *o, const char *arg, void *ctx), void *ctx);

/**
 * opt_close_stdout():
 * Flush and close stdout.  Dies with ES_FAILED when what was printed could not be written (a full disk, a closed
 * descriptor).  Every command that printed by stdio calls this last.
 */
void opt_close_stdout(void);

#endif
