#if defined(__linux__) && !defined(ESPCAP_PORTABLE)

#include "drops.h"

#include <dirent.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* See ${s}, a packet socket of the other process. */
typedef int look(int s, struct drops *d);

/* An open file of the process, which may be a packet socket. */
static int
look_at(int process, int fd, look *see, struct drops *d)
{
	const int s = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	socklen_t size = sizeof(int);
	int domain = 0, seen = 0;

	if (s < 0)
		return 0;
	if (getsockopt(s, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_PACKET)
		seen = see(s, d);
	close(s);
	return seen;
}

/* Return the sum of what ${see} does. */
static int
look_at_all(pid_t pid, look *see, struct drops *d)
{
	const int process = (int)syscall(SYS_pidfd_open, pid, 0);
	const struct dirent *one;
	char path[64], target;
	int sum = 0;
	DIR *dir;

	if (process < 0)
		return 0;
	snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	while (dir != NULL && (one = readdir(dir)) != NULL)
		if (readlinkat(dirfd(dir), one->d_name, &target, 1) == 1 && target == 's')	/* socket:[1234] */
			sum += look_at(process, atoi(one->d_name), see, d);
	if (dir != NULL)
		closedir(dir);
	close(process);
	return sum;
}

static int
take(int s, struct drops *d)
{
	struct tpacket_stats counts;
	socklen_t size = sizeof counts;

	if (getsockopt(s, SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0) {
		d->seen += counts.tp_packets;
		d->dropped += counts.tp_drops;
	}
	return 0;
}

void
drops_take(struct drops *d, pid_t pid)
{
	look_at_all(pid, take, d);
}

/* Its filter is now one that takes nothing. */
static int
shut(int s, struct drops *d)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog filter = { .len = 1, .filter = &nothing };

	(void)d;
	return setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

void
drops_shut(pid_t pid)
{
	look_at_all(pid, shut, NULL);
}

static int
left(int s, struct drops *d)
{
	struct pollfd p = { .fd = s, .events = POLLIN };

	(void)d;
	return poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0;
}

int
drops_left(pid_t pid)
{
	return look_at_all(pid, left, NULL);
}

#else

typedef int drops_are_in_another_file;

#endif
