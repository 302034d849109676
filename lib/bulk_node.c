#include "bulk_node.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

enum { DEAD_FIRST_MS = 1000, DEAD_LONGEST_MS = 30000 };

static char *
part(CURLU *u, CURLUPart which)
{
	char *s = NULL, *copy = NULL;

	if (curl_url_get(u, which, &s, which == CURLUPART_USER || which == CURLUPART_PASSWORD ? CURLU_URLDECODE : 0) ==
	    CURLUE_OK && s != NULL)
		copy = mem_string(s, strlen(s));
	curl_free(s);
	return copy;
}

static int
set(CURLU *u, CURLUPart which, const char *value)
{
	return curl_url_set(u, which, value, 0) == CURLUE_OK ? 0 : -1;
}

/* By name, without asking a resolver: a wrong guess costs no more than compressing for nothing. */
static int
is_loopback(CURLU *u)
{
	char *host = part(u, CURLUPART_HOST);
	const int is = host != NULL && (strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0);

	free(host);
	return is;
}

/* Read one node's ${word} into ${node}; NULL, or what is wrong. */
static const char *
parse(struct bulk_node *node, const char *word)
{
	const char *rest = strstr(word, "://");
	CURLU *u = curl_url();
	const char *wrong = NULL;
	char *scheme = NULL, *port = NULL, *url;
	char *full;

	if (u == NULL)
		return "out of memory";
	full = rest != NULL ? mem_string(word, strlen(word)) : mem_format("http://%s", word);
	if (set(u, CURLUPART_URL, full) != 0)
		wrong = "it is host, host:port, [IPv6]:port or a URL";
	else {
		scheme = part(u, CURLUPART_SCHEME);
		port = part(u, CURLUPART_PORT);
		node->user = part(u, CURLUPART_USER);
		node->password = part(u, CURLUPART_PASSWORD);
		if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
			wrong = "only http and https are spoken";
		if (port == NULL)
			set(u, CURLUPART_PORT, scheme != NULL && strcmp(scheme, "https") == 0 && rest != NULL ? "443" : "9200");
		node->is_loopback = is_loopback(u);
		set(u, CURLUPART_USER, NULL);
		set(u, CURLUPART_PASSWORD, NULL);
		if (wrong == NULL && (set(u, CURLUPART_QUERY, NULL) != 0 || set(u, CURLUPART_FRAGMENT, NULL) != 0))
			wrong = "it can't be used";
		url = part(u, CURLUPART_URL);
		if (url != NULL)
			while (*url != '\0' && url[strlen(url) - 1] == '/')
				url[strlen(url) - 1] = '\0';
		else if (wrong == NULL)
			wrong = "it can't be used";
		node->url = url;
	}
	free(full);
	free(scheme);
	free(port);
	curl_url_cleanup(u);
	return wrong;
}

static void
node_free(struct bulk_node *node)
{
	free(node->url);
	free(node->user);
	free(node->password);
}

char *
bulk_nodes_add(struct bulk_nodes *nodes, const char *words)
{
	const char *wrong;
	char *word;
	size_t len;

	for (;; words += len + 1) {
		struct bulk_node node = { .url = NULL };

		while (*words == ' ')
			words++;
		len = strcspn(words, ",");
		if (len == 0)
			return mem_format("a node's name is missing");
		word = mem_string(words, len);
		while (len > 0 && word[strlen(word) - 1] == ' ')
			word[strlen(word) - 1] = '\0';
		wrong = parse(&node, word);
		if (wrong != NULL) {
			/* What is wrong could be in a password: only what is behind it is shown. */
			const char *at = strrchr(word, '@');
			char *said = mem_format("%s: %s", at != NULL ? at + 1 : word, wrong);

			node_free(&node);
			free(word);
			return said;
		}
		free(word);
		nodes->list = mem_array(nodes->list, nodes->count + 1, sizeof *nodes->list);
		nodes->list[nodes->count++] = node;
		if (words[len] == '\0')
			return NULL;
	}
}

char *
bulk_nodes_add_cloud(struct bulk_nodes *nodes, const char *id)
{
	const char *colon = strrchr(id, ':'), *encoded = colon != NULL ? colon + 1 : id;
	char text[1024], *domain = text, *host, *port, *end, *url, *wrong;
	size_t len;

	if (sodium_base642bin((unsigned char *)text, sizeof text - 1, encoded, strlen(encoded), " \n", &len, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0 || memchr(text, '\0', len) != NULL)
		return mem_format("it is no Cloud ID: NAME:BASE64, as the Elastic Cloud console shows it");
	text[len] = '\0';
	host = strchr(text, '$');
	if (host == NULL || host == text || host[1] == '$' || host[1] == '\0')
		return mem_format("it is no Cloud ID: there is no Elasticsearch in it");
	/* Names and ports only: a comma or a slash in it would make another node, or another address, of the URL below. */
	if (strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:$") != len)
		return mem_format("it is no Cloud ID: what is in it is no name of a host");
	*host++ = '\0';
	end = strchr(host, '$');
	if (end != NULL)
		*end = '\0';
	/* The port may stand behind the domain or behind the name of the server; that one counts. */
	port = strchr(domain, ':');
	if (port != NULL)
		*port++ = '\0';
	if (strchr(host, ':') != NULL) {
		port = strchr(host, ':');
		*port++ = '\0';
	}
	url = mem_format("https://%s.%s:%s", host, domain, port != NULL ? port : "443");
	wrong = bulk_nodes_add(nodes, url);
	free(url);
	return wrong;
}

int
bulk_nodes_have_user(const struct bulk_nodes *nodes)
{
	size_t i;

	for (i = 0; i < nodes->count && nodes->list[i].user == NULL; i++)
		continue;
	return i < nodes->count;
}

struct bulk_node *
bulk_nodes_next(struct bulk_nodes *nodes, uint64_t now)
{
	struct bulk_node *best = NULL;
	size_t i;

	for (i = 0; i < nodes->count; i++) {
		struct bulk_node *node = &nodes->list[(nodes->turn + i) % nodes->count];

		if (node->dead_until <= now && (best == NULL || node->in_flight < best->in_flight))
			best = node;
	}
	if (best != NULL)
		nodes->turn = ((size_t)(best - nodes->list) + 1) % nodes->count;
	return best;
}

uint64_t
bulk_nodes_wake(const struct bulk_nodes *nodes)
{
	uint64_t first = UINT64_MAX;
	size_t i;

	for (i = 0; i < nodes->count; i++)
		if (nodes->list[i].dead_until < first)
			first = nodes->list[i].dead_until;
	return first;
}

void
bulk_node_failed(struct bulk_node *node, uint64_t now)
{
	uint64_t wait = DEAD_FIRST_MS;
	unsigned i;

	/* Of several requests that fail together only the first counts. */
	if (node->dead_until > now)
		return;
	for (i = 0; i < node->failures && wait < DEAD_LONGEST_MS; i++)
		wait *= 2;
	node->failures++;
	node->dead_until = now + (wait < DEAD_LONGEST_MS ? wait : DEAD_LONGEST_MS);
}

void
bulk_node_answered(struct bulk_node *node)
{
	node->failures = 0;
	node->dead_until = 0;
}

void
bulk_nodes_free(struct bulk_nodes *nodes)
{
	size_t i;

	for (i = 0; i < nodes->count; i++)
		node_free(&nodes->list[i]);
	free(nodes->list);
	memset(nodes, 0, sizeof *nodes);
}
