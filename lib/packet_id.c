#include "packet_id.h"

#include <nettle/sha2.h>

enum { TIME = 7 };	/* its characters; the 22 behind take 132 of the digest's 256 bits */

/* URL-safe base64's characters, in ASCII order. */
static const char alphabet[] = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

void
packet_id(char *id, uint64_t ms, const char *doc, size_t len)
{
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	unsigned bits = 0, held = 0;
	size_t i, at = 0;

	ms += UINT64_C(1) << 36;	/* keeps the first character from being '-', which query strings take for "not" */
	for (i = 0; i < TIME; i++)
		id[i] = alphabet[ms >> (6 * (TIME - 1 - i)) & 63];
	sha256_init(&context);
	sha256_update(&context, len, (const uint8_t *)doc);
	sha256_digest(&context, sizeof digest, digest);
	for (; i < PACKET_ID; i++) {
		if (held < 6) {
			bits = bits << 8 | digest[at++];
			held += 8;
		}
		held -= 6;
		id[i] = alphabet[bits >> held & 63];
	}
}
