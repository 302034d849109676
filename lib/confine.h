/* A filter that has opened its files needs nothing but to read, write and end. */
#ifndef ESPCAP_CONFINE_H
#define ESPCAP_CONFINE_H

/**
 * confine_filter():
 * From now on the process is killed (SIGSYS) when it asks the kernel for anything but reading, writing and closing
 * what is open, waiting for it, memory, and to end.  Does nothing where the build has no libseccomp (make SECCOMP=)
 * or the kernel refuses; a build with sanitizers does nothing either, since these need more.
 */
void confine_filter(void);

#endif
