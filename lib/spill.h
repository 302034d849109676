/* A pipe that holds more than one: what its reader can't take yet waits in a file. */
#ifndef ESPCAP_SPILL_H
#define ESPCAP_SPILL_H

#include <stdint.h>

/* What each complaint about a buffer that takes no more begins with. */
#define SPILL_FULL "the buffer "

/**
 * spill_run(limit):
 * Copy descriptor 0 to 1 until the end of the input, without ever making the writer wait before ${*limit} bytes (a uint64_t)
 * wait in the file that is descriptor 3.  Then the writer waits, which is said on stderr at most once a minute.  Memory: 1 MiB.
 * Return ES_OK; ES_FAILED after a message.
 */
int spill_run(void *limit);

#endif
