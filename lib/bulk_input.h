/* The input of a delivery: its files one after the other, as chunks that are complete by count, by bytes or by time. */
#ifndef ESPCAP_BULK_INPUT_H
#define ESPCAP_BULK_INPUT_H

#include "bulk_run.h"

struct bulk_input {
	struct bulk_run *run;
	char *const *files;
	size_t count, at;	/* files, and the next one to open */
	const char *file;	/* the one being read, as messages name it */
	struct bulk_stream stream;
	int open, stopping;
	uint64_t unread;	/* files that could not be read */
	int bad_shown;
	uint64_t done, total;	/* bytes read, and to be read; 0: not known */
	uint64_t quiet_since;	/* when there was last something to read, or no room for it, ms */
	uint64_t flushed;	/* when a chunk was last complete by time, ms */
};

/**
 * bulk_input_open(in, run, files, count):
 * Start reading ${files} for ${run}.
 */
void bulk_input_open(struct bulk_input *in, struct bulk_run *run, char *const *files, size_t count);

/**
 * bulk_input_has_room(run):
 * Whether one more chunk may be completed now.
 */
int bulk_input_has_room(const struct bulk_run *run);

/**
 * bulk_input_flush_at(in):
 * When the chunk that is filling is complete by time: ms, as now_ms() counts; UINT64_MAX: it has no item yet.  That is when its
 * first item has waited for --flush, and before that when a quarter of --flush brought no more; but not for that sooner than
 * --flush after the last one.  So what comes alone need not wait, and no more requests are made than if it did.
 */
uint64_t bulk_input_flush_at(const struct bulk_input *in);

/**
 * bulk_input_take(in):
 * Put into chunks what was read, as long as there is room for them, and complete a chunk whose time has come.  Opens the next
 * file at the end of one.  Return the descriptor to wait for and then call bulk_input_read(); -1: there is no room, or no more
 * input.
 */
int bulk_input_take(struct bulk_input *in);

/**
 * bulk_input_read(in):
 * Read once from the descriptor that bulk_input_take() gave.
 */
void bulk_input_read(struct bulk_input *in);

/**
 * bulk_input_stop(in):
 * Read no more; what is whole of what was read counts.
 */
void bulk_input_stop(struct bulk_input *in);

/**
 * bulk_input_drop(in):
 * Read no more, and give up what was read but not yet put into a chunk.
 */
void bulk_input_drop(struct bulk_input *in);

/**
 * bulk_input_ended(in):
 * Whether all was read and put into chunks that are complete.
 */
int bulk_input_ended(const struct bulk_input *in);

#endif
