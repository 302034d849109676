/* Signals that end a run, read in a loop like any other input. */
#ifndef ESPCAP_SIGNALS_H
#define ESPCAP_SIGNALS_H

#include <stdint.h>

struct signals {
	int fd;			/* readable when one came */
	uint64_t last;		/* when one that asks to end came last, ms */
};

/**
 * signals_open(s):
 * From now on SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 are read from s->fd; one that was ignored stays so: a script that
 * chains us stops the first stage only.  SIGPIPE is ignored, so that a write says what happened.
 */
void signals_open(struct signals *s);

/**
 * signals_take(s, report):
 * How many requests to end have come since the last call.  Two within half a second are one: timeout(1) and some shells send
 * theirs to the process and to its group; a SIGUSR2 is two: such a script's last word.  *${report} is set to 1 when SIGUSR1
 * came, else to 0.
 */
int signals_take(struct signals *s, int *report);

#endif
