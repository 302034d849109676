/* The tshark that dissects, and the dumpcap beside it that captures. */
#ifndef ESPCAP_TSHARK_H
#define ESPCAP_TSHARK_H

#include <stddef.h>
#include <stdint.h>

#include "confine_worker.h"

struct tshark {
	char *path;		/* of tshark */
	char *dumpcap;		/* of dumpcap; NULL: there is none */
	char *library;		/* what makes it print faster, lib/preload/tshark_stdout.c; NULL: not found */
	char *const *more;	/* the caller's own arguments for tshark, NULL at the end */
	const char *layers;	/* for -J; NULL: all layers */
	struct confine_worker confine;	/* who it becomes, and how much memory it may have */
};

/**
 * tshark_find(t, path):
 * Find tshark: ${path}, a program or the folder that has it; with NULL in PATH.  dumpcap is looked for beside it, then in PATH;
 * t->library where escapture itself is, or where make install puts it from there.  Dies with ES_FAILED when there is no tshark,
 * saying what to install.
 */
void tshark_find(struct tshark *t, const char *path);

/* Frames go to the tsharks of one capture by blocks of 16: single ones are split less evenly, since requests and answers
 * alternate. */
enum { TSHARK_BLOCK = 16 };

/* How each of them is told its blocks. */
enum tshark_split {
	TSHARK_WHOLE,		/* it is the only one */
	TSHARK_BY_BIT,		/* frame.number & 16: before 4.0, and only for powers of two */
	TSHARK_BY_BLOCK,	/* frame.number / 16 % N */
};

/* What one tshark is to do. */
struct tshark_task {
	const char *file;	/* read this one; NULL: stdin */
	int at_once;		/* print each packet at once */
	uint64_t count;		/* packets read, at most; 0: all */
	enum tshark_split split;
	size_t part, parts;	/* which blocks to print */
};

/**
 * tshark_arguments(t, task):
 * The arguments, NULL at the end, that have tshark print the EK stream of ${task}.  Free with tshark_free_arguments().
 */
char **tshark_arguments(const struct tshark *t, const struct tshark_task *task);
void tshark_free_arguments(char **arguments);

/**
 * tshark_parts(split, n) / tshark_part(parts, frame):
 * Into how many parts, at most ${n}, a capture can be split so; which of the parts, from 0, has ${frame}.
 */
size_t tshark_parts(enum tshark_split split, size_t n);
size_t tshark_part(size_t parts, uint64_t frame);

/**
 * tshark_confinement(t, file):
 * What a tshark may do that opens ${file} itself (NULL: none).
 */
struct confine_worker tshark_confinement(const struct tshark *t, const char *file);

/**
 * tshark_can_split(t):
 * Whether with the caller's own arguments several tsharks together still print what one would print: a display filter, a second
 * pass or other fields printed make that uncertain, and so does every argument that is not known here.
 */
int tshark_can_split(const struct tshark *t);

/**
 * tshark_reads_twice(t):
 * Whether the caller's own arguments have tshark read its input twice (-2), which it can't where that is stdin.
 */
int tshark_reads_twice(const struct tshark *t);

/**
 * tshark_is_noise(line):
 * Whether ${line}, of tshark's or dumpcap's stderr, tells nothing that a user has to know.
 */
int tshark_is_noise(const char *line);

/**
 * tshark_free(t):
 * Free what ${t} holds.
 */
void tshark_free(struct tshark *t);

#endif
