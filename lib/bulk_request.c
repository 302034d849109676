#include "bulk_request.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "mem.h"
#include "msg.h"

enum {
	HEADERS_MOST = 256 * 1024,	/* of an answer */
	ANSWER_MOST = 1 << 20,		/* its body may be this long, for each item that more: */
	ANSWER_ITEM = 8 * 1024,
	ANSWER_QUOTES = 4,		/* and so many times the request, of which it quotes what does not fit the mapping */
	UPLOAD = 512 * 1024,		/* bytes handed to the kernel at a time */
};

static size_t
take_body(char *data, size_t size, size_t n, void *ctx)
{
	struct bulk_request *r = ctx;

	n *= size;
	if (n > r->most - r->len) {
		r->overlong = 1;
		return 0;	/* curl ends the request */
	}
	if (r->room - r->len < n) {
		r->room = r->len + n > 2 * r->room ? r->len + n : 2 * r->room;
		r->body = mem_array(r->body, r->room, 1);
	}
	memcpy(r->body + r->len, data, n);
	r->len += n;
	return n;
}

static size_t
take_header(char *data, size_t size, size_t n, void *ctx)
{
	struct bulk_request *r = ctx;

	(void)data;
	r->header_bytes += size * n;
	return r->header_bytes > HEADERS_MOST ? 0 : size * n;
}

/* Called when the connection is there and the request about to be sent. */
static int
count_sent(void *ctx, char *their_ip, char *our_ip, int their_port, int our_port)
{
	struct bulk_request *r = ctx;

	(void)their_ip;
	(void)our_ip;
	(void)their_port;
	(void)our_port;
	r->sent++;
	return CURL_PREREQFUNC_OK;
}

void
bulk_request_open(struct bulk_request *r, const struct bulk_access *access)
{
	memset(r, 0, sizeof *r);
	r->access = access;
	r->easy = curl_easy_init();
	if (r->easy == NULL)
		msg_die(ES_FAILED, "out of memory");
}

static char *
request_url(const struct bulk_access *a, const struct bulk_node *node)
{
	/* Small answers, but each item's status stays in them.  Under SigV4 no '*' may be in the URL (curl #7559). */
	const char *filter = a->aws != NULL ? "" : "filter_path=took,errors,items.*.status,items.*.error&";
	const char *type = a->doctype != NULL ? a->doctype : node->wants_type ? "_doc" : NULL;
	char *path, *url;

	/* The index in the URL is a default that each action line overrides; Elasticsearch 6 wants one before the type. */
	path = type != NULL ? mem_format("/packets/%s/_bulk", type) : mem_format("/_bulk");
	url = mem_format("%s%s?%s%s%s%s%s%s", node->url, path, filter,
	    a->pipeline != NULL ? "pipeline=" : "", a->pipeline != NULL ? a->pipeline : "", a->pipeline != NULL ? "&" : "",
	    a->refresh != NULL ? "refresh=" : "", a->refresh != NULL ? a->refresh : "");
	while (url[strlen(url) - 1] == '&' || url[strlen(url) - 1] == '?')
		url[strlen(url) - 1] = '\0';
	free(path);
	return url;
}

/* Compress the chunk into r->packed; return its length. */
static size_t
pack(struct bulk_request *r)
{
	const struct bulk_chunk *c = r->chunk;
	z_stream z = { 0 };
	size_t most;

	if (c->len > UINT_MAX || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		msg_die(ES_FAILED, "zlib can't compress a chunk of %zu bytes", c->len);
	most = deflateBound(&z, c->len);
	if (most > r->packed_room) {
		r->packed = mem_array(r->packed, most, 1);
		r->packed_room = most;
	}
	z.next_in = (unsigned char *)c->data;
	z.avail_in = (unsigned)c->len;
	z.next_out = (unsigned char *)r->packed;
	z.avail_out = (unsigned)most;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		msg_die(ES_FAILED, "zlib did not finish");
	deflateEnd(&z);
	return z.total_out;
}

void
bulk_request_start(struct bulk_request *r, CURLM *multi, struct bulk_chunk *chunk, struct bulk_node *node)
{
	const int gzip = r->access->gzip && !node->is_loopback;
	char *url = request_url(r->access, node);
	CURL *easy = r->easy;
	const char *body;
	size_t len;

	r->chunk = chunk;
	r->node = node;
	r->len = r->header_bytes = r->sent = 0;
	r->overlong = 0;
	r->most = ANSWER_MOST + ANSWER_ITEM * chunk->count + ANSWER_QUOTES * chunk->len;
	r->error[0] = '\0';
	len = gzip ? pack(r) : chunk->len;
	body = gzip ? r->packed : chunk->data;
	curl_slist_free_all(r->headers);
	r->headers = bulk_access_headers(r->access, body, len, gzip);
	curl_easy_reset(easy);	/* keeps its connection */
	bulk_access_apply(r->access, easy, node);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, r->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, r);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_sent);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, r);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, r);
	free(url);
	if (curl_multi_add_handle(multi, easy) != CURLM_OK)
		msg_die(ES_FAILED, "libcurl can't start a request");
}

void
bulk_request_end(struct bulk_request *r, CURLM *multi, long *status, long *retry_after)
{
	curl_off_t after = 0;
	char *elsewhere = NULL;

	*status = 0;
	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, status);
	curl_easy_getinfo(r->easy, CURLINFO_RETRY_AFTER, &after);
	/* Redirects are not followed: credentials and packets go where we were told, only. */
	curl_easy_getinfo(r->easy, CURLINFO_REDIRECT_URL, &elsewhere);
	if (elsewhere != NULL)
		snprintf(r->error, sizeof r->error, "it redirects to %s; if that is right, give it as --node", elsewhere);
	*retry_after = after > 0 ? (long)(after < 3600 ? after : 3600) : 0;
	curl_multi_remove_handle(multi, r->easy);
	r->chunk = NULL;
}

void
bulk_request_close(struct bulk_request *r)
{
	curl_easy_cleanup(r->easy);
	curl_slist_free_all(r->headers);
	free(r->body);
	free(r->packed);
	memset(r, 0, sizeof *r);
}
