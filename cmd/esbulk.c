/* esbulk: bulk stream in, _bulk requests out. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "bulk_deliver.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"

static const struct opt options[] = {
	{ "node", 0, "LIST", "nodes: host, host:port, [IPv6] or URL, with commas" },
	{ "cloud-id", 0, "ID", "node by its Elastic Cloud ID" },
	{ "chunk", 0, "DOCS", "documents in a request, at most (1000)" },
	{ "bytes", 0, "SIZE", "bytes in a request, at most (5M)" },
	{ "flush", 0, "SECONDS", "longest time a document waits for others (1)" },
	{ "connections", 0, "N", "requests in flight, at most (4)" },
	{ "retry", 0, "SECONDS", "give up after so long without success (300; 0: never)" },
	{ "timeout", 0, "SECONDS", "longest time a request may take (90)" },
	{ "rejects", 0, "FILE", "append refused documents to FILE, reasons to FILE.why" },
	{ "spool", 0, "DIR", "keep chunks in DIR until they are delivered" },
	{ "spool-max", 0, "SIZE", "bytes in DIR, at most (1G); then the input waits" },
	{ "user", 0, "NAME", "user; password from ELASTIC_PASSWORD or asked for" },
	{ "user-file", 0, "FILE", "file with USER:PASSWORD" },
	{ "api-key-file", 0, "FILE", "file with an API key (or ELASTIC_API_KEY)" },
	{ "bearer-file", 0, "FILE", "file with a bearer token" },
	{ "aws-sigv4", 0, "REGION[:SERVICE]", "sign for AWS, keys from AWS_* variables" },
	{ "ca", 0, "FILE", "certificates of the authorities to trust, PEM" },
	{ "cert", 0, "FILE", "our certificate, PEM" },
	{ "key", 0, "FILE", "and its key" },
	{ "insecure", 0, NULL, "do not check the server's certificate" },
	{ "gzip", 0, NULL, "compress requests (but not to this machine)" },
	{ "doctype", 0, "TYPE", "mapping type for Elasticsearch 6 (found out by itself)" },
	{ "pipeline", 0, "NAME", "ingest pipeline" },
	{ "refresh", 0, "WHEN", "true, false or wait_for, in each request" },
	{ "max-line", 0, "SIZE", "longest line taken (128M)" },
	{ "dry-run", 0, NULL, "check the nodes and credentials, send nothing" },
	{ "stats", 0, "FILE", "write the account to FILE, as JSON" },
	{ "quiet", 'q', NULL, "no progress, no account: only what went wrong" },
	{ "verbose", 'v', NULL, "say each retry and its reason" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"--node=LIST [options] [FILE...]",
	"Deliver a bulk stream (FILEs, or stdin) to Elasticsearch or OpenSearch.",
	options,
};

struct settings {
	struct bulk_options bulk;
	int dry_run;
};

static uint64_t
count_of(const char *name, const char *arg, uint64_t min, uint64_t max)
{
	uint64_t n;

	if (num_count(arg, min, max, &n) != 0)
		msg_usage("--%s: %s: it is a number from %llu to %llu", name, arg, (unsigned long long)min,
		    (unsigned long long)max);
	return n;
}

static uint64_t
size_of(const char *name, const char *arg, uint64_t min, uint64_t max)
{
	uint64_t n;

	if (num_size(arg, min, max, &n) != 0)
		msg_usage("--%s: %s: it is a size such as 500K or 5M", name, arg);
	return n;
}

static uint64_t
seconds_of(const char *name, const char *arg, uint64_t max)
{
	uint64_t ms;

	if (num_seconds(arg, max, &ms) != 0)
		msg_usage("--%s: %s: it is a time in seconds up to %llu, such as 0.5 or 30", name, arg,
		    (unsigned long long)max);
	return ms;
}

/* Nodes that ${from} named; ${wrong} says what is wrong with them, if it is not NULL. */
static void
check_nodes(const char *from, const char *wrong)
{
	if (wrong != NULL)
		msg_usage("%s: %s", from, wrong);
}

