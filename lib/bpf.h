/* Capture filters (pcap-filter(7)), by libpcap, live and on what was captured before. */
#ifndef ESPCAP_BPF_H
#define ESPCAP_BPF_H

#include <stddef.h>
#include <stdint.h>

/**
 * bpf_check(filter):
 * Dies with ES_USAGE and libpcap's reason unless ${filter} compiles for some kind of link; which one a capture has is known later.
 */
void bpf_check(const char *filter);

/**
 * bpf_copy(filter, count, copied):
 * Copy the capture on descriptor 0 to descriptor 1 as pcap with nanoseconds: the packets that match ${filter} (NULL: all), at most
 * ${count} of them (0: all); *${copied} counts them.  Complains on stderr.  Return ES_OK; ES_SOME when the capture ends inside a packet or is
 * damaged (what came before is copied); ES_FAILED when libpcap can't read it or the filter does not fit its link type.
 */
int bpf_copy(const char *filter, uint64_t count, uint64_t *copied);

#endif
