/* How many packets a capture has, by libpcap: what tshark prints is held against that. */
#ifndef ESPCAP_CENSUS_H
#define ESPCAP_CENSUS_H

#include <stdint.h>
#include <sys/types.h>

/**
 * census_take(size, n):
 * Count the packets of the capture on descriptor 0, of ${size} bytes.  Return 0, with the number in *${n}; -1 where it is not known:
 * it has another size now, it is cut or damaged, or libpcap reads no such capture.
 */
int census_take(off_t size, uint64_t *n);

#endif
