#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

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
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->last = 0;
}

int
signals_take(struct signals *s, int *report)
{
	struct signalfd_siginfo info;
	uint64_t now;
	int n = 0;

	*report = 0;
	while (read(s->fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGUSR1) {
			*report = 1;
			continue;
		}
		if (info.ssi_signo == SIGUSR2) {
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
