/* Allocation that can't overflow and does not fail: without memory a filter says so and ends with ES_FAILED. */
#ifndef ESPCAP_MEM_H
#define ESPCAP_MEM_H

#include <stddef.h>

/**
 * mem_array(p, count, size):
 * Resize the block ${p} (NULL: a new one) to ${count} elements of ${size} bytes each and return it; new bytes are not
 * initialised.  Dies with ES_FAILED when there is no memory or the product overflows.  Free with free().
 */
void *mem_array(void *p, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/**
 * mem_zero(count, size):
 * A new block of ${count} zeroed elements of ${size} bytes each; dies as mem_array() does.  Free with free().
 */
void *mem_zero(size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/**
 * mem_string(s, len):
 * A new string of the ${len} bytes at ${s}, terminated; dies as mem_array() does.  Free with free().
 */
char *mem_string(const char *s, size_t len) __attribute__((returns_nonnull, warn_unused_result));

/**
 * mem_format(fmt, ...):
 * A new string by printf(3)'s rules; dies as mem_array() does.  Free with free().
 */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull, warn_unused_result));

/**
 * mem_at_failure(hook):
 * Call ${hook} once (NULL: nothing) before dying for want of memory; it must not allocate.  esreshape writes out its
 * whole lines there.
 */
void mem_at_failure(void (*hook)(void));

#endif
