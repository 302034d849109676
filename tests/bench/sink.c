/*
 * A _bulk server for benches that costs next to nothing: it counts the documents, answers each item as a server would, and can be
 * told one fault.   sink [FAULT]   prints its URL; GET / answers what it has seen:
 *     {"requests":N,"documents":N,"distinct":N,"doubled":N,"bytes":N}
 * A document of the form {"n":NUMBER,... and a packet, by its frame number, is known again; a create whose number was taken is
 * answered 409.  Faults: "requests" every fifth request gets 429; "items" every 50th item gets 429; "bad" documents with
 * NUMBER % 1015 == 7 get 400; "after" every seventh answer is cut after the chunk was taken; "before" every seventh connection is
 * closed before it is; "slow" each answer comes after 20 ms.
 * Only once: "request" the third bulk request gets 429; "document" the one with the number 1500 gets 400.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { NUMBERS = 1 << 24, HEAD = 16384 };

static const char *fault = "";
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t requests, documents, distinct, doubled, bytes, items;
static unsigned char *seen;

struct buffer {
	char *data;
	size_t len, room;
};

static void
reserve(struct buffer *b, size_t more)
{
	if (b->room - b->len >= more)
		return;
	b->room = 2 * b->room + more;
	b->data = realloc(b->data, b->room);
	if (b->data == NULL)
		abort();
}

static int
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
reply(int fd, int status, const char *body, size_t len)
{
	char head[256];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nX-Elastic-Product: Elasticsearch\r\n"
	    "Content-Length: %zu\r\n\r\n", status, len);

	return send_all(fd, head, (size_t)n) != 0 || send_all(fd, body, len) != 0 ? -1 : 0;
}

/* The number by which a document is known again; NUMBERS if it has none. */
static uint64_t
number_of(const char *doc, size_t len)
{
	static const char frame[] = "\"frame_frame_number\":";
	const char *p;

	if (len > 5 && memcmp(doc, "{\"n\":", 5) == 0)
		p = doc + 5;
	else if ((p = memmem(doc, len, frame, sizeof frame - 1)) != NULL)
		p += sizeof frame - 1;
	else
		return NUMBERS;
	p += strspn(p, " \"");
	return strtoull(p, NULL, 10);
}

/* Judge the item with number n under the lock; its status. */
static int
take_item(uint64_t n, int create)
{
	if (strcmp(fault, "items") == 0 && ++items % 50 == 0)
		return 429;
	if (strcmp(fault, "bad") == 0 && n % 1015 == 7)
		return 400;
	if (strcmp(fault, "document") == 0 && n == 1500)
		return 400;
	if (n < NUMBERS && seen[n] != 0 && create)
		return 409;
	documents++;
	if (n < NUMBERS) {
		if (seen[n] == 0)
			distinct++;
		else if (seen[n] == 1)
			doubled++;
		seen[n] = seen[n] == 0 ? 1 : 2;
	}
	return 201;
}

static void
answer_items(const char *body, size_t len, int filtered, struct buffer *out)
{
	const char *end = body + len;
	char text[64];
	int first = 1, errors = 0, n;

	out->len = 0;
	reserve(out, 64);
	out->len = 64;	/* the head goes there when it is known */
	while (body < end) {
		const char *nl = memchr(body, '\n', (size_t)(end - body)), *doc, *op;
		int status, create;
		uint64_t number;

		if (nl == NULL)
			break;
		if (nl == body) {
			body++;
			continue;
		}
		create = memmem(body, (size_t)(nl - body), "\"create\"", 8) != NULL;
		op = create ? "create" : "index";
		doc = nl + 1;
		nl = doc < end ? memchr(doc, '\n', (size_t)(end - doc)) : NULL;
		if (nl == NULL)
			break;
		number = number_of(doc, (size_t)(nl - doc));
		pthread_mutex_lock(&lock);
		status = take_item(number, create);
		pthread_mutex_unlock(&lock);
		errors |= status >= 300;
		reserve(out, 512);
		out->len += (size_t)sprintf(out->data + out->len, filtered ? "%s{\"%s\":{\"status\":%d" :
		    "%s{\"%s\":{\"_index\":\"packets-2015-08-14\",\"_id\":\"AbCdEfGhIjKlMnOpQrSt\",\"_version\":1,\"result\":\"created\","
		    "\"_shards\":{\"total\":2,\"successful\":1,\"failed\":0},\"_seq_no\":1,\"_primary_term\":1,\"status\":%d",
		    first ? "" : ",", op, status);
		if (status >= 300)
			out->len += (size_t)sprintf(out->data + out->len, ",\"error\":{\"type\":\"%s\",\"reason\":\"as told\"}",
			    status == 429 ? "es_rejected_execution_exception" : status == 409 ? "version_conflict_engine_exception" :
			    "mapper_parsing_exception");
		out->len += (size_t)sprintf(out->data + out->len, "}}");
		first = 0;
		body = nl + 1;
	}
	reserve(out, 8);
	out->len += (size_t)sprintf(out->data + out->len, "]}");
	/* Padded with white space in front, which JSON allows. */
	memset(out->data, ' ', 64);
	n = snprintf(text, sizeof text, "{\"took\":1,\"errors\":%s,\"items\":[", errors ? "true" : "false");
	memcpy(out->data + 64 - n, text, (size_t)n);
}

