#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "fan.h"
#include "mem.h"
#include "relay.h"
#include "stats.h"
#include "team.h"

struct run {
	const struct capture_options *opt;
	struct relay relay;
	struct watch watch;
	struct child dumpcap;
	struct fan fan;			/* the captured bytes, for each tshark */
	struct team team;
	size_t tsharks;
	uint64_t received, dropped;	/* by dumpcap's and the kernel's count */
	int told;			/* and whether dumpcap told them */
};

static int
take_complaint(void *ctx, const char *line)
{
	struct run *run = ctx;
	unsigned long long received, dropped;
	const char *numbers = strrchr(line, ':');

	/* Packets received/dropped on interface 'lo': 30122/754251 (pcap:0/dumpcap:754251/flushed:0/ps_ifdrop:0) (3.8%) */
	if (strncmp(line, "Packets received/dropped on interface ", 38) != 0)
		return 0;
	numbers = strstr(line, "': ");
	if (numbers != NULL && sscanf(numbers, "': %llu/%llu", &received, &dropped) == 2) {
		run->received += received;
		run->dropped += dropped;
		run->told = 1;
	}
	return 1;
}

/* The first signal ends the capture, and what was captured is worked off; the second drops that. */
static void
stop(void *ctx)
{
	struct run *run = ctx;

	child_signal(&run->dumpcap, SIGINT);
	if (run->relay.interrupted > 1)
		team_stop(&run->team, SIGKILL);
}

static uint64_t
packets(void *ctx)
{
	const struct run *run = ctx;

	return run->team.printed / 2;
}

static char **
dumpcap_arguments(const struct capture_options *opt)
{
	char **a = mem_zero(16 + 2 * opt->nic_count, sizeof *a);
	size_t n = 0, i;

	a[n++] = mem_format("%s", opt->tshark.dumpcap);
	a[n++] = mem_format("-q");
	a[n++] = mem_format("-P");
	/* A filter before the interfaces is that of all of them. */
	if (opt->bpf != NULL) {
		a[n++] = mem_format("-f");
		a[n++] = mem_format("%s", opt->bpf);
	}
	for (i = 0; i < opt->nic_count; i++) {
		a[n++] = mem_format("-i");
		a[n++] = mem_format("%s", opt->nics[i]);
	}
	if (opt->count > 0) {
		a[n++] = mem_format("-c");
		a[n++] = mem_format("%llu", (unsigned long long)opt->count);
	}
	a[n++] = mem_format("-w");
	a[n++] = mem_format("-");
	return a;
}

static void
start_chain(struct run *run)
{
	const struct capture_options *opt = run->opt;
	char **capture = dumpcap_arguments(opt);
	const struct child_how how = { .argv = capture, .in = -1, .out = -1 };
	const struct team_input input = { .fan = &run->fan, .count = opt->count };
	const int can_split = opt->jobs > 1 && tshark_can_split(&opt->tshark);

	if (child_start(&run->dumpcap, &how) != 0)
		msg_die(ES_FAILED, "dumpcap: %s", strerror(errno));
	tshark_free_arguments(capture);
	fan_open(&run->fan, run->dumpcap.out);
	run->dumpcap.out = -1;
	if (team_start(&run->team, &opt->tshark, &input, opt->jobs, can_split ? TSHARK_BY_BLOCK : TSHARK_WHOLE) != 0)
		exit(ES_FAILED);
}

/* Until the last packet is printed and both sides have ended. */
static void
work(struct run *run)
{
	enum team_state state;

	for (;;) {
		state = team_merge(&run->team, &run->relay.out);
		if (state == TEAM_UNFIT) {
			if (team_again(&run->team) != 0)
				exit(ES_FAILED);
			continue;
		}
		if (state == TEAM_ENDED) {
			/* By --count, or because it failed: then nobody reads what dumpcap still captures. */
			child_signal(&run->dumpcap, SIGINT);
			if (run->dumpcap.err < 0)
				return;
		}
		watch_clear(&run->watch);
		team_watch(&run->team, &run->watch, &run->relay);
		watch_add(&run->watch, run->dumpcap.err, POLLIN);
		relay_wait(&run->relay, &run->watch, -1);
		team_serve(&run->team, &run->watch, &run->relay);
		relay_take_complaints(&run->relay, &run->watch, &run->dumpcap);
	}
}

static void
write_stats(const struct run *run)
{
	struct stats *st = stats_open(run->opt->stats);

	stats_string(st, "program", "escapture");
	stats_number(st, "documents", run->relay.lines / 2);
	stats_number(st, "tsharks", run->tsharks);
	stats_number(st, "received", run->received);
	stats_number(st, "dropped", run->dropped);
	if (stats_close(st) != 0)
		msg_die(ES_FAILED, "%s: %s", run->opt->stats, strerror(errno));
}

static enum es_status
end_status(const struct run *run, int dumpcap, int tshark)
{
	const uint64_t documents = run->relay.lines / 2;

	if (run->dropped > 0)
		msg_warn("%s: %llu packets were dropped before they could be captured", run->relay.about,
		    (unsigned long long)run->dropped);
	if (run->relay.interrupted > 1) {
		msg_warn("%s: interrupted again: what was captured and not yet dissected is lost", run->relay.about);
		return ES_FAILED;
	}
	if (run->relay.interrupted == 1 && tshark == 0)
		return ES_OK;
	if (run->opt->count > 0 && documents >= run->opt->count)
		return ES_OK;
	if (tshark > 128)
		msg_warn("%s: tshark was ended by signal %d", run->relay.about, tshark - 128);
	else if (documents == 0 && dumpcap != 0)
		msg_warn("%s: the capture could not start", run->relay.about);
	else
		msg_warn("%s: the capture ended by itself (dumpcap %d, tshark %d)", run->relay.about, dumpcap, tshark);
	return ES_FAILED;
}

enum es_status
capture_live(const struct capture_options *opt)
{
	struct run run = { .opt = opt };
	int dumpcap, tshark;

	if (opt->tshark.dumpcap == NULL)
		msg_die(ES_FAILED, "dumpcap is neither beside %s nor in PATH; it comes with Wireshark", opt->tshark.path);
	relay_open(&run.relay);
	run.relay.about = opt->nics[0];
	run.relay.complaint = take_complaint;
	run.relay.signalled = stop;
	run.relay.packets = packets;
	run.relay.ctx = &run;
	start_chain(&run);
	work(&run);
	run.relay.lines = run.team.printed;
	run.tsharks = run.team.count;
	tshark = run.team.status;
	dumpcap = child_wait(&run.dumpcap);
	team_free(&run.team);
	fan_free(&run.fan);
	watch_free(&run.watch);
	relay_close(&run.relay);
	write_stats(&run);
	return end_status(&run, dumpcap, tshark);
}
