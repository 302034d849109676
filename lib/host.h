/* What Linux has and others have not, or have otherwise: host.c is for Linux, host_none.c does it as POSIX and the BSDs allow. */
#ifndef ESPCAP_HOST_H
#define ESPCAP_HOST_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * host_processors():
 * How many processors this process may use, 1 or more.
 */
unsigned host_processors(void);

/**
 * host_memory(pid):
 * How many bytes of address space ${pid} has; 0 where that is not known.
 */
uint64_t host_memory(pid_t pid);

/**
 * host_end_with(parent):
 * In a new process: it is killed when ${parent}, which made it, dies; elsewhere it ends by its pipes.  Return 0, or -1 if
 * ${parent} is gone.
 */
int host_end_with(pid_t parent);

/**
 * host_close_from(first, at_exec):
 * Close all descriptors from ${first} on; with ${at_exec} only when another program is run.
 */
void host_close_from(int first, int at_exec);

/**
 * host_widen(fd):
 * Have ${fd}, which is read from, hold 1 MiB if it is a pipe: its writer and its reader then take fewer turns.  It holds what it
 * did where that can't be had.
 */
void host_widen(int fd);

/**
 * host_unnamed_file(dir):
 * A file without a name in ${dir}, so that nothing stays of it whatever ends us.  Return its descriptor, or -1 with errno.
 */
int host_unnamed_file(const char *dir);

/**
 * host_signals(set) / host_signal(fd):
 * From now on the signals of ${set} do nothing but to wait in the descriptor that is returned (-1: there is none), which is then
 * readable; one set in a process.  Return the next one's number, 0 if none has come.
 */
int host_signals(const sigset_t *set);
int host_signal(int fd);

#endif
