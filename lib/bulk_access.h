/* How a server is reached: credentials, TLS, and what goes into each request beside the chunk.  Secrets come from files, the
 * environment or a prompt, never need argv, and never go into a message. */
#ifndef ESPCAP_BULK_ACCESS_H
#define ESPCAP_BULK_ACCESS_H

#include <curl/curl.h>
#include <stdint.h>

#include "bulk_node.h"

struct bulk_access {
	char *user, *password;		/* Basic */
	char *authorization;		/* or a whole header: ApiKey or Bearer */
	char *aws;			/* or SigV4: what CURLOPT_AWS_SIGV4 takes, with these keys */
	char *aws_keys;
	char *aws_token;
	const char *ca, *cert, *key;	/* files, PEM */
	int insecure;
	int gzip;			/* compress the bodies, but not for a node on this machine */
	const char *doctype;		/* mapping type for Elasticsearch 6; NULL: find out whether one is wanted */
	const char *pipeline, *refresh;
	uint64_t timeout;		/* of one request, ms */
};

/**
 * bulk_access_user_file(a, path) / bulk_access_api_key_file(a, path) / bulk_access_bearer_file(a, path):
 * Take "USER:PASSWORD", an API key (encoded, or id:key) or a bearer token from the first line of the file ${path}.
 * Dies with ES_USAGE when it can't be read or is empty; warns when others can read it.
 */
void bulk_access_user_file(struct bulk_access *a, const char *path);
void bulk_access_api_key_file(struct bulk_access *a, const char *path);
void bulk_access_bearer_file(struct bulk_access *a, const char *path);

/**
 * bulk_access_aws(a, word):
 * Sign with AWS SigV4 for ${word}, "REGION[:SERVICE]" (service es by default), with the keys of AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.  Dies with ES_USAGE when they are missing.
 */
void bulk_access_aws(struct bulk_access *a, const char *word);

/**
 * bulk_access_complete(a, in_url):
 * Fill in what was not given: the password of ${a}->user from ELASTIC_PASSWORD, or asked for on the terminal; without
 * any credentials, which can be ${in_url}, too, ELASTIC_API_KEY.  Dies with ES_USAGE when two kinds of credentials were given.
 */
void bulk_access_complete(struct bulk_access *a, int in_url);

/**
 * bulk_access_headers(a, body, len, gzip):
 * The headers of a request with the ${body} of ${len} bytes, compressed or not; free with curl_slist_free_all().
 */
struct curl_slist *bulk_access_headers(const struct bulk_access *a, const char *body, size_t len, int gzip);

/**
 * bulk_access_apply(a, easy, node):
 * Set credentials, TLS and limits of ${easy} for a request to ${node}.
 */
void bulk_access_apply(const struct bulk_access *a, CURL *easy, const struct bulk_node *node);

/**
 * bulk_access_free(a):
 * Free what ${a} holds, secrets wiped.
 */
void bulk_access_free(struct bulk_access *a);

#endif
