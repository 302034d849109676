/* An _id made from the document itself, so that a packet indexed twice is a duplicate and not two packets. */
#ifndef ESPCAP_PACKET_ID_H
#define ESPCAP_PACKET_ID_H

#include <stddef.h>
#include <stdint.h>

enum { PACKET_ID = 29 };	/* its length */

/**
 * packet_id(id, ms, doc, len):
 * Write into ${id} PACKET_ID characters of - 0-9 A-Z _ a-z, not terminated: 7 for the capture time ${ms} in milliseconds,
 * below 2^42 (the alphabet is in the order of its bytes, so that ids of one time are neighbours in Lucene's term
 * dictionary), then 22 for the first 132 bits of the SHA-256 digest of the ${len} bytes at ${doc}.
 */
void packet_id(char *id, uint64_t ms, const char *doc, size_t len);

#endif
