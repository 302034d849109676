#include "packet_id.h"

#include <sodium.h>

#include "msg.h"

enum { TIME = 7, DIGEST_BYTES = 17 };	/* the 22 characters behind the time take 132 of their 136 bits */

/* URL-safe base64's characters, in ASCII order. */
static const char alphabet[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

void
packet_id_open(void)
{
	if (sodium_init() < 0)
		msg_die(ES_FAILED, "libsodium can't be used here");
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
	crypto_generichash(digest, sizeof digest, (const unsigned char *)doc, len, NULL, 0);
	for (; i < PACKET_ID; i++) {
		if (held < 6) {
			bits = bits << 8 | digest[at++];
			held += 8;
		}
		held -= 6;
		id[i] = alphabet[bits >> held & 63];
	}
}
