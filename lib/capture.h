/* From packets to the EK stream on stdout: tshark on capture files or behind a live dumpcap. */
#ifndef ESPCAP_CAPTURE_H
#define ESPCAP_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "tshark.h"

struct capture_options {
	struct tshark tshark;
	char *const *files;	/* capture files; "-": stdin */
	size_t file_count;
	const char *dir;	/* and a folder of them; NULL: none */
	char *const *nics;	/* or live, from these interfaces */
	size_t nic_count;
	const char *bpf;	/* capture filter; NULL: all packets */
	uint64_t count;		/* packets, at most; 0: no end */
	size_t jobs;		/* tsharks side by side, at least 1 */
	const char *stats;	/* file; NULL: none */
	/* Live only: */
	uint64_t duration;	/* ms until it ends; 0: no end */
	uint64_t buffer;	/* bytes on disk that wait for the tsharks */
	const char *buffer_dir;
	uint64_t memory;	/* of all tsharks together, in bytes, before they are restarted; 0: no such limit */
	uint64_t restart;	/* and packets before that; 0: no such limit */
	const char *bad_packets;	/* file for those that kill tshark; NULL: none */
	int wait_nic;		/* wait until the interfaces are there */
	int verbose;
};

/**
 * capture_files(opt):
 * Dissect the files of ${opt}, several side by side and a large one by several tsharks; each is printed whole, in their order.
 * What is no capture is named: in a folder it is passed over, else it counts.  Return ES_OK; ES_SOME when a file was cut,
 * damaged or no capture; ES_FAILED when one could not be read or tshark failed.
 */
enum es_status capture_files(const struct capture_options *opt);

/**
 * capture_live(opt):
 * Capture from the interfaces of ${opt} until SIGINT or SIGTERM (every packet captured is still printed; a second signal drops
 * the rest), until ${opt}->count packets came or ${opt}->duration is over.  tsharks are restarted between two packets by
 * ${opt}->memory and ->restart, and when one dies; a packet that kills tshark twice is passed over.  Return ES_OK; ES_SOME when
 * packets were passed over; ES_FAILED when the capture could not start, ended by itself, or is not all printed.
 */
enum es_status capture_live(const struct capture_options *opt);

#endif
