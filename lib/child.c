#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* Nothing of the caller's changes what tshark prints: no preferences, no local time, no language. */
static void
clean_environment(void)
{
	const char *path = getenv("PATH");
	static char *none[] = { NULL };
	char kept[4096];

	strncpy(kept, path != NULL ? path : "/usr/bin:/bin", sizeof kept - 1);
	kept[sizeof kept - 1] = '\0';
	environ = none;
	setenv("PATH", kept, 1);
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	setenv("HOME", "/nonexistent", 1);
	setenv("WIRESHARK_CONFIG_DIR", "/nonexistent", 1);
	setenv("WIRESHARK_EXTCAP_DIR", "/nonexistent", 1);	/* half of its start time */
}

static void __attribute__((noreturn))
become(const struct child_how *how, int out, int err, pid_t parent)
{
	sigset_t none;
	int in = how->in, status;

	if (host_end_with(parent) != 0)
		_exit(126);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, how->argv != NULL ? SIG_DFL : SIG_IGN);
	if (in < 0)
		in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0 || (in != 0 && dup2(in, 0) < 0) || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (how->argv != NULL)
		clean_environment();
	if (how->confine != NULL) {
		if (how->confine->library != NULL)
			setenv("LD_PRELOAD", how->confine->library, 1);
		if (confine_worker(how->confine) != 0) {
			dprintf(2, "another user can't be become: %s\n", strerror(errno));
			_exit(126);
		}
		/* Another user's process is not ended with its parent unless that is said again. */
		if (host_end_with(parent) != 0)
			_exit(126);
	}
	if (how->argv == NULL) {
		/* Our other pipes would never end while we hold them. */
		if (how->keep > 0 && how->keep != 3 && dup2(how->keep, 3) < 0)
			_exit(126);
		host_close_from(how->keep > 0 ? 4 : 3, 0);
		status = how->function(how->ctx);
		_exit(status);
	}
	/* What our own caller left open is none of its business. */
	host_close_from(3, 1);
	fcntl(0, F_SETFD, 0);	/* it can have been 0 before, and closed on exec */
	execv(how->argv[0], how->argv);
	dprintf(2, "%s: %s\n", how->argv[0], strerror(errno));
	_exit(127);
}

int
child_start(struct child *c, const struct child_how *how)
{
	int out[2] = { -1, how->out }, err[2];
	const pid_t parent = getpid();
	pid_t pid;
	int saved;

	memset(c, 0, sizeof *c);
	c->out = c->err = -1;
	if (how->out < 0 && pipe2(out, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(err, O_CLOEXEC) != 0)
		goto no_err;
	pid = fork();
	if (pid < 0)
		goto no_fork;
	if (pid == 0)
		become(how, out[1], err[1], parent);
	setpgid(pid, pid);
	if (how->out < 0)
		close(out[1]);
	close(err[1]);
	c->pid = pid;
	c->out = out[0];
	c->err = err[0];
	return 0;
no_fork:
	saved = errno;
	close(err[0]);
	close(err[1]);
	errno = saved;
no_err:
	saved = errno;
	if (how->out < 0) {
		close(out[0]);
		close(out[1]);
	}
	errno = saved;
	return -1;
}

void
child_read(struct child *c)
{
	ssize_t n;

	n = read(c->err, c->line + c->line_len, sizeof c->line - 1 - c->line_len);
	if (n > 0)
		c->line_len += (size_t)n;
	else if (n == 0 || errno != EINTR) {
		/* What it said is lost; that can be said. */
		if (n < 0)
			c->line_len = (size_t)snprintf(c->line, sizeof c->line, "its messages can't be read: %s", strerror(errno));
		close(c->err);
		c->err = -1;
	}
}

int
child_line(struct child *c, char line[1024])
{
	char *nl = memchr(c->line, '\n', c->line_len);
	size_t len = nl != NULL ? (size_t)(nl - c->line) : c->line_len;

	if (c->line_len == 0 || (nl == NULL && c->err >= 0 && c->line_len < sizeof c->line - 1))
		return 0;
	memcpy(line, c->line, len);
	line[len] = '\0';
	len += nl != NULL;
	memmove(c->line, c->line + len, c->line_len - len);
	c->line_len -= len;
	return 1;
}

void
child_signal(const struct child *c, int sig)
{
	/* What it may have started itself ends with it, or would hold its pipes open. */
	if (c->pid > 0)
		kill(sig == SIGKILL ? -c->pid : c->pid, sig);
}

int
child_wait(struct child *c)
{
	int status = 0;

	if (c->out >= 0)
		close(c->out);
	if (c->err >= 0)
		close(c->err);
	c->out = c->err = -1;
	if (c->pid <= 0)
		return 0;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	c->pid = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
