/* Numbers from options and configuration: every one of them passes here. */
#ifndef ESPCAP_NUM_H
#define ESPCAP_NUM_H

#include <stdint.h>

/**
 * num_count(s, min, max, out):
 * Parse all of ${s} as a decimal number without sign and store it in ${out}.  Return 0, or -1 if it is not digits only
 * or not within ${min} to ${max}.
 */
int num_count(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/**
 * num_size(s, min, max, out):
 * As num_count(), in bytes, with an optional unit after the digits: K, M, G or T (powers of 1024, either case, also as
 * KiB, MiB, ... or KB, MB, ..., which mean the same here; B alone is bytes).
 */
int num_size(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/**
 * num_seconds(s, max, out):
 * Parse all of ${s} as a time in seconds with up to three decimals ("0", "1", "0.25") up to ${max} seconds and store it
 * in ${out} in milliseconds.  Return 0, or -1 if it is no such number.
 */
int num_seconds(const char *s, uint64_t max, uint64_t *out);

#endif
