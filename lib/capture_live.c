#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bad_packets.h"
#include "capture.h"
#include "dumpcap.h"
#include "fan.h"
#include "host.h"
#include "mem.h"
#include "now.h"
#include "relay.h"
#include "spill.h"
#include "stats.h"
#include "team.h"

/* So many deaths of tshark in a minute end the run; so many packets are read by one generation of tsharks, at least and at most. */
enum { DEATHS = 10, MINUTE_MS = 60000, TICK_MS = 1000, LOOK_MS = 50, GENERATION_LEAST = 1000, GENERATION_MOST = 1 << 30 };

struct run {
	const struct capture_options *opt;
	struct relay relay;
	struct watch watch;
	struct child dumpcap, spill;
	struct fan fan;		/* the captured bytes, for each tshark */
	struct team team;	/* the tsharks of this generation */
	enum tshark_split split;
	int exact;		/* each packet is printed, so it is known which ones are */
	int asked;		/* to end: by --duration or --count; signals are in the relay */
	int complete;		/* by --count: those before are cut off */
	int failed;		/* said why */
	int full;		/* the buffer was, at some time */
	size_t tsharks;
	uint64_t began;		/* the capture, ms */
	uint64_t tick;		/* the next look at the clock's matters, ms */
	uint64_t first;		/* packets that came before this generation */
	uint64_t merged;	/* and of this generation, how many the fan was told */
	uint64_t restarts, bad;
	uint64_t suspect;	/* the packet that killed tshark last; UINT64_MAX: none */
	uint64_t deaths[DEATHS];	/* when the last ones were, ms */
	size_t death;
	struct dumpcap_account account;
};

static int
take_complaint(void *ctx, const char *line)
{
	struct run *run = ctx;

	run->full |= strncmp(line, SPILL_FULL, sizeof SPILL_FULL - 1) == 0;
	return dumpcap_account(&run->account, line);
}

/* The first signal ends the capture, and what was captured is worked off (take_time()); the second drops that. */
static void
stop(void *ctx)
{
	struct run *run = ctx;

	if (run->relay.interrupted > 1) {
		dumpcap_stop(&run->dumpcap, &run->account);
		child_signal(&run->spill, SIGKILL);
		team_stop(&run->team, SIGKILL);
	}
}

static uint64_t
packets(void *ctx)
{
	const struct run *run = ctx;

	return (run->relay.lines + run->team.printed) / 2;
}

/* --- the generations of tsharks ---------------------------------------------------------------------------------------- */

/* The packets from ${position} of the stream on go to new tsharks. */
static void
begin_generation(struct run *run, uint64_t position, uint64_t first)
{
	const struct capture_options *opt = run->opt;
	const struct team_input input = { .fan = &run->fan, .from = position, .with_header = position > 0 };
	const uint64_t most = opt->restart > 0 ? opt->restart : GENERATION_MOST;

	run->first = first;
	run->merged = 0;
	run->fan.until = UINT64_MAX;
	run->fan.stop = run->exact ? first + most : UINT64_MAX;
	/* Those that were read ahead can be more than that already. */
	if (run->exact && run->fan.unprinted > most)
		run->fan.until = run->fan.starts[run->fan.oldest + most];
	if (team_start(&run->team, &opt->tshark, &input, run->split == TSHARK_WHOLE ? 1 : opt->jobs, run->split) != 0)
		exit(ES_FAILED);
}

/* Whether tshark has died too often for another try. */
static int
count_death(struct run *run)
{
	const uint64_t now = now_ms();
	uint64_t *const oldest = &run->deaths[run->death++ % DEATHS];
	const int often = run->death > DEATHS && now - *oldest < MINUTE_MS;

	*oldest = now;
	return often;
}

/* tshark has ended inside of the stream.  The packet that was to be printed next may be why: it gets a second chance, since
 * what the kernel or a person killed is not its fault, and is then passed over.  Return 0 when new tsharks go on; -1 after a
 * message. */
static int
take_death(struct run *run, int status)
{
	const struct capture_options *opt = run->opt;
	uint64_t packet = run->first + run->merged, position;
	const char *bytes;
	size_t len;
	char how[64];

	if (status > 128)
		snprintf(how, sizeof how, "tshark was ended by signal %d", status - 128);
	else
		snprintf(how, sizeof how, "tshark has ended with status %d", status);
	/* Without a single packet, or an end that it chose, trying again brings the same. */
	if (!run->exact || (status <= 128 && packet == 0) || count_death(run)) {
		msg_warn("%s: %s%s", run->relay.about, how, run->death > DEATHS ? ", too often" : "");
		return -1;
	}
	if (fan_oldest(&run->fan, &position, &bytes, &len) && packet == run->suspect) {
		msg_warn("%s: %s again at packet %llu, which is passed over", run->relay.about, how, (unsigned long long)packet + 1);
		if (opt->bad_packets != NULL)
			bad_packets_save(opt->bad_packets, run->fan.header, run->fan.header_len, bytes, len);
		run->bad++;
		fan_printed(&run->fan, 1);
		packet++;
		fan_oldest(&run->fan, &position, &bytes, &len);
	} else {
		msg_warn("%s: %s at packet %llu; it is started again", run->relay.about, how, (unsigned long long)packet + 1);
		run->suspect = packet;
	}
	begin_generation(run, position, packet);
	return 0;
}

