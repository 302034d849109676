/* The tshark that dissects, and the dumpcap beside it that captures. */
#ifndef ESPCAP_TSHARK_H
#define ESPCAP_TSHARK_H

#include <stddef.h>
#include <stdint.h>

struct tshark {
	char *path;		/* of tshark */
	char *dumpcap;		/* of dumpcap; NULL: there is none */
	char *const *more;	/* the caller's own arguments for tshark, NULL at the end */
	const char *layers;	/* for -J; NULL: all layers */
};

/**
 * tshark_find(t, path):
 * Find tshark: ${path}, a program or the folder that has it; with NULL in PATH.  dumpcap is looked for beside it, then in PATH.
 * Dies with ES_FAILED when there is no tshark, saying what to install.
 */
void tshark_find(struct tshark *t, const char *path);

/**
 * tshark_arguments(t, file, count):
 * The arguments, NULL at the end, to dissect ${file} ("-": its stdin, each packet printed at once), at most ${count} packets (0: all), as an
 * EK stream.  Free with tshark_free_arguments().
 */
char **tshark_arguments(const struct tshark *t, const char *file, uint64_t count);
void tshark_free_arguments(char **arguments);

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
