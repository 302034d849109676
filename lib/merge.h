/* The document that a server takes, from the one that tshark printed: repeated members merged, filtered layers dropped. */
#ifndef ESPCAP_MERGE_H
#define ESPCAP_MERGE_H

#include "json.h"
#include "out.h"

struct merge_slot {
	uint16_t object;	/* the one that this was put in for; of another: the slot is free */
	uint16_t hash;		/* a part of it that the slot's place does not tell */
	uint32_t token;
};

struct merge {
	const struct json *j;
	struct out *out;
	uint32_t *next;		/* a token's: the next name equal to this one, in the same object; 0: none */
	unsigned char *mark;	/* a token's: MERGE_... */
	size_t room;		/* of both, in tokens */
	struct merge_slot *table;	/* names seen in this object, by hash */
	size_t table_size;	/* a power of 2 */
	uint16_t object;	/* counts them, and the table is cleared when it comes round */
	char *name[2];		/* unescaped, when names with escapes are compared */
	size_t name_room;
	uint64_t seed;
	size_t repeats;		/* members merged away in the last document */
	size_t filtered;	/* layers dropped from it */
};

/**
 * merge_open(m, out):
 * Start merging into ${out}.
 */
void merge_open(struct merge *m, struct out *out);

/**
 * merge_find(m, j):
 * Find in the document ${j}, an object with its tokens, what merge_write() will change; ${j} must stay until then.
 * Return whether there is
 * anything to change: if not, the document's text is what merge_write() would write.
 *
 * The rules (DESIGN.md, reference/tshark-ek.md, measured on tshark 2.4 to 4.6):
 * - A member of a top-level "layers" that is just {"filtered":...}, or a non-empty array of nothing but such, is
 *   dropped: it names a layer that tshark -J was told not to print.
 * - Members of one object, at any depth, whose names are equal after unescaping become one at the first one's place,
 *   an array of their values in document order.  An array among them gives its elements, not itself; null stays.
 * - All else stays byte for byte.  A dropped member takes the comma before it along (the first one: the one behind it).
 */
int merge_find(struct merge *m, const struct json *j);

/**
 * merge_write(m):
 * Append the changed document to the output's record.
 */
void merge_write(struct merge *m);

/**
 * merge_close(m):
 * Free what ${m} holds.
 */
void merge_close(struct merge *m);

#endif
