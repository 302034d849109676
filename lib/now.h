/* The time that passes. */
#ifndef ESPCAP_NOW_H
#define ESPCAP_NOW_H

#include <stdint.h>

/**
 * now_ms():
 * Milliseconds of a clock that only goes forward.
 */
uint64_t now_ms(void);

#endif