/* The tsharks have ended.  Return 1 when that was the end of all; 0 when others go on; -1 after a message. */
static int
next_generation(struct run *run)
{
	struct fan *fan = &run->fan;
	const int status = run->team.status;
	uint64_t position;
	const char *bytes;
	size_t len;
	int left;

	run->relay.lines += run->team.printed;
	run->relay.torn += run->team.torn;
	if (run->team.count > run->tsharks)
		run->tsharks = run->team.count;
	team_free(&run->team);
	if (run->relay.interrupted > 1)
		return 1;
	left = fan_oldest(fan, &position, &bytes, &len);
	if (fan->in < 0 && status == 0 && !left)
		return 1;
	if (status == 0 && position == fan->until) {
		run->restarts++;
		begin_generation(run, position, run->first + run->merged);
		return 0;
	}
	return take_death(run, status);
}

/* It was asked to end, but dumpcap has packets to hand over. */
static int
finishes(const struct run *run)
{
	return (run->asked || run->relay.interrupted > 0) && !run->account.stopped;
}

/* What the clock decides: the end, which begins at once, and the end of a generation that has grown too large. */
static void
take_time(struct run *run)
{
	const struct capture_options *opt = run->opt;
	const uint64_t now = now_ms();

	run->asked |= opt->duration > 0 && now - run->began >= opt->duration;
	if (now < run->tick && (!finishes(run) || run->account.finishing > 0))
		return;
	run->tick = now + (finishes(run) ? LOOK_MS : TICK_MS);
	if (finishes(run))
		dumpcap_finish(&run->dumpcap, &run->account);
	dumpcap_look(&run->dumpcap, &run->account, run->relay.about);
	if (run->exact && opt->memory > 0 && run->fan.until == UINT64_MAX && run->merged >= GENERATION_LEAST &&
	    team_memory(&run->team) > opt->memory)
		run->fan.until = run->fan.whole;
}

/* How long nothing has to be looked at, ms. */
static int
patience(const struct run *run)
{
	const struct capture_options *opt = run->opt;
	const uint64_t passed = now_ms() - run->began;

	if (finishes(run))
		return LOOK_MS;
	if (opt->duration > 0 && !run->asked && opt->duration - passed < TICK_MS)
		return passed < opt->duration ? (int)(opt->duration - passed) : 0;
	return TICK_MS;
}

/* --- the capture ------------------------------------------------------------------------------------------------------- */

/* Until all interfaces are there; 0 when a signal came first. */
static int
wait_for_nics(struct run *run)
{
	while (run->opt->wait_nic && !dumpcap_is_ready(run->opt)) {
		watch_clear(&run->watch);
		relay_wait(&run->relay, &run->watch, TICK_MS / 2);
		if (run->relay.interrupted > 0)
			return 0;
	}
	return 1;
}

static void
start_chain(struct run *run)
{
	const struct capture_options *opt = run->opt;
	uint64_t limit = opt->buffer;
	const int file = host_unnamed_file(opt->buffer_dir);
	struct child_how spill = { .function = spill_run, .ctx = &limit, .out = -1, .keep = file };

	if (file < 0)
		msg_die(ES_FAILED, "--buffer-dir: %s: %s", opt->buffer_dir, strerror(errno));
	if (dumpcap_start(&run->dumpcap, opt) != 0)
		msg_die(ES_FAILED, "dumpcap: %s", strerror(errno));
	spill.in = run->dumpcap.out;
	if (child_start(&run->spill, &spill) != 0)
		msg_die(ES_FAILED, "the buffer: %s", strerror(errno));
	close(file);
	close(run->dumpcap.out);
	run->dumpcap.out = -1;
	fan_open(&run->fan, run->spill.out);
	run->spill.out = -1;
	run->exact = tshark_can_split(&opt->tshark);
	fan_know_packets(&run->fan);
	if (opt->count > 0)
		run->fan.last = opt->count;
	run->split = run->exact && opt->jobs > 1 ? TSHARK_BY_BLOCK : TSHARK_WHOLE;
	run->suspect = UINT64_MAX;
	run->began = now_ms();
	begin_generation(run, 0, 0);
}

/* Merge, and see what that means for those before and after.  Return 0 to go on, 1 at the end of all, -1 at a failure that was
 * said. */
