/* JSON by RFC 8259, tokenized by jsmn and then checked, since jsmn alone accepts more than the RFC. */
#ifndef ESPCAP_JSON_H
#define ESPCAP_JSON_H

#include <stddef.h>
#include <stdint.h>

/* Its types only; the functions are inside json.c, which includes jsmn.h before this. */
#define JSMN_HEADER
#define JSMN_PARENT_LINKS
#include <jsmn.h>

enum { JSON_DEPTH = 1024 };	/* levels of nesting accepted; Elasticsearch and OpenSearch stop at 1000 */

struct json {
	const char *text;
	/* In document order: a member's name, then its value.  A name's parent is its object, a value's parent its name
	 * or its array; a string's start and end are inside its quotes. */
	jsmntok_t *tokens;
	uint32_t *after;	/* of an object or array: the token behind all that is inside it */
	size_t room, count;
	int bytes;		/* what utf8_scan() says of the text */
	const char *why;	/* of a text that is no JSON, for a person */
	size_t where;		/* and the byte it was found at, from 0 */
};

/**
 * json_parse(j, text, len):
 * Parse the ${len} bytes at ${text}, which must stay as long as the tokens are used.  Exactly one value with white
 * space around it is accepted,
 * by the whole grammar: no NUL, no raw control byte in a string, no trailing comma, no lone surrogate check (\ud800 is
 * grammatical).  Bytes above 0x7f are not examined.  ${j} starts zeroed and may be used again for the next text: its
 * memory is kept.  Return 0 (token 0 is the value), or -1 with j->why and j->where.  Dies without memory.
 */
int json_parse(struct json *j, const char *text, size_t len);

/**
 * json_type(j, t) / json_size(j, t) / json_raw(j, t, len):
 * Of token ${t}: its type (JSMN_OBJECT, JSMN_ARRAY, JSMN_STRING, JSMN_PRIMITIVE); the number of members or elements;
 * its text in the source and, in ${len}, its bytes (for a string what is
 * between the quotes, escapes as they stand).
 */
jsmntype_t json_type(const struct json *j, size_t t);
size_t json_size(const struct json *j, size_t t);
const char *json_raw(const struct json *j, size_t t, size_t *len);

/**
 * json_after(j, t):
 * The token that follows ${t} and all that is inside it.
 */
size_t json_after(const struct json *j, size_t t);

/**
 * json_member(j, object, name):
 * The value of the last member of ${object} named ${name} (compared after unescaping); 0 if there is none or
 * ${object} is no object.
 */
size_t json_member(const struct json *j, size_t object, const char *name);

/**
 * json_unescape(dst, src, len):
 * Write the string with the escapes of the ${len} bytes at ${src} resolved to ${dst} (at least ${len} bytes: it never
 * grows; ${dst} may be
 * ${src}); a lone surrogate becomes its three bytes (WTF-8), so that different names stay different.  Return its length.
 */
size_t json_unescape(char *dst, const char *src, size_t len);

/**
 * json_is(j, t, s):
 * Whether token ${t} is a string equal to ${s} after unescaping, or a primitive spelled ${s}.
 */
int json_is(const struct json *j, size_t t, const char *s);

/**
 * json_free(j):
 * Free what ${j} holds and zero it.
 */
void json_free(struct json *j);

#endif
