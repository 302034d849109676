/* tshark meets hostile packets: what it and its kind may do beyond reading what it is given and writing to us. */
#ifndef ESPCAP_CONFINE_WORKER_H
#define ESPCAP_CONFINE_WORKER_H

#include <stdint.h>
#include <sys/types.h>

struct confine_worker {
	const char *program;	/* what will run, so that it can be found; NULL: a function of ours, without a limit of memory */
	const char *file;	/* a file that it opens itself; NULL: none */
	const char *library;	/* one that is loaded into it; NULL: none */
	int read_all;		/* it may read whatever its user may: arguments of the caller's can name any file */
	int drop;		/* become ${user} and ${group}: we are root */
	uid_t user;
	gid_t group;
	uint64_t memory;	/* most that it can have, bytes; 0: as much as the machine has */
};

/**
 * confine_worker(c):
 * In a new process before it runs ${c}->program: no user, group or capability of ours but ${c}'s, no new ones; no sockets; no
 * file written, and only those read that programs need; no core files.  What the kernel or the build does not have is left out.
 * Return 0, or -1 with errno when ${c}->user can't be become.
 */
int confine_worker(const struct confine_worker *c);

/**
 * confine_user(c, name):
 * Have ${c} become the user ${name}; with NULL, and if we are root, an unprivileged one of the system.  Return 0, or -1 when
 * there is none of that name or we are not root.
 */
int confine_user(struct confine_worker *c, const char *name);

#endif
