/* N tsharks on one capture: all dissect every packet, each prints its own blocks of them, and the blocks are put together in
 * order. */
#ifndef ESPCAP_TEAM_H
#define ESPCAP_TEAM_H

#include <stddef.h>
#include <stdint.h>

#include "fan.h"
#include "out.h"
#include "relay.h"
#include "tshark.h"
#include "watch.h"
#include "worker.h"

/* What a team's tsharks read. */
struct team_input {
	const char *file;	/* a file that each of them reads... */
	int by_name;		/* ...and opens itself; 0: it is given as stdin */
	struct fan *fan;	/* or, if not NULL, a stream... */
	uint64_t from;		/* ...from this position on... */
	int with_header;	/* ...after its header; 0: that is in what comes */
	uint64_t count;		/* packets at most, each of which each of them counts; 0: all */
};

struct team {
	const struct tshark *tshark;
	struct team_input input;
	struct worker *workers;
	size_t count;
	enum tshark_split split;
	uint64_t frame;		/* the one to be printed next */
	uint64_t printed;	/* lines; two are a packet */
	uint64_t torn;		/* and lines that are none of a packet's */
	int proved;		/* its first document was as it has to be, or there is but one worker */
	int ended, status;	/* no more is printed; the status of the tshark that ended first */
	int uneven;		/* another one had more: the file has grown under way, or one of them gave up early */
	uint64_t said[16];	/* complaints, by hash: N tsharks complain N times of one thing */
	size_t said_count;
};

enum team_state {
	TEAM_RUNS,
	TEAM_ENDED,	/* all of it was printed, and nobody runs any more; team->status and ->uneven tell how */
	TEAM_UNFIT,	/* this tshark can't be split so; nothing was printed yet: team_again() */
};

/**
 * team_start(t, tshark, input, count, split):
 * Start ${count} tsharks on ${input}, split by ${split}.  Return 0, or -1 after a message, and then nothing runs.
 */
int team_start(struct team *t, const struct tshark *tshark, const struct team_input *input, size_t count, enum tshark_split split);

/**
 * team_again(t):
 * After TEAM_UNFIT start again with the next simpler way to split, the last being one tshark.  Return as team_start().
 */
int team_again(struct team *t);

/**
 * team_watch(t, w, relay) / team_serve(t, w, relay):
 * Add to ${w} what the team waits for; do what can be done after the wait.  Complaints are read and said by ${relay} if it is
 * not NULL; those of tsharks that are not proved yet wait.  team_serve() returns how many bytes they had printed.
 */
void team_watch(struct team *t, struct watch *w, struct relay *relay);
size_t team_serve(struct team *t, const struct watch *w, struct relay *relay);

/**
 * team_merge(t, out):
 * Move to ${out} all that is next in order, and see whether that was the end.
 */
enum team_state team_merge(struct team *t, struct out *out);

/**
 * team_runs(t):
 * How many of its tsharks have not printed all they will.
 */
size_t team_runs(const struct team *t);

/**
 * team_memory(t):
 * How much memory its tsharks have together, in bytes.
 */
uint64_t team_memory(const struct team *t);

/**
 * team_stop(t, sig) / team_free(t):
 * Send ${sig} to all; kill, wait for, and free what is left.
 */
void team_stop(const struct team *t, int sig);
void team_free(struct team *t);

#endif
