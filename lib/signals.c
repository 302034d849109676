#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "host.h"
#include "now.h"

enum { ONE_MS = 500 };

void
signals_open(struct signals *s)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
	struct sigaction was;
	sigset_t set;
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		if (sigaction(ours[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			sigaddset(&set, ours[i]);
	s->fd = host_signals(&set);
	s->last = 0;
}

int
signals_take(struct signals *s, int *report)
{
	uint64_t now;
	int sig, n = 0;

	*report = 0;
	while ((sig = host_signal(s->fd)) > 0) {
		if (sig == SIGUSR1) {
			*report = 1;
			continue;
		}
		if (sig == SIGUSR2) {
			n += 2;
			continue;
		}
		now = now_ms();
		if (s->last == 0 || now - s->last >= ONE_MS) {
			s->last = now;
			n++;
		}
	}
	return n;
}
