/* esifaces: the interfaces that packets can be captured from. */
#include <string.h>

#include "iface.h"
#include "msg.h"
#include "opt.h"

static const struct opt options[] = {
	{ "long", 'l', NULL, "a table with number, state, addresses, description" },
	{ "json", 0, NULL, "a JSON array" },
	{ NULL, 0, NULL, NULL },
};

static const struct opt_command command = {
	"[-l | --json]",
	"List capture interfaces, one name a line; escapture takes a name or its number.",
	options,
};

static void
take(const struct opt *o, const char *arg, void *ctx)
{
	void (**show)(const pcap_if_t *) = ctx;

	(void)arg;
	*show = strcmp(o->name, "json") == 0 ? iface_show_json : iface_show_table;
}

int
main(int argc, char **argv)
{
	void (*show)(const pcap_if_t *) = iface_show_names;
	pcap_if_t *all;

	msg_program(argv[0]);
	if (opt_parse(&command, argc, argv, take, &show) < argc)
		msg_usage("it takes no operands");
	all = iface_all();
	if (all == NULL)
		msg_warn("no interface is to be seen; capturing needs root or CAP_NET_RAW");
	show(all);
	pcap_freealldevs(all);
	opt_close_stdout();
	return ES_OK;
}
