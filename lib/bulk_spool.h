/* A folder of chunks that no server has taken yet.  Each is a file, a bulk stream, there before the chunk is sent and removed
 * when it is delivered: whatever ends the program, the next start goes on with them. */
#ifndef ESPCAP_BULK_SPOOL_H
#define ESPCAP_BULK_SPOOL_H

#include <stdint.h>

#include "bulk_chunk.h"

struct bulk_spool {
	char *dir;
	int dir_fd;
	uint64_t most, used;	/* bytes */
	uint64_t number;	/* of the next file of this process */
	char **waiting;		/* files not in memory, oldest first from ${first} */
	size_t first, count, room;
	uint64_t documents;	/* in those of them that this process wrote */
	size_t older;		/* those of them that it did not write */
	uint64_t bad;		/* files that could not be read: they are kept under another name */
};

/**
 * bulk_spool_open(s, dir, most):
 * Use the folder ${dir}, made if it is not there, for up to ${most} bytes, and find what waits in it.  Dies with ES_FAILED when it
 * can't be used or another esbulk uses it.
 */
void bulk_spool_open(struct bulk_spool *s, const char *dir, uint64_t most);

/**
 * bulk_spool_has_room(s, len):
 * Whether ${len} more bytes are within the bound.
 */
int bulk_spool_has_room(const struct bulk_spool *s, uint64_t len);

/**
 * bulk_spool_put(s, c, whole):
 * Write ${c} to a file of its own, or to the one it has: to a temporary name, synced, renamed, the folder synced.  A new file is
 * the newest, or, if ${whole} is not NULL, as old as that of ${whole}, which ${c} is a part of.  Return 0, or -1 with errno (a
 * full disk): then nothing has changed.
 */
int bulk_spool_put(struct bulk_spool *s, struct bulk_chunk *c, const struct bulk_chunk *whole);

/**
 * bulk_spool_leave(s, c):
 * ${c}, which is in the spool, waits there: it is freed, and comes again from bulk_spool_take().
 */
void bulk_spool_leave(struct bulk_spool *s, struct bulk_chunk *c);

/**
 * bulk_spool_take(s, max_line, older):
 * The oldest waiting chunk, read from its file; NULL: none waits.  *older: it is one that this process did not write.  A file
 * that is no bulk stream, or has a line of over ${max_line} bytes, is named and put aside (.bad).
 */
struct bulk_chunk *bulk_spool_take(struct bulk_spool *s, size_t max_line, int *older);

/**
 * bulk_spool_waits(s):
 * Whether a chunk waits that bulk_spool_take() would give.
 */
int bulk_spool_waits(const struct bulk_spool *s);

/**
 * bulk_spool_done(s, c):
 * ${c} was delivered: remove its file.
 */
void bulk_spool_done(struct bulk_spool *s, struct bulk_chunk *c);

/**
 * bulk_spool_close(s):
 * Free what ${s} holds and let others use the folder.
 */
void bulk_spool_close(struct bulk_spool *s);

#endif
