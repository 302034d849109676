#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bulk_run.h"
#include "mem.h"
#include "msg.h"
#include "quote.h"

enum { REFUSED_SHOWN = 10 };

/* The action line's index as JSON, for FILE.why; "" when it has none, or what is none. */
static char *
index_of(const struct bulk_chunk *c, const struct bulk_item *item)
{
	struct json j = { 0 };
	const char *line = c->data + item->at, *raw;
	const char *end = memchr(line, '\n', item->len);
	size_t len, t;
	char *name = NULL, *quoted;

	if (json_parse(&j, line, (size_t)(end - line)) == 0 && (t = json_member(&j, 2, "_index")) != 0 &&
	    json_type(&j, t) == JSMN_STRING) {
		raw = json_raw(&j, t, &len);
		name = mem_string(raw, len);
		name[json_unescape(name, name, len)] = '\0';
	}
	quoted = quote_json(name != NULL ? name : "");
	free(name);
	json_free(&j);
	return quoted;
}

void
bulk_reject_check(struct bulk_run *run)
{
	if (run->rejects.failed)
		bulk_settle_stop(run, ES_FAILED, "refused documents can't be kept");
}

void
bulk_reject(struct bulk_run *run, const struct bulk_chunk *c, size_t i, unsigned status, const char *type, const char *reason)
{
	const struct bulk_item *item = &c->items[i];
	char *index = index_of(c, item), *etype = quote_json(type), *ereason = quote_json(reason), *line;

	run->account.rejected++;
	bulk_keep_add(&run->rejects, c->data + item->at, item->len, 1);
	line = mem_format("{\"status\":%u,\"type\":%s,\"reason\":%s,\"index\":%s,\"line\":%" PRIu64 "}", status, etype,
	    ereason, index, item->line);
	bulk_keep_why(&run->rejects, line);
	bulk_reject_check(run);
	if (!run->opt->quiet && run->refused_shown < REFUSED_SHOWN) {
		run->refused_shown++;
		msg_warn("line %" PRIu64 ": refused with %u, %s: %s%s", item->line, status, type, reason,
		    run->refused_shown == REFUSED_SHOWN ? " (further ones are only counted)" : "");
	}
	free(line);
	free(index);
	free(etype);
	free(ereason);
}
