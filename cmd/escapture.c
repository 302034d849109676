/* escapture: packets in, tshark's EK stream out. */
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "capture.h"
#include "conf.h"
#include "host.h"
#include "iface.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"

static const struct opt options[] = {
	{ "nic", 0, "IF", "capture live from IF, name or number; can be repeated" },
	{ "file", 0, "FILE", "read a capture file (-: stdin); can be repeated" },
	{ "dir", 0, "DIR", "read the captures in DIR, in the order of their names" },
	{ "bpf", 0, "FILTER", "only packets that match, live and from files" },
	{ "count", 0, "N", "end after N packets (0: no end)" },
	{ "duration", 0, "SECONDS", "end a live capture after that time" },
	{ "jobs", 0, "N", "tsharks side by side (the number of processors)" },
	{ "layers", 0, "LIST", "print only these layers, spaces between (tshark -J)" },
	{ "wait-nic", 0, NULL, "wait until the interfaces are there" },
	{ "buffer", 0, "SIZE", "live, what may wait on disk for the tsharks (1G)" },
	{ "buffer-dir", 0, "DIR", "where ($TMPDIR, /tmp)" },
	{ "memory", 0, "SIZE", "live, restart tsharks that have so much (0: never)" },
	{ "restart-packets", 0, "N", "live, restart the tsharks after N packets each time" },
	{ "bad-packets", 0, "FILE", "live, keep the packets that kill tshark as a capture" },
	{ "run-as", 0, "USER", "who tshark runs as when we are root (espcap, nobody)" },
	{ "tshark", 0, "PATH", "the tshark to run" },
	{ "config", 0, "FILE", "configuration, instead of the first espcap.yml found" },
	{ "stats", 0, "FILE", "write the account to FILE, as JSON" },
	{ "quiet", 'q', NULL, "do not name what is passed over in DIR" },
	{ "verbose", 'v', NULL, "name each file before it is read" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"[options] [--nic IF... | --dir DIR | FILE...] [-- ARGUMENT...]",
	"Run tshark, live or on capture files, and write its -T ek stream to stdout.",
	options,
};

struct words {
	char **list;
	size_t count;
};

struct settings {
	struct capture_options capture;
	struct words files, nics;
	const char *tshark, *config, *run_as;
	uint64_t jobs;		/* 0: not given */
	int has_source;		/* on the command line */
	unsigned char given[sizeof options / sizeof *options];	/* on the command line */
	const char *live;	/* an option that was given and is for a live capture; NULL: none */
};

enum { JOBS_MAX = 64, SECONDS_MAX = 100000000, BUFFER_LEAST = 1 << 20, MEMORY_EACH = 512 << 20, MEMORY_WILD = 1 << 30 };

static void
add(struct words *w, const char *word)
{
	w->list = mem_array(w->list, w->count + 1, sizeof *w->list);
	w->list[w->count++] = mem_string(word, strlen(word));
}

static void
add_nic(struct words *w, const char *word)
{
	char *name = iface_name(word);

	if (name == NULL)
		msg_usage("--nic: %s: no interface has that number; esifaces -l lists them", word);
	if (*name == '\0' || *name == '-')
		msg_usage("--nic: '%s': that is no interface's name", word);
	add(w, name);
	free(name);
}

static uint64_t
parse_jobs(const char *arg)
{
	uint64_t jobs;

	if (num_count(arg, 1, JOBS_MAX, &jobs) != 0)
		msg_usage("--jobs: %s: it is a number of tsharks, 1 to %d", arg, JOBS_MAX);
	return jobs;
}

/* As many as can run at the same time. */
static uint64_t
processors(void)
{
	const unsigned n = host_processors();

	return n > JOBS_MAX ? JOBS_MAX : n;
}

static uint64_t
parse_size(const char *option, const char *arg, uint64_t least)
{
	uint64_t size;

	if (num_size(arg, least, INT64_MAX, &size) != 0)
		msg_usage("--%s: %s: it is a size in bytes, such as 500M, from %llu on", option, arg, (unsigned long long)least);
	return size;
}

static uint64_t
parse_count(const char *option, const char *arg)
{
	uint64_t count;

	if (num_count(arg, 0, INT32_MAX, &count) != 0)	/* as tshark and dumpcap take it */
		msg_usage("--%s: %s: it is a number of packets, at most %d", option, arg, INT32_MAX);
	return count;
}

/* Those that a live capture alone has; 0: it is another one. */
static int
take_live(struct settings *s, const struct opt *o, const char *arg)
{
	struct capture_options *c = &s->capture;

	if (strcmp(o->name, "duration") == 0) {
		if (num_seconds(arg, SECONDS_MAX, &c->duration) != 0 || c->duration == 0)
			msg_usage("--duration: %s: it is a time in seconds, at most %d", arg, SECONDS_MAX);
	} else if (strcmp(o->name, "wait-nic") == 0)
		c->wait_nic = 1;
	else if (strcmp(o->name, "buffer") == 0)
		c->buffer = parse_size(o->name, arg, BUFFER_LEAST);
	else if (strcmp(o->name, "buffer-dir") == 0)
		c->buffer_dir = arg;
	else if (strcmp(o->name, "memory") == 0)
		c->memory = parse_size(o->name, arg, 0);
	else if (strcmp(o->name, "restart-packets") == 0)
		c->restart = parse_count(o->name, arg);
	else if (strcmp(o->name, "bad-packets") == 0)
		c->bad_packets = arg;
	else
		return 0;
	s->live = o->name;
	return 1;
}

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	struct settings *s = ctx;
	struct capture_options *c = &s->capture;

	s->given[o - options] = 1;
	if (take_live(s, o, arg))
		return;
	if (strcmp(o->name, "nic") == 0)
		add_nic(&s->nics, arg);
	else if (strcmp(o->name, "file") == 0)
		add(&s->files, arg);
	else if (strcmp(o->name, "dir") == 0)
		c->dir = arg;
	else if (strcmp(o->name, "bpf") == 0)
		c->bpf = arg;
	else if (strcmp(o->name, "count") == 0)
		c->count = parse_count(o->name, arg);
	else if (strcmp(o->name, "jobs") == 0)
		s->jobs = parse_jobs(arg);
	else if (strcmp(o->name, "layers") == 0)
		c->tshark.layers = arg;
	else if (strcmp(o->name, "run-as") == 0)
		s->run_as = arg;
	else if (strcmp(o->name, "tshark") == 0)
		s->tshark = arg;
	else if (strcmp(o->name, "config") == 0)
		s->config = arg;
	else if (strcmp(o->name, "stats") == 0)
		c->stats = arg;
	else if (strcmp(o->name, "quiet") == 0)
		msg_quiet(1);
	else
		c->verbose = 1;
}