static int
advance(struct run *run)
{
	const enum team_state state = team_merge(&run->team, &run->relay.out);
	const uint64_t printed = run->team.printed / 2;

	if (state == TEAM_UNFIT && team_again(&run->team) != 0)
		exit(ES_FAILED);
	run->split = run->team.split;
	/* Without knowing which are printed, those that were given out are done with. */
	fan_printed(&run->fan, run->exact ? printed - run->merged : run->fan.unprinted);
	run->merged = printed;
	return state == TEAM_ENDED ? next_generation(run) : 0;
}

/* Those before the tsharks say what is wrong. */
static void
watch_before(struct run *run)
{
	watch_clear(&run->watch);
	watch_add(&run->watch, run->dumpcap.err, POLLIN);
	watch_add(&run->watch, run->spill.err, POLLIN);
}

static void
hear(struct run *run)
{
	relay_take_complaints(&run->relay, &run->watch, &run->dumpcap);
	relay_take_complaints(&run->relay, &run->watch, &run->spill);
}

static void
work(struct run *run)
{
	size_t read = 0;
	int end = 0;

	while (end == 0) {
		end = advance(run);
		if (end != 0)
			break;
		watch_before(run);
		team_watch(&run->team, &run->watch, &run->relay);
		relay_gather(read);
		relay_wait(&run->relay, &run->watch, patience(run));
		read = team_serve(&run->team, &run->watch, &run->relay);
		hear(run);
		take_time(run);
		if (run->fan.count == run->fan.last)
			run->asked = run->complete = 1;
	}
	run->failed = end < 0;
	/* By --count, or because it failed: then nobody reads what is still captured. */
	dumpcap_stop(&run->dumpcap, &run->account);
	fan_close(&run->fan);
	while (run->dumpcap.err >= 0 || run->spill.err >= 0) {
		watch_before(run);
		relay_wait(&run->relay, &run->watch, -1);
		hear(run);
	}
}

static void
write_stats(const struct run *run, struct stats *st)
{
	stats_string(st, "program", "escapture");
	stats_number(st, "documents", run->relay.lines / 2);
	stats_number(st, "torn", run->relay.torn);
	stats_number(st, "tsharks", run->tsharks);
	stats_number(st, "received", run->account.received);
	stats_number(st, "dropped", run->account.dropped);
	stats_number(st, "bad", run->bad);
	stats_number(st, "restarts", run->restarts);
	stats_close(st);
}

static enum es_status
end_status(const struct run *run, int dumpcap, int spill)
{
	const int broken = (dumpcap != 0 || spill != 0) && !run->complete;
	const char *about = run->relay.about;
	const unsigned long long documents = run->relay.lines / 2, bad = run->bad, received = run->account.received;

	if (run->account.dropped > 0)
		msg_warn("%s: %llu packets were dropped before they could be captured", about, (unsigned long long)run->account.dropped);
	if (run->failed)
		return ES_FAILED;
	if (run->relay.interrupted > 1) {
		msg_warn("%s: interrupted again: of %llu packets captured %llu were not dissected and are lost", about, received,
		    received > documents + bad ? received - documents - bad : 0);
		return ES_FAILED;
	}
	if (broken || (run->relay.interrupted == 0 && !run->asked)) {
		if (documents == 0 && dumpcap != 0 && !run->asked)
			msg_warn("%s: the capture could not start", about);
		else
			msg_warn("%s: the capture ended by itself (dumpcap %d, the buffer %d)", about, dumpcap, spill);
		return ES_FAILED;
	}
	if (run->exact && run->account.told && run->opt->count == 0 && received != documents + bad) {
		msg_warn("%s: %llu packets captured, but %llu printed and %llu passed over", about, received, documents, bad);
		return ES_FAILED;
	}
	return bad > 0 ? ES_SOME : ES_OK;
}

enum es_status
capture_live(const struct capture_options *opt)
{
	struct run run = { .opt = opt, .dumpcap = CHILD_NONE, .spill = CHILD_NONE, .fan = { .in = -1 } };
	struct stats *stats = stats_open(opt->stats);
	enum es_status status;
	int dumpcap = 0;

	if (opt->tshark.dumpcap == NULL)
		msg_die(ES_FAILED, "dumpcap is neither beside %s nor in PATH; it comes with Wireshark", opt->tshark.path);
	relay_open(&run.relay);
	run.relay.about = opt->nics[0];
	run.relay.complaint = take_complaint;
	run.relay.signalled = stop;
	run.relay.packets = packets;
	run.relay.ctx = &run;
	if (wait_for_nics(&run)) {
		start_chain(&run);
		work(&run);
		dumpcap = child_wait(&run.dumpcap);
	}
	team_free(&run.team);
	fan_free(&run.fan);
	watch_free(&run.watch);
	relay_close(&run.relay);
	if ((run.full || run.account.left) && run.exact && run.relay.interrupted < 2)
		dumpcap_correct(&run.account, opt, run.relay.lines / 2 + run.bad);
	status = end_status(&run, dumpcap, child_wait(&run.spill));
	write_stats(&run, stats);
	return status;
}
