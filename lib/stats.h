/* --stats FILE: the account of one stage as one JSON object, for programs. */
#ifndef ESPCAP_STATS_H
#define ESPCAP_STATS_H

#include <stdint.h>

struct stats;

/**
 * stats_open(path):
 * Start an object that stats_close() will put into the file ${path}.  NULL stands for "not wanted": then NULL is
 * returned, and all functions here do nothing with it.  The file is created at once, so that a path that can't be written is told
 * before the work: dies with ES_FAILED then.  ${path} must stay.
 */
struct stats *stats_open(const char *path);

/**
 * stats_number(st, name, value) / stats_seconds(st, name, ms) / stats_string(st, name, value):
 * Add a member: a number; ${ms} milliseconds as seconds with three decimals; a string, escaped.
 */
void stats_number(struct stats *st, const char *name, uint64_t value);
void stats_seconds(struct stats *st, const char *name, uint64_t ms);
void stats_string(struct stats *st, const char *name, const char *value);

/**
 * stats_begin(st, name) / stats_end(st):
 * Open and close an object as the member ${name}.
 */
void stats_begin(struct stats *st, const char *name);
void stats_end(struct stats *st);

/**
 * stats_close(st):
 * Write the object and a newline, close and free.  Dies with ES_FAILED when it can't be written.
 */
void stats_close(struct stats *st);

#endif
