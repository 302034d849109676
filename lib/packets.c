#include "packets.h"

#include <byteswap.h>
#include <string.h>

/* Wireshark's own limit for a packet is 256 KiB, for some links 128 MiB. */
enum { HEADER = 24, RECORD = 16, BLOCK = 12, MOST = 128 * 1024 * 1024 };

static uint32_t
number(const struct packets *p, const char *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof n);
	return p->swapped ? bswap_32(n) : n;
}

/* draft-ietf-opsawg-pcap: magic, version, two words, snaplen, link type. */
static enum packets_piece
first_piece(struct packets *p, const char *bytes, size_t len, size_t *size)
{
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d };
	uint32_t magic;
	size_t i;

	if (len < HEADER)
		return PACKETS_MORE;
	memcpy(&magic, bytes, sizeof magic);
	if (magic == 0x0a0d0d0a) {
		p->format = PACKETS_PCAPNG;
		return packets_next(p, bytes, len, size);
	}
	for (i = 0; i < sizeof magics / sizeof *magics; i++)
		if (magic == magics[i] || magic == bswap_32(magics[i])) {
			p->format = PACKETS_PCAP;
			p->swapped = magic != magics[i];
			*size = HEADER;
			return PACKETS_HEADER;
		}
	return PACKETS_DAMAGED;
}

static enum packets_piece
pcap_piece(struct packets *p, const char *bytes, size_t len, size_t *size)
{
	uint32_t captured;

	if (len < RECORD)
		return PACKETS_MORE;
	captured = number(p, bytes + 8);
	if (captured > MOST)
		return PACKETS_DAMAGED;
	*size = RECORD + captured;
	return len < *size ? PACKETS_MORE : PACKETS_PACKET;
}

/* draft-ietf-opsawg-pcapng: type, length of the block, body, length again.  A section's header says the byte order of what
 * follows. */
static enum packets_piece
pcapng_piece(struct packets *p, const char *bytes, size_t len, size_t *size)
{
	enum { OLD_PACKET = 2, SIMPLE_PACKET = 3, ENHANCED_PACKET = 6, SECTION = 0x0a0d0d0a };
	uint32_t type, order;

	if (len < BLOCK)
		return PACKETS_MORE;
	type = number(p, bytes);
	if (type == SECTION) {
		memcpy(&order, bytes + 8, sizeof order);
		p->swapped = order == 0x4d3c2b1a;
	}
	*size = number(p, bytes + 4);
	if (*size < BLOCK || *size % 4 != 0 || *size > MOST)
		return PACKETS_DAMAGED;
	if (len < *size)
		return PACKETS_MORE;
	if (type == OLD_PACKET || type == SIMPLE_PACKET || type == ENHANCED_PACKET) {
		p->begun = 1;
		return PACKETS_PACKET;
	}
	/* dumpcap describes all of its interfaces before their packets. */
	return p->begun ? PACKETS_OTHER : PACKETS_HEADER;
}

enum packets_piece
packets_next(struct packets *p, const char *bytes, size_t len, size_t *size)
{
	switch (p->format) {
	case PACKETS_PCAP: return pcap_piece(p, bytes, len, size);
	case PACKETS_PCAPNG: return pcapng_piece(p, bytes, len, size);
	default: return first_piece(p, bytes, len, size);
	}
}
