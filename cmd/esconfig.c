/* esconfig: espcap's own helper, which reads espcap.yml for the script: the options it sets for one stage, each ended by a NUL byte. */
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "msg.h"
#include "opt.h"

static const struct opt options[] = {
	{ "config", 0, "FILE", "configuration to read" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"[--config FILE] capture|reshape|bulk|espcap",
	"Print the options that espcap.yml sets for a stage, each ended by a NUL byte (used by espcap).",
	options,
};

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	(void)o;
	*(const char **)ctx = arg;
}

static void
show(const char *name, const char *value, void *ctx)
{
	(void)ctx;
	printf("--%s%s%s%c", name, value != NULL ? "=" : "", value != NULL ? value : "", '\0');
}

int
main(int argc, char **argv)
{
	static const char *const stages[] = { "capture", "reshape", "bulk", "espcap" };
	const char *path = NULL;
	struct conf *conf;
	size_t i = 0;
	int first;

	/* It speaks for espcap. */
	msg_program("espcap");
	first = opt_parse(&command, argc, argv, take, &path);
	if (first + 1 != argc)
		msg_usage("it takes one stage");
	while (i < 4 && strcmp(argv[first], stages[i]) != 0)
		i++;
	if (i == 4)
		msg_usage("%s: no such stage", argv[first]);
	conf = conf_load(path);
	conf_options(conf, (enum conf_stage)i, show, NULL);
	conf_free(conf);
	opt_close_stdout();
	return ES_OK;
}
