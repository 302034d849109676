/* What a file is, before tshark sees it: tshark takes any text for a capture of one packet and ends with 0. */
#ifndef ESPCAP_CAPFILE_H
#define ESPCAP_CAPFILE_H

#include <stddef.h>

enum capfile {
	CAPFILE_PCAP,		/* pcap or pcapng */
	CAPFILE_PACKED,		/* compressed: gzip, zstd, lz4 */
	CAPFILE_OTHER,		/* something binary: tshark may know it */
	CAPFILE_EMPTY,
	CAPFILE_TEXT,
	CAPFILE_DIRECTORY,
	CAPFILE_PIPE,		/* a named pipe: what comes is not known */
	CAPFILE_SPECIAL,	/* a device, a socket */
	CAPFILE_UNREADABLE,	/* errno tells why */
};

/**
 * capfile_kind(path):
 * What ${path} is; of gzip what is inside counts (only zstd and lz4 are taken unseen).  A named pipe is not read.
 */
enum capfile capfile_kind(const char *path);

/**
 * capfile_head(head, len):
 * What the first ${len} bytes of some input say: CAPFILE_PCAP, _PACKED, _OTHER, _EMPTY or _TEXT.
 */
enum capfile capfile_head(const char *head, size_t len);

/**
 * capfile_wrong(kind):
 * Why a file of this kind can't be read as a capture, for a person; NULL: it can.
 */
const char *capfile_wrong(enum capfile kind);

#endif
