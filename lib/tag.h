/* --tag NAME=VALUE: members of the user's own in each document. */
#ifndef ESPCAP_TAG_H
#define ESPCAP_TAG_H

#include <stddef.h>

struct tags {
	char *text;	/* as JSON, without braces; NULL: none */
	char **names;	/* NULL at the end, once there is one */
	size_t count;
};

/**
 * tags_add(tags, word):
 * Add the tag ${word}, "NAME=VALUE".  Return NULL, or what is wrong with it, for a person: no '=', no name, a name of tshark's own
 * (layers, timestamp), one given before or with a leading '_' (the servers keep those), or bytes that are no UTF-8.
 */
const char *tags_add(struct tags *tags, const char *word);

/**
 * tags_names(tags):
 * The names, NULL at the end; they stay until tags_free().
 */
const char *const *tags_names(const struct tags *tags);

/**
 * tags_free(tags):
 * Free what ${tags} holds.
 */
void tags_free(struct tags *tags);

#endif
