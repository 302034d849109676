/* Programs that run below us, and end when we do. */
#ifndef ESPCAP_CHILD_H
#define ESPCAP_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "confine_worker.h"

struct child {
	pid_t pid;		/* 0: none */
	int out, err;		/* we read its stdout and stderr here; -1: closed */
	char line[1024];	/* of its stderr, as far as it has come */
	size_t line_len;
};

/* How to start one: a program, or a function of ours in a process of its own. */
struct child_how {
	char *const *argv;		/* argv[0] is its path; NULL: run ${function} */
	int (*function)(void *ctx);	/* reads descriptor 0, writes 1, complains on 2; its return is the exit status */
	void *ctx;
	int in;				/* becomes its stdin; -1: /dev/null */
	const struct confine_worker *confine;	/* what it may do; NULL: all that we may */
	int keep;			/* becomes the function's descriptor 3; 0: none */
	int out;			/* becomes its stdout; -1: a pipe to c->out */
};

/* One that is not started. */
#define CHILD_NONE ((struct child){ .out = -1, .err = -1 })

/**
 * child_start(c, how):
 * Start it, in a process group of its own (a terminal's Ctrl-C reaches us alone), with a clean environment (PATH, LC_ALL=C, TZ=UTC,
 * no preferences of anyone's for tshark), killed by the kernel when we die.  ${how}->in and ${how}->out stay open here.
 * Return 0, or -1 with errno.
 */
int child_start(struct child *c, const struct child_how *how);

/**
 * child_line(c, line):
 * After its stderr became readable: read once.  Then call with *${line} until it returns 0; each time it returns 1 *${line} is a
 * line.  At the end of its stderr c->err is closed.
 */
void child_read(struct child *c);
int child_line(struct child *c, char line[1024]);

/**
 * child_signal(c, sig):
 * Send it ${sig}, if it runs; SIGKILL to its process group.
 */
void child_signal(const struct child *c, int sig);

/**
 * child_wait(c):
 * Wait for its end, close what is left of it.  Return its exit status; 128 and the signal's number if one ended it.
 */
int child_wait(struct child *c);

#endif
