#include "bpf.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"

enum { SNAPLEN = 262144 };

void
bpf_check(const char *filter)
{
	static const int links[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_RAW, DLT_IEEE802_11_RADIO, DLT_PPP };
	char why[PCAP_ERRBUF_SIZE] = "";
	struct bpf_program program;
	pcap_t *p;
	size_t i;
	int fits = 0;

	for (i = 0; i < sizeof links / sizeof *links && !fits; i++) {
		p = pcap_open_dead(links[i], SNAPLEN);
		if (p == NULL)
			msg_die(ES_FAILED, "out of memory");
		fits = pcap_compile(p, &program, filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
		if (fits)
			pcap_freecode(&program);
		else if (i == 0)
			snprintf(why, sizeof why, "%s", pcap_geterr(p));
		pcap_close(p);
	}
	if (!fits)
		msg_usage("--bpf: '%s': %s", filter, why);
}

int
bpf_copy(const char *filter, uint64_t count, uint64_t *copied)
{
	char why[PCAP_ERRBUF_SIZE];
	struct bpf_program program;
	struct pcap_pkthdr *header;
	const unsigned char *bytes;
	pcap_dumper_t *to = NULL;
	pcap_t *from;
	int n = 0;

	*copied = 0;
	from = pcap_fopen_offline_with_tstamp_precision(stdin, PCAP_TSTAMP_PRECISION_NANO, why);
	if (from == NULL) {
		fprintf(stderr, "--bpf: %s\n", why);
		return ES_FAILED;
	}
	if (filter != NULL && (pcap_compile(from, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0 ||
	    pcap_setfilter(from, &program) != 0)) {
		fprintf(stderr, "--bpf: '%s': %s\n", filter, pcap_geterr(from));
		return ES_FAILED;
	}
	to = pcap_dump_fopen(from, stdout);
	while (to != NULL && (count == 0 || *copied < count) && (n = pcap_next_ex(from, &header, &bytes)) == 1) {
		pcap_dump((unsigned char *)to, header, bytes);
		++*copied;
		if (ferror(stdout))
			return ES_FAILED;	/* tshark has gone; it says why */
	}
	if (to == NULL || fflush(stdout) != 0)
		return ES_FAILED;
	if (n == -1) {
		fprintf(stderr, "%s\n", pcap_geterr(from));
		return ES_SOME;
	}
	return ES_OK;
}
