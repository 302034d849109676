/* The index a packet belongs to: one a day, by the packet's own time, in UTC. */
#ifndef ESPCAP_DAY_H
#define ESPCAP_DAY_H

#include <stddef.h>
#include <stdint.h>

enum { DAY_NAME = 256 };	/* an index name of at most 255 bytes, and its terminator */

/* Where packets go whose time is missing or can't be: a fixed name, or one odd capture makes hundreds of indices. */
#define DAY_UNDATED "packets-undated"

/* Packets captured from 1970-01-02 to 2099-12-31 are taken by their time, in milliseconds since 1970-01-01 UTC. */
#define DAY_FIRST_MS UINT64_C(86400000)
#define DAY_LAST_MS UINT64_C(4102444799999)

/**
 * day_check(pattern):
 * Return NULL if the strftime(3) pattern ${pattern} gives a legal index name for every day that day_index() takes, or
 * else what is wrong, for a person.  Legal is what Elasticsearch 6 to 9 and OpenSearch take: at most 255 bytes, ASCII here,
 * lower case, none of \ / * ? " < > | space , # : and no control byte, not starting with - _ or +, not "." or "..".
 * Reads the time zone's file, once: call it before descriptors or system calls are shut.
 */
const char *day_check(const char *pattern);

/**
 * day_index(pattern, ms, name):
 * Write into ${name} the index name, by the checked ${pattern}, for a packet captured ${ms} milliseconds after
 * 1970-01-01 UTC, DAY_FIRST_MS to DAY_LAST_MS.
 */
void day_index(const char *pattern, uint64_t ms, char name[DAY_NAME]);

/**
 * day_ms(s, len, ms):
 * Parse tshark's timestamp, all digits, into ${ms}.  Return 0, or -1 if it is anything else or not within DAY_FIRST_MS to
 * DAY_LAST_MS (tshark prints "0000", "0-2078", 20 digits, ... for times it could not know).
 */
int day_ms(const char *s, size_t len, uint64_t *ms);

#endif
