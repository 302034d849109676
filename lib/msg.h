/* Messages and exit statuses: the one place for both, the same in every command. */
#ifndef ESPCAP_MSG_H
#define ESPCAP_MSG_H

#include <stddef.h>

/* Exit statuses of every command of the family (espcap(7), EXIT STATUS). */
enum es_status {
	ES_OK = 0,	/* all done, nothing lost, nothing refused */
	ES_SOME = 1,	/* done, but some input was bad or some documents were refused; counted, and where they are is named */
	ES_USAGE = 2,	/* wrong use: option, filter, configuration */
	ES_FAILED = 3,	/* could not do it: no tshark, no permission, disk full, broken pipe, no memory */
	ES_LATER = 4,	/* could not deliver it now: the same command may succeed later */
};

/**
 * msg_program(argv0):
 * Remember the program's name for all messages: the last component of ${argv0}, which must outlive the process.  A standard
 * descriptor that is closed is taken, so that no file opened later gets its number; using it fails as before.  Call it first.
 */
void msg_program(const char *argv0);

/**
 * msg_name():
 * The program's name, as messages show it.
 */
const char *msg_name(void);

/**
 * msg_quiet(on):
 * With ${on} non-zero, msg_info() says nothing from now on.  Warnings and errors are always said.
 */
void msg_quiet(int on);

/**
 * msg_warn(fmt, ...):
 * Print "program: MESSAGE\n" on stderr by one write(2), so that lines of the stages of a pipe do not mix.  Control
 * bytes and invalid UTF-8 in the formatted text are shown as \xNN: what came from the network can't drive the
 * reader's terminal.  A message over 4 KiB is cut and ends in "...".  errno is left as it was.
 */
void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * msg_info(fmt, ...):
 * As msg_warn(), but silent after msg_quiet(1).
 */
void msg_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * msg_die(status, fmt, ...):
 * As msg_warn(), then exit(${status}).  Does not return.
 */
void msg_die(enum es_status status, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/**
 * msg_usage(fmt, ...):
 * As msg_die(ES_USAGE, ...), followed by a second line that points to --help.  Does not return.
 */
void msg_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * msg_clean(dst, size, src, len):
 * Write the ${len} bytes at ${src} into ${dst} (${size} bytes, at least 8) as a string safe for a terminal, by the
 * rule of msg_warn(); cut with "..." when it does not fit.  Return the length of the string written.
 */
size_t msg_clean(char *dst, size_t size, const char *src, size_t len);

#endif