/* What goes into the URL as it stands. */
static const char *
url_word(const char *name, const char *arg)
{
	if (*arg == '\0' || strspn(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != strlen(arg))
		msg_usage("--%s: %s: letters, digits and . _ - only", name, arg);
	return arg;
}

static int
take_limit(const char *name, const char *arg, struct bulk_options *b)
{
	const uint64_t day = 86400, gib = UINT64_C(1) << 30;

	if (strcmp(name, "chunk") == 0)
		b->chunk = count_of(name, arg, 1, 1000000);
	else if (strcmp(name, "bytes") == 0)
		b->bytes = size_of(name, arg, 1, gib);
	else if (strcmp(name, "flush") == 0)
		b->flush = seconds_of(name, arg, day);
	else if (strcmp(name, "connections") == 0)
		b->connections = count_of(name, arg, 1, 256);
	else if (strcmp(name, "retry") == 0)
		b->retry = seconds_of(name, arg, 365 * day);
	else if (strcmp(name, "timeout") == 0)
		b->access.timeout = seconds_of(name, arg, day);
	else if (strcmp(name, "spool-max") == 0)
		b->spool_max = size_of(name, arg, 1, gib << 20);
	else if (strcmp(name, "max-line") == 0)
		b->max_line = size_of(name, arg, 1024, gib / 2);
	else
		return 0;
	return 1;
}

static int
take_access(const char *name, const char *arg, struct bulk_access *a)
{
	if (strcmp(name, "user") == 0) {
		if (strchr(arg, ':') != NULL)
			msg_usage("--user takes a name; a password in the command line is seen by all: ELASTIC_PASSWORD or --user-file");
		free(a->user);
		a->user = mem_string(arg, strlen(arg));
	} else if (strcmp(name, "user-file") == 0)
		bulk_access_user_file(a, arg);
	else if (strcmp(name, "api-key-file") == 0)
		bulk_access_api_key_file(a, arg);
	else if (strcmp(name, "bearer-file") == 0)
		bulk_access_bearer_file(a, arg);
	else if (strcmp(name, "aws-sigv4") == 0)
		bulk_access_aws(a, arg);
	else if (strcmp(name, "ca") == 0)
		a->ca = arg;
	else if (strcmp(name, "cert") == 0)
		a->cert = arg;
	else if (strcmp(name, "key") == 0)
		a->key = arg;
	else if (strcmp(name, "insecure") == 0)
		a->insecure = 1;
	else if (strcmp(name, "gzip") == 0)
		a->gzip = 1;
	else if (strcmp(name, "doctype") == 0)
		a->doctype = url_word(name, arg);
	else if (strcmp(name, "pipeline") == 0)
		a->pipeline = url_word(name, arg);
	else if (strcmp(name, "refresh") == 0)
		a->refresh = url_word(name, arg);
	else
		return 0;
	return 1;
}

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	struct settings *s = ctx;
	struct bulk_options *b = &s->bulk;
	const char *name = o->name;

	if (take_limit(name, arg, b) || take_access(name, arg, &b->access))
		return;
	if (strcmp(name, "node") == 0)
		check_nodes("--node", bulk_nodes_add(&b->nodes, arg));
	else if (strcmp(name, "cloud-id") == 0)
		check_nodes("--cloud-id", bulk_nodes_add_cloud(&b->nodes, arg));
	else if (strcmp(name, "rejects") == 0)
		b->rejects = arg;
	else if (strcmp(name, "spool") == 0)
		b->spool = arg;
	else if (strcmp(name, "stats") == 0)
		b->stats = arg;
	else if (strcmp(name, "dry-run") == 0)
		s->dry_run = 1;
	else if (strcmp(name, "quiet") == 0)
		b->quiet = 1;
	else
		b->verbose = 1;
}

int
main(int argc, char **argv)
{
	struct settings s = { .bulk = { .chunk = 1000, .bytes = 5 << 20, .flush = 1000, .connections = 4, .retry = 300000,
	    .max_line = 128 << 20, .spool_max = 1 << 30, .access = { .timeout = 90000 } } };
	char dash[] = "-", *const stdin_only[] = { dash };
	const char *url = getenv("ELASTICSEARCH_URL");
	enum es_status status;
	int first;

	msg_program(argv[0]);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		msg_die(ES_FAILED, "libcurl can't be used");
	first = opt_parse(&command, argc, argv, take, &s);
	if (s.bulk.nodes.count == 0 && url != NULL && *url != '\0')
		check_nodes("ELASTICSEARCH_URL", bulk_nodes_add(&s.bulk.nodes, url));
	if (s.bulk.nodes.count == 0)
		msg_usage("no node: give --node=HOST:PORT or set ELASTICSEARCH_URL");
	bulk_access_complete(&s.bulk.access, bulk_nodes_have_user(&s.bulk.nodes));
	if (s.bulk.access.insecure)
		msg_warn("--insecure: the server's certificate is not checked, whoever answers gets the packets");
	if (s.dry_run)
		status = bulk_dry_run(&s.bulk);
	else if (first < argc)
		status = bulk_deliver(&s.bulk, argv + first, (size_t)(argc - first));
	else
		status = bulk_deliver(&s.bulk, stdin_only, 1);
	bulk_access_free(&s.bulk.access);
	bulk_nodes_free(&s.bulk.nodes);
	curl_global_cleanup();
	return (int)status;
}
