/* esconfig: espcap's own helper, which reads espcap.yml for the script.  It prints words, each ended by a NUL byte: for each
 * option that is set its stage and itself, and first "config" and the file that was read, if one was. */
#include <stdio.h>

#include "conf.h"
#include "msg.h"
#include "opt.h"

static const struct opt options[] = {
	{ "config", 0, "FILE", "configuration to read" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"[--config FILE]",
	"Print the options that espcap.yml sets, with their stages, each word ended by a NUL byte (used by espcap).",
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
	printf("%s%c--%s%s%s%c", (const char *)ctx, '\0', name, value != NULL ? "=" : "", value != NULL ? value : "", '\0');
}

int
main(int argc, char **argv)
{
	static char capture[] = "escapture", reshape[] = "esreshape", bulk[] = "esbulk", espcap[] = "espcap";
	const char *path = NULL;
	struct conf *conf;

	msg_program("espcap");	/* it speaks for it */
	if (opt_parse(&command, argc, argv, take, &path) < argc)
		msg_usage("it takes no operands");
	conf = conf_load(path);
	if (conf_path(conf) != NULL)
		printf("config%c%s%c", '\0', conf_path(conf), '\0');
	conf_options(conf, CONF_CAPTURE, show, capture);
	conf_options(conf, CONF_RESHAPE, show, reshape);
	conf_options(conf, CONF_BULK, show, bulk);
	conf_options(conf, CONF_ESPCAP, show, espcap);
	conf_free(conf);
	opt_close_stdout();
	return ES_OK;
}
