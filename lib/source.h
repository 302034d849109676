/* One capture file, or what comes on stdin, as it is dissected: what stands before tshark, and the team of tsharks. */
#ifndef ESPCAP_SOURCE_H
#define ESPCAP_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "capture.h"
#include "capfile.h"
#include "child.h"
#include "fan.h"
#include "relay.h"
#include "team.h"
#include "watch.h"

struct source {
	char *path;		/* "-": stdin */
	int from_dir;		/* found in a folder, where other files may be */
	enum capfile kind;
	char *wrong;		/* why it can't be dissected; NULL: nothing known */
	int fed;		/* a stream that our own processes write */
	int runs;		/* source_start() was called with success */
	int early;		/* tshark ended before its input did */
	struct child feeder, unpacker, census;
	int told;		/* where the feeder or the census tells how many packets there are; -1: nobody does */
	struct fan fan;
	struct team team;
};

/* How one ended. */
struct source_end {
	int tshark;		/* as child_wait() tells it */
	int feeder;
	int uneven;		/* team->uneven */
	int counted;		/* ${packets} is known: so many tshark had to print */
	uint64_t packets;
};

/**
 * source_look(s):
 * See what s->path is: sets s->kind, and s->wrong where that is no capture.  Nothing is started.
 */
void source_look(struct source *s);

/**
 * source_workers(s, opt):
 * How many tsharks dissect it: opt->jobs, or one when it is so small that starting more takes longer than they save.
 */
size_t source_workers(const struct source *s, const struct capture_options *opt);

/**
 * source_start(s, opt, workers, split, count):
 * Start what is needed, for at most ${count} packets (0: all).  Return 0; -1 after a message.
 */
int source_start(struct source *s, const struct capture_options *opt, size_t workers, enum tshark_split split, uint64_t count);

/**
 * source_watch(s, w, relay) / source_serve(s, w, relay):
 * As team_watch() and team_serve(), with the other processes.
 */
void source_watch(struct source *s, struct watch *w, struct relay *relay);
size_t source_serve(struct source *s, const struct watch *w, struct relay *relay);

/**
 * source_ended(s, end):
 * After TEAM_ENDED: whether the other processes have ended too, and then how.
 */
int source_ended(struct source *s, struct source_end *end);

/**
 * source_free(s):
 * End what runs, and free what ${s} holds, s->path too.
 */
void source_free(struct source *s);

#endif