static int
status_page(int fd)
{
	char body[256];
	int n;

	pthread_mutex_lock(&lock);
	n = snprintf(body, sizeof body, "{\"requests\":%llu,\"documents\":%llu,\"distinct\":%llu,\"doubled\":%llu,\"bytes\":%llu,"
	    "\"version\":{\"number\":\"7.17.9\",\"build_flavor\":\"default\"},\"tagline\":\"You Know, for Search\"}",
	    (unsigned long long)requests, (unsigned long long)documents, (unsigned long long)distinct, (unsigned long long)doubled,
	    (unsigned long long)bytes);
	pthread_mutex_unlock(&lock);
	return reply(fd, 200, body, (size_t)n);
}

/* One request; -1 ends the connection. */
static int
serve(int fd, struct buffer *in, struct buffer *out)
{
	char *end, *h;
	size_t head, length = 0;
	uint64_t number = 0;
	ssize_t n;
	int filtered;

	for (;;) {
		reserve(in, HEAD);
		in->data[in->len] = '\0';
		end = strstr(in->data, "\r\n\r\n");
		if (end != NULL)
			break;
		n = read(fd, in->data + in->len, HEAD - 1);
		if (n <= 0)
			return -1;
		in->len += (size_t)n;
	}
	head = (size_t)(end + 4 - in->data);
	h = strcasestr(in->data, "\r\nContent-Length:");
	if (h != NULL && h < end)
		length = strtoull(h + 17, NULL, 10);
	h = strcasestr(in->data, "\r\nExpect: 100");
	if (h != NULL && h < end && send_all(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25) != 0)
		return -1;
	h = strstr(in->data, "filter_path");
	filtered = h != NULL && h < end;
	if (strncmp(in->data, "GET", 3) == 0 || strncmp(in->data, "HEAD", 4) == 0) {
		in->len = 0;
		return status_page(fd);
	}
	h = strstr(in->data, "_bulk");
	pthread_mutex_lock(&lock);
	if (h != NULL && h < end)	/* some clients also make an index, or refresh it */
		number = ++requests;
	bytes += length;
	pthread_mutex_unlock(&lock);
	if (strcmp(fault, "before") == 0 && number > 0 && number % 7 == 0)
		return -1;
	reserve(in, head + length + 1 > in->len ? head + length + 1 - in->len : 0);
	while (in->len < head + length) {
		n = read(fd, in->data + in->len, head + length - in->len);
		if (n <= 0)
			return -1;
		in->len += (size_t)n;
	}
	in->len = 0;
	if ((strcmp(fault, "requests") == 0 && number > 0 && number % 5 == 0) || (strcmp(fault, "request") == 0 && number == 3))
		return reply(fd, 429, "{\"error\":{\"type\":\"es_rejected_execution_exception\"},\"status\":429}", 68);
	if (strcmp(fault, "slow") == 0)
		usleep(20000);
	answer_items(in->data + head, length, filtered, out);
	if (strcmp(fault, "after") == 0 && number > 0 && number % 7 == 0) {
		(void)send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"took\":1,", 53);
		return -1;
	}
	return reply(fd, 200, out->data, out->len);
}

static void *
connection(void *arg)
{
	const int fd = (int)(intptr_t)arg, one = 1;
	struct buffer in = { NULL, 0, 0 }, out = { NULL, 0, 0 };

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	while (serve(fd, &in, &out) == 0)
		continue;
	close(fd);
	free(in.data);
	free(out.data);
	return NULL;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), c;

	if (argc > 1)
		fault = argv[1];
	signal(SIGPIPE, SIG_IGN);
	seen = calloc(NUMBERS, 1);
	if (seen == NULL || fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		perror("sink");
		return 3;
	}
	printf("http://127.0.0.1:%d\n", ntohs(a.sin_port));
	fflush(stdout);
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		pthread_t t;

		if (pthread_create(&t, NULL, connection, (void *)(intptr_t)c) == 0)
			pthread_detach(t);
		else
			close(c);
	}
	return 3;
}
