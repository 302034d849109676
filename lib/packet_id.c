#include "packet_id.h"

#include <openssl/evp.h>

#include "msg.h"

enum { TIME = 7, DIGEST_BYTES = 32 };	/* the 22 characters behind the time take 132 of its 256 bits */

static EVP_MD *sha256;
static EVP_MD_CTX *context;

/* URL-safe base64's characters, in ASCII order. */
static const char alphabet[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

void
packet_id_open(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	context = EVP_MD_CTX_new();
	if (sha256 == NULL || context == NULL || EVP_DigestInit_ex2(context, sha256, NULL) != 1)
		msg_die(ES_FAILED, "OpenSSL's SHA-256 can't be used here");
}

void
packet_id_close(void)
{
	EVP_MD_CTX_free(context);
	EVP_MD_free(sha256);
	context = NULL;
	sha256 = NULL;
}

void
packet_id(char *id, uint64_t ms, const char *doc, size_t len)
{
	unsigned char digest[DIGEST_BYTES];
	unsigned bits = 0, held = 0;
	size_t i, at = 0;

	ms += UINT64_C(1) << 36;	/* keeps the first character from being '-', which query strings take for "not" */
	for (i = 0; i < TIME; i++)
		id[i] = alphabet[ms >> (6 * (TIME - 1 - i)) & 63];
	if (EVP_DigestInit_ex2(context, sha256, NULL) != 1 || EVP_DigestUpdate(context, doc, len) != 1 ||
	    EVP_DigestFinal_ex(context, digest, NULL) != 1)
		msg_die(ES_FAILED, "OpenSSL's SHA-256 has failed");
	for (; i < PACKET_ID; i++) {
		if (held < 6) {
			bits = bits << 8 | digest[at++];
			held += 8;
		}
		held -= 6;
		id[i] = alphabet[bits >> held & 63];
	}
}