/* An option that the configuration sets: the command line's counts, if it is there too. */
static void
take_conf(const char *name, const char *value, void *ctx)
{
	struct settings *s = ctx;
	const struct opt *o = options;
	const int is_source = strcmp(name, "nic") == 0 || strcmp(name, "file") == 0 || strcmp(name, "dir") == 0;
	const char *live = s->live;

	if (strcmp(name, "tshark-path") == 0)
		name = "tshark";
	while (o->name != NULL && strcmp(o->name, name) != 0)
		o++;
	if (o->name == NULL || s->given[o - options] || (is_source && s->has_source))
		return;
	take(o, value, s);
	s->given[o - options] = 0;	/* there may be more of a list */
	s->live = live;			/* a configuration can be for both ways in */
}

static void
use_conf(struct settings *s, const struct conf *conf)
{
	struct capture_options *c = &s->capture;

	s->has_source = s->files.count > 0 || s->nics.count > 0 || c->dir != NULL;
	conf_options(conf, CONF_CAPTURE, take_conf, s);
	if (s->jobs == 0)
		s->jobs = processors();
	c->jobs = (size_t)s->jobs;
	/* A fresh tshark has 165 MB: many of them are no reason to restart. */
	if (c->memory == UINT64_MAX)
		c->memory = (s->jobs > 4 ? s->jobs : 4) * (uint64_t)MEMORY_EACH;
}

static void
free_words(struct words *w)
{
	while (w->count > 0)
		free(w->list[--w->count]);
	free(w->list);
}

/* The words behind "--" are tshark's: cut them off, and return them. */
static char *const *
cut_arguments(int *argc, char **argv)
{
	int i;

	for (i = 1; i < *argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			*argc = i;
			argv[i] = NULL;
			return argv + i + 1;
		}
	return NULL;
}

int
main(int argc, char **argv)
{
	struct settings s = { .capture = { .buffer = 1ULL << 30, .memory = UINT64_MAX } };
	struct capture_options *c = &s.capture;
	const char *tmp = getenv("TMPDIR");
	static struct conf *conf;	/* reachable wherever the run ends, for the leak checker */
	enum es_status status;
	int i;

	msg_program(argv[0]);
	c->tshark.more = cut_arguments(&argc, argv);
	for (i = opt_parse(&command, argc, argv, take, &s); i < argc; i++)
		add(&s.files, argv[i]);
	conf = conf_load(s.config);
	use_conf(&s, conf);
	if (s.nics.count > 0 && (s.files.count > 0 || c->dir != NULL))
		msg_usage("packets come live (--nic) or from files (--file, --dir), not both");
	if (s.nics.count == 0 && s.files.count == 0 && c->dir == NULL)
		msg_usage("where from? --nic IF, --file FILE or --dir DIR");
	if (s.live != NULL && s.nics.count == 0)
		msg_usage("--%s is for live captures (--nic)", s.live);
	if (confine_user(&c->tshark.confine, s.run_as) != 0)
		msg_usage("--run-as: %s: there is no such user, or you are not root", s.run_as);
	/* Live, what is beyond the limit for all is a packet gone wild. */
	if (s.nics.count > 0 && c->memory > 0)
		c->tshark.confine.memory = c->memory + MEMORY_WILD;
	if (c->buffer_dir == NULL)
		c->buffer_dir = tmp != NULL && *tmp != '\0' ? tmp : "/tmp";
	if (c->bpf != NULL)
		bpf_check(c->bpf);
	tshark_find(&c->tshark, s.tshark);
	c->files = s.files.list;
	c->file_count = s.files.count;
	c->nics = s.nics.list;
	c->nic_count = s.nics.count;
	status = s.nics.count > 0 ? capture_live(c) : capture_files(c);
	tshark_free(&c->tshark);
	free_words(&s.files);
	free_words(&s.nics);
	conf_free(conf);
	return (int)status;
}
