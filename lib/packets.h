/* Where packets begin and end in a stream of pcap or pcapng, as dumpcap writes it; nothing inside of them is looked at. */
#ifndef ESPCAP_PACKETS_H
#define ESPCAP_PACKETS_H

#include <stddef.h>
#include <stdint.h>

struct packets {
	enum { PACKETS_UNKNOWN, PACKETS_PCAP, PACKETS_PCAPNG } format;
	int swapped;		/* its numbers are in the other byte order */
	int begun;		/* a packet was seen */
};

enum packets_piece {
	PACKETS_MORE,		/* the bytes end inside the piece */
	PACKETS_HEADER,		/* each capture of these packets has to begin with it */
	PACKETS_PACKET,
	PACKETS_OTHER,		/* something between packets, such as pcapng's statistics */
	PACKETS_DAMAGED,	/* this is none of the two formats */
};

/**
 * packets_next(p, bytes, len, size):
 * Look at the piece that begins at ${bytes}; unless PACKETS_MORE or PACKETS_DAMAGED is returned it has ${*size} bytes.  ${p}
 * begins as zeroes.
 */
enum packets_piece packets_next(struct packets *p, const char *bytes, size_t len, size_t *size);

#endif
