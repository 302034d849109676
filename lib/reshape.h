/* From tshark's EK stream to the bulk stream that a server takes. */
#ifndef ESPCAP_RESHAPE_H
#define ESPCAP_RESHAPE_H

#include <stddef.h>

#include "msg.h"

struct reshape_options {
	const char *index;	/* strftime pattern of the index name, checked by day_check() */
	const char *op;		/* "index" or "create" */
	int id;			/* give each document an _id made from itself */
	const char *tags;	/* members for each document, as JSON text without braces; NULL: none */
	const char *const *tag_names;	/* and their names, NULL at the end */
	size_t max_line;	/* longest line taken, in bytes */
	const char *bad;	/* file for bad lines; NULL: they are only counted */
	const char *stats;	/* file for the account; NULL: none */
};

/**
 * reshape_files(opt, files, count):
 * Read the ${count} EK streams ${files} one after the other ("-": stdin) and write one bulk stream to stdout: an action line and
 * a document for each document read.  Bad lines are counted, said (the first ten of them) and passed over.
 * Whole pairs only are written, at once when the input has to be waited for.  Memory: about four times the longest line,
 * sixteen times one of nothing but numbers and commas.
 * After the files are open the process confines itself to reading and writing where it can (confine.h).
 * Return ES_OK, ES_SOME when lines were bad, ES_FAILED when a file could not be read; dies when the output can't be written.
 */
enum es_status reshape_files(const struct reshape_options *opt, char *const *files, size_t count);

#endif
