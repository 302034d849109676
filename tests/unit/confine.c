#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "confine.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef HAVE_SECCOMP
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#undef HAVE_SECCOMP
#endif

/* What a process that is confined and then does ${act} ends with, as waitpid() tells it. */
static int
end_of(void (*act)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		confine_filter();
		act();
		_exit(7);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void act_open(void) { (void)!open("/dev/null", O_RDONLY); }
static void act_socket(void) { (void)!socket(AF_INET, SOCK_STREAM, 0); }
static void act_exec(void) { execl("/bin/true", "true", (char *)NULL); }
static void act_fork(void) { if (fork() == 0) _exit(0); }
static void act_kill(void) { kill(getppid(), 0); }
static void act_unlink(void) { unlink("/nonexistent"); }

/* All that a filter does. */
static void
act_filter(void)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	char *block = malloc(10 << 20);

	if (block == NULL || (block = realloc(block, 40 << 20)) == NULL)
		_exit(1);
	free(block);
	(void)!read(-1, &p, 0);
	(void)!write(-1, &p, 0);
	(void)poll(&p, 1, 0);
	close(0);
}

static void
forbidden(void **state)
{
	static void (*const acts[])(void) = { act_open, act_socket, act_exec, act_fork, act_kill, act_unlink };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof acts / sizeof *acts; i++) {
		const int status = end_of(acts[i]);

#ifdef HAVE_SECCOMP
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGSYS);
#else
		assert_true(WIFEXITED(status));
#endif
	}
}

static void
allowed(void **state)
{
	const int status = end_of(act_filter);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forbidden),
		cmocka_unit_test(allowed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
