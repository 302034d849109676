/* Files that arrive in a directory: which are closed, and a wait for the next one.  Linux: file leases and inotify(7). */
#ifndef ESPCAP_ARRIVALS_H
#define ESPCAP_ARRIVALS_H

#include <sys/stat.h>

/**
 * arrivals_open(dir):
 * Watch the directory ${dir} from now on; return a descriptor for arrivals_wait().  Dies with ES_FAILED if that can't be.
 */
int arrivals_open(const char *dir);

/**
 * arrivals_wait(fd, ms):
 * Wait until a file was closed after writing, or moved into the directory, or something was removed from it; and at most ${ms}
 * milliseconds (-1: without end).
 */
void arrivals_wait(int fd, int ms);

/**
 * arrivals_complete(path):
 * Whether no one has the file ${path} open for writing.  Where the kernel does not tell (another user's file, a network file
 * system), whether it was last written to more than five seconds ago.
 */
int arrivals_complete(const char *path);

#endif
