#if defined(__linux__) && !defined(ESPCAP_PORTABLE)

#include "confine_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

/* Rights and scopes younger than the header may be. */
#define ACCESS_REFER (1ULL << 13)
#define ACCESS_TRUNCATE (1ULL << 14)
#define ACCESS_IOCTL_DEV (1ULL << 15)
#define SCOPE_ALL 3ULL

static const uint64_t reading = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

/* A user of /etc/passwd, where those of the system are.  Others are known to getpwnam(3), which has modules of the system's
 * configuration run in this process, as root. */
static const struct passwd *
local_user(const char *name)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	if (f == NULL)
		return NULL;
	while ((pw = fgetpwent(f)) != NULL && strcmp(pw->pw_name, name) != 0)
		continue;
	fclose(f);
	return pw;
}

int
confine_user(struct confine_worker *c, const char *name)
{
	const struct passwd *pw;

	if (geteuid() != 0)
		return name == NULL ? 0 : -1;
	pw = local_user(name != NULL ? name : "espcap");
	if (pw == NULL && name == NULL)
		pw = local_user("nobody");
	if (pw == NULL)
		pw = getpwnam(name != NULL ? name : "nobody");
	if (pw == NULL)
		return name == NULL ? 0 : -1;
	c->drop = pw->pw_uid != 0;
	c->user = pw->pw_uid;
	c->group = pw->pw_gid;
	return 0;
}

static void
set_limits(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);	/* also where there is no Landlock: not a byte into a file; pipes are none */
}

static void
limit_memory(const struct confine_worker *c)
{
	const uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	const rlim_t most = c->memory > 0 && c->memory < machine ? c->memory : machine;
	const struct rlimit memory = { most, most };

	setrlimit(RLIMIT_DATA, &memory);
}

static int
drop_privileges(const struct confine_worker *c)
{
	unsigned long cap;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	/* Without these not even root has any after the next exec. */
	for (cap = 0; cap < 64 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		continue;
	if (c->drop && (setgroups(0, NULL) != 0 || setresgid(c->group, c->group, c->group) != 0 ||
	    setresuid(c->user, c->user, c->user) != 0))
		return -1;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return 0;
}

/* Allow ${rights} below ${path}, if it is there. */
static void
allow(int ruleset, const char *path, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

/* The folder of the program ${path}, and of programs installed as PREFIX/bin/NAME the whole PREFIX. */
static void
allow_program(int ruleset, const char *path)
{
	char *real = realpath(path, NULL), *slash;

	if (real == NULL)
		return;
	slash = strrchr(real, '/');
	*slash = '\0';
	slash = strrchr(real, '/');
	if (slash != NULL && slash != real && strcmp(slash, "/bin") == 0)
		*slash = '\0';
	if (*real != '\0')
		allow(ruleset, real, reading);
	free(real);
}

static void
close_file_system(const struct confine_worker *c)
{
	static const char *const programs[] = {
		"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store", "/gnu/store",
	};
	struct { uint64_t fs, net, scoped; } rights = { .fs = writing };
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	const size_t size = abi < 4 ? sizeof rights.fs : abi < 6 ? 2 * sizeof rights.fs : sizeof rights;
	size_t i;
	int ruleset;

	if (abi < 1)
		return;
	rights.fs |= (abi >= 2 ? ACCESS_REFER : 0) | (abi >= 3 ? ACCESS_TRUNCATE : 0) | (abi >= 5 ? ACCESS_IOCTL_DEV : 0);
	rights.fs |= c->read_all ? 0 : reading;
	rights.scoped = abi >= 6 ? SCOPE_ALL : 0;	/* no signals to others, no abstract sockets */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);
	if (ruleset < 0)
		return;
	for (i = 0; !c->read_all && i < sizeof programs / sizeof *programs; i++)
		allow(ruleset, programs[i], reading);
	allow(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE | (c->read_all ? 0 : LANDLOCK_ACCESS_FS_READ_FILE));
	if (!c->read_all) {
		allow(ruleset, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE);
		if (c->program != NULL)
			allow_program(ruleset, c->program);
		if (c->file != NULL)
			allow(ruleset, c->file, LANDLOCK_ACCESS_FS_READ_FILE);
		if (c->library != NULL)
			allow(ruleset, c->library, LANDLOCK_ACCESS_FS_READ_FILE);
	}
	syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
}

static void
close_network(void)
{
#ifdef HAVE_SECCOMP
	static const int denied[] = {
		SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept),
		SCMP_SYS(accept4), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(mount),
		SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(userfaultfd),
		SCMP_SYS(io_uring_setup), SCMP_SYS(kexec_load), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(open_by_handle_at),
		SCMP_SYS(pidfd_getfd),
		/* What changes a file without writing to it is none of Landlock's. */
		SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(fchown), SCMP_SYS(lchown), SCMP_SYS(fchownat),
		SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(utimensat), SCMP_SYS(futimesat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr),
		SCMP_SYS(fsetxattr), SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	size_t i;

	if (filter == NULL)
		return;
	for (i = 0; i < sizeof denied / sizeof *denied; i++)
		(void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), denied[i], 0);
	/* New namespaces by clone(2) too; clone3(2)'s flags can't be seen, and the C library then takes the other one. */
	(void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER));
	(void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	(void)seccomp_load(filter);	/* a kernel without it: nothing is lost but this */
	seccomp_release(filter);
#else
	(void)unshare(CLONE_NEWNET);	/* where root starts us */
#endif
}

int
confine_worker(const struct confine_worker *c)
{
	set_limits();
#ifndef HAVE_SECCOMP
	close_network();
#endif
	if (drop_privileges(c) != 0)
		return -1;
	close_file_system(c);
#ifdef HAVE_SECCOMP
	close_network();
#endif
	if (c->program != NULL)
		limit_memory(c);
	return 0;
}

#else

typedef int confine_worker_is_in_another_file;

#endif
