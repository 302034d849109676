#include "tag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

/* Append the ${len} bytes at ${s} to ${dst} as a JSON string; return what follows.  At most 6 x ${len} + 2 bytes. */
static char *
quote(char *dst, const char *s, size_t len)
{
	size_t i;

	*dst++ = '"';
	for (i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0x20)
			dst += sprintf(dst, "\\u%04x", (unsigned)s[i]);
		else {
			if (s[i] == '"' || s[i] == '\\')
				*dst++ = '\\';
			*dst++ = s[i];
		}
	}
	*dst++ = '"';
	*dst = '\0';
	return dst;
}

const char *
tags_add(struct tags *tags, const char *word)
{
	const char *equals = strchr(word, '=');
	const size_t len = strlen(word), old = tags->text != NULL ? strlen(tags->text) : 0;
	char *name, *at;
	size_t i;

	if (equals == NULL || equals == word)
		return "it is NAME=VALUE";
	if (utf8_valid(word, len) < len)
		return "it is no UTF-8";
	if (word[0] == '_')
		return "names with a leading '_' are the server's";
	name = mem_string(word, (size_t)(equals - word));
	tags->names = mem_array(tags->names, tags->count + 2, sizeof *tags->names);
	tags->names[tags->count] = name;
	tags->names[tags->count + 1] = NULL;
	if (strcmp(name, "layers") == 0 || strcmp(name, "timestamp") == 0)
		return "that name is tshark's";
	for (i = 0; i < tags->count; i++)
		if (strcmp(tags->names[i], name) == 0)
			return "that name was given before";
	tags->count++;
	tags->text = mem_array(tags->text, old + 6 * len + 8, 1);
	at = tags->text + old;
	if (old > 0)
		*at++ = ',';
	at = quote(at, name, strlen(name));
	*at++ = ':';
	quote(at, equals + 1, strlen(equals + 1));
	return NULL;
}

const char *const *
tags_names(const struct tags *tags)
{
	static const char *const none[] = { NULL };

	return tags->count > 0 ? (const char *const *)tags->names : none;
}

void
tags_free(struct tags *tags)
{
	size_t i;

	for (i = 0; i < tags->count; i++)
		free(tags->names[i]);
	free(tags->names);
	free(tags->text);
}
