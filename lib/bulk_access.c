#include "bulk_access.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "mem.h"
#include "msg.h"

enum { CONNECT_MS = 10000 };

/* The first line of the file ${path}, without white space at its end. */
static char *
secret_from(const char *path)
{
	FILE *f = fopen(path, "re");
	struct stat st;
	char line[16384];
	size_t len;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		msg_die(ES_USAGE, "%s: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode) && (st.st_mode & 0077) != 0)
		msg_warn("%s: others can read this secret; chmod 600 it", path);
	if (fgets(line, sizeof line, f) == NULL)
		line[0] = '\0';
	fclose(f);
	len = strcspn(line, "\r\n");
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	line[len] = '\0';
	if (len == 0)
		msg_die(ES_USAGE, "%s: its first line is empty", path);
	return mem_string(line, len);
}

static void
wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
	free(s);
}

void
bulk_access_user_file(struct bulk_access *a, const char *path)
{
	char *s = secret_from(path), *colon = strchr(s, ':');

	if (colon == NULL)
		msg_die(ES_USAGE, "%s: its first line is not USER:PASSWORD", path);
	free(a->user);
	a->user = mem_string(s, (size_t)(colon - s));
	a->password = mem_string(colon + 1, strlen(colon + 1));
	wipe(s);
}

/* An API key is sent as the base64 of id:key, which is what the server prints as "encoded". */
static void
set_api_key(struct bulk_access *a, const char *key)
{
	const size_t len = strlen(key);
	const size_t room = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *encoded;

	if (strchr(key, ':') == NULL) {
		a->authorization = mem_format("Authorization: ApiKey %s", key);
		return;
	}
	encoded = mem_array(NULL, room, 1);
	sodium_bin2base64(encoded, room, (const unsigned char *)key, len, sodium_base64_VARIANT_ORIGINAL);
	a->authorization = mem_format("Authorization: ApiKey %s", encoded);
	wipe(encoded);
}

void
bulk_access_api_key_file(struct bulk_access *a, const char *path)
{
	char *s = secret_from(path);

	set_api_key(a, s);
	wipe(s);
}

void
bulk_access_bearer_file(struct bulk_access *a, const char *path)
{
	char *s = secret_from(path);

	a->authorization = mem_format("Authorization: Bearer %s", s);
	wipe(s);
}

void
bulk_access_aws(struct bulk_access *a, const char *word)
{
	const char *id = getenv("AWS_ACCESS_KEY_ID"), *key = getenv("AWS_SECRET_ACCESS_KEY");
	const char *token = getenv("AWS_SESSION_TOKEN"), *colon = strchr(word, ':');

	if (id == NULL || key == NULL)
		msg_usage("--aws-sigv4: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be in the environment");
	if (*word == '\0' || colon == word || (colon != NULL && strchr(colon + 1, ':') != NULL))
		msg_usage("--aws-sigv4: %s: it is REGION or REGION:SERVICE", word);
	a->aws = colon != NULL ? mem_format("aws:amz:%s", word) : mem_format("aws:amz:%s:es", word);
	a->aws_keys = mem_format("%s:%s", id, key);
	if (token != NULL && *token != '\0')
		a->aws_token = mem_format("X-Amz-Security-Token: %s", token);
}

/* Ask on the terminal, without echo. */
static char *
ask_password(const char *user)
{
	const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios was, silent;
	char line[1024];
	ssize_t n = -1;

	if (tty < 0 || tcgetattr(tty, &was) != 0)
		msg_die(ES_USAGE, "no password for user %s: set ELASTIC_PASSWORD or give --user-file", user);
	silent = was;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &silent);
	dprintf(tty, "Password for %s: ", user);
	n = read(tty, line, sizeof line - 1);
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	close(tty);
	if (n <= 0)
		msg_die(ES_USAGE, "no password was given");
	line[n] = '\0';
	return mem_string(line, strcspn(line, "\r\n"));
}

void
bulk_access_complete(struct bulk_access *a, int in_url)
{
	const char *key = getenv("ELASTIC_API_KEY"), *password = getenv("ELASTIC_PASSWORD");

	if ((a->user != NULL) + (a->authorization != NULL) + (a->aws != NULL) > 1)
		msg_usage("give one kind of credentials: a user, an API key, a bearer token or AWS keys");
	if (a->user != NULL && a->password == NULL)
		a->password = password != NULL ? mem_string(password, strlen(password)) : ask_password(a->user);
	if (a->user == NULL && a->authorization == NULL && a->aws == NULL && !in_url && key != NULL && *key != '\0')
		set_api_key(a, key);
}

static struct curl_slist *
append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (longer == NULL)
		msg_die(ES_FAILED, "out of memory");
	return longer;
}

/* What SigV4 signs as the body's hash.  Amazon's OpenSearch Serverless wants it as a header too ("Signing HTTP requests to
 * Amazon OpenSearch Serverless", AWS documentation); libcurl before 8.0 does not add it by itself, and takes ours instead of
 * its own.  / */
static struct curl_slist *
append_hash(struct curl_slist *list, const char *body, size_t len)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1], line[sizeof hex + 32];

	crypto_hash_sha256(hash, (const unsigned char *)body, len);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	snprintf(line, sizeof line, "x-amz-content-sha256: %s", hex);
	return append(list, line);
}

struct curl_slist *
bulk_access_headers(const struct bulk_access *a, const char *body, size_t len, int gzip)
{
	struct curl_slist *list = append(NULL, "Content-Type: application/x-ndjson");

	/* Or curl waits a second for a 100 that no server here sends.  libcurl 7.88 would sign the header that it then leaves out. */
	if (a->aws == NULL)
		list = append(list, "Expect:");
	if (gzip)
		list = append(list, "Content-Encoding: gzip");
	if (a->authorization != NULL)
		list = append(list, a->authorization);
	if (a->aws_token != NULL)
		list = append(list, a->aws_token);
	return a->aws != NULL ? append_hash(list, body, len) : list;
}

/* ~/.netrc; without HOME that of the user, which libcurl finds. */
static void
use_netrc(CURL *easy)
{
	const char *home = getenv("HOME");
	char *path;

	if (home != NULL && *home != '\0') {
		path = mem_format("%s/.netrc", home);
		curl_easy_setopt(easy, CURLOPT_NETRC_FILE, path);
		free(path);
	}
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
}

void
bulk_access_apply(const struct bulk_access *a, CURL *easy, const struct bulk_node *node)
{
	const char *user = a->user != NULL ? a->user : node->user;
	const char *password = a->user != NULL ? a->password : node->password;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)a->timeout);
	/* No answer need be compressed, but one that is can be read. */
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* Or the loop waits for a resolver that does not answer, which can take half a minute. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "esbulk/" ESPCAP_VERSION);
	if (a->aws != NULL) {
		curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
		curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, a->aws);
		curl_easy_setopt(easy, CURLOPT_USERPWD, a->aws_keys);
	} else if (a->authorization == NULL) {
		if (user != NULL) {
			curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
			curl_easy_setopt(easy, CURLOPT_USERNAME, user);
			curl_easy_setopt(easy, CURLOPT_PASSWORD, password != NULL ? password : "");
		} else
			use_netrc(easy);
	}
	if (a->ca != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, a->ca);
	if (a->cert != NULL)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, a->cert);
	if (a->key != NULL)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, a->key);
	if (a->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

void
bulk_access_free(struct bulk_access *a)
{
	free(a->user);
	wipe(a->password);
	wipe(a->authorization);
	free(a->aws);
	wipe(a->aws_keys);
	wipe(a->aws_token);
	memset(a, 0, sizeof *a);
}
