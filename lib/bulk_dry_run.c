#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "bulk_deliver.h"
#include "mem.h"
#include "opt.h"

static size_t
pass_over(char *data, size_t size, size_t n, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * n;
}

/* The HTTP status of a request for ${path} of the node, with an empty body by POST where ${post} says so; 0 with ${error}. */
static long
ask(const struct bulk_access *a, const struct bulk_node *node, const char *path, int post, char *error)
{
	CURL *easy = curl_easy_init();
	struct curl_slist *headers = bulk_access_headers(a, "", 0, 0);
	char *url = mem_format("%s%s", node->url, path);
	long status = 0;

	if (easy == NULL)
		msg_die(ES_FAILED, "out of memory");
	bulk_access_apply(a, easy, node);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, pass_over);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	if (post) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
	}
	error[0] = '\0';
	if (curl_easy_perform(easy) == CURLE_OK)
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	free(url);
	curl_slist_free_all(headers);
	curl_easy_cleanup(easy);
	return status;
}

static enum es_status
check_node(const struct bulk_access *a, const struct bulk_node *node)
{
	char error[CURL_ERROR_SIZE];
	long status = ask(a, node, "/", 0, error);

	/* Hosted services and reduced servers have no "/"; an empty bulk request is refused by all with 400, after the credentials. */
	if (status == 404 || status == 405 || status == 403)
		status = ask(a, node, "/_bulk", 1, error);
	if (status == 0) {
		printf("%s: %s\n", node->url, error[0] != '\0' ? error : "no answer");
		return ES_LATER;
	}
	if (status == 401 || status == 403) {
		printf("%s: the credentials are refused (HTTP %ld)\n", node->url, status);
		return ES_FAILED;
	}
	if (status == 200 || status == 400) {
		printf("%s: ok\n", node->url);
		return ES_OK;
	}
	printf("%s: HTTP %ld\n", node->url, status);
	return status >= 500 || status == 429 ? ES_LATER : ES_FAILED;
}

enum es_status
bulk_dry_run(struct bulk_options *opt)
{
	enum es_status worst = ES_OK, status;
	size_t i;

	for (i = 0; i < opt->nodes.count; i++) {
		status = check_node(&opt->access, &opt->nodes.list[i]);
		worst = status > worst ? status : worst;
	}
	opt_close_stdout();
	return worst;
}
