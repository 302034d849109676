#if defined(__linux__) && !defined(ESPCAP_PORTABLE)

#include "drops.h"

#include <dirent.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of one open file of the process; only a packet socket has such counts. */
static void
take_one(struct drops *d, int process, int fd)
{
	const int s = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	struct tpacket_stats counts;
	socklen_t size = sizeof counts, domain_size = sizeof(int);
	int domain = 0;

	if (s < 0)
		return;
	if (getsockopt(s, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) == 0 && domain == AF_PACKET &&
	    getsockopt(s, SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0) {
		d->seen += counts.tp_packets;
		d->dropped += counts.tp_drops;
	}
	close(s);
}

void
drops_take(struct drops *d, pid_t pid)
{
	const int process = (int)syscall(SYS_pidfd_open, pid, 0);
	const struct dirent *one;
	char path[64], target;
	DIR *dir;

	if (process < 0)
		return;
	snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	while (dir != NULL && (one = readdir(dir)) != NULL)
		if (readlinkat(dirfd(dir), one->d_name, &target, 1) == 1 && target == 's')	/* socket:[1234] */
			take_one(d, process, atoi(one->d_name));
	if (dir != NULL)
		closedir(dir);
	close(process);
}

#else

typedef int drops_are_in_another_file;

#endif
