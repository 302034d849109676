/* The list of captures that were indexed (espcap's --done): known again by their content, whatever they are called. */
#ifndef ESPCAP_DONE_H
#define ESPCAP_DONE_H

#include <stdint.h>

enum { DONE_DIGEST = 32, DONE_HEX = 2 * DONE_DIGEST + 1 };

/* A capture as it was when it was looked at. */
struct done_capture {
	uint64_t size, inode;
	int64_t changed;		/* ctime in nanoseconds: no one can set it back */
	unsigned char digest[DONE_DIGEST];	/* SHA-256 of its content */
};

enum done_state {
	DONE_NEW,
	DONE_KNOWN,		/* the list has this file as it is */
	DONE_KNOWN_CONTENT,	/* it has the content, of another file */
	DONE_UNREADABLE,	/* errno; EBUSY: it changed while it was read */
};

struct done;

/**
 * done_open(path):
 * Read the list ${path}; one that is not there is empty.  Dies with ES_FAILED when it can't be read.  A line that is no entry,
 * such as the half one of a run that was killed, is named and passed over.
 */
struct done *done_open(const char *path);

/**
 * done_has(d, path):
 * Whether the list has the file ${path} as it is: cheap, its content is not read.
 */
int done_has(struct done *d, const char *path);

/**
 * done_look(d, path, c):
 * What the list knows of the capture ${path}, with ${c} filled in.  Its content is only read where no entry has its inode, size and
 * time.
 */
enum done_state done_look(struct done *d, const char *path, struct done_capture *c);

/**
 * done_entry(c, path):
 * The line, without newline, that puts ${c} into a list; the caller frees it.
 */
char *done_entry(const struct done_capture *c, const char *path);

/**
 * done_close(d):
 * Free ${d}; NULL is nothing.
 */
void done_close(struct done *d);

#endif
