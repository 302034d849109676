#include "tag.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "quote.h"
#include "utf8.h"

const char *
tags_add(struct tags *tags, const char *word)
{
	const char *equals = strchr(word, '=');
	const size_t len = strlen(word);
	char *name, *quoted_name, *quoted_value, *longer;
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
	quoted_name = quote_json(name);
	quoted_value = quote_json(equals + 1);
	longer = mem_format("%s%s%s:%s", tags->text != NULL ? tags->text : "", tags->text != NULL ? "," : "", quoted_name,
	    quoted_value);
	free(quoted_name);
	free(quoted_value);
	free(tags->text);
	tags->text = longer;
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
