/* --bad-packets FILE: the packets that killed tshark, as a capture, for who mends the dissector. */
#ifndef ESPCAP_BAD_PACKETS_H
#define ESPCAP_BAD_PACKETS_H

#include <stddef.h>

/**
 * bad_packets_save(path, header, header_len, packet, len):
 * Append the ${len} bytes at ${packet} to the capture ${path}, which begins with ${header}; one that is there and begins
 * otherwise is left as it is.  Return 0, or -1 after a message.
 */
int bad_packets_save(const char *path, const char *header, size_t header_len, const char *packet, size_t len);

#endif
