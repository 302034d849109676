#include "iface.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mem.h"
#include "msg.h"
#include "num.h"
#include "quote.h"

enum { TEXT = 256 };

pcap_if_t *
iface_all(void)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;

	if (pcap_findalldevs(&all, why) != 0)
		msg_die(ES_FAILED, "the interfaces can't be listed: %s", why);
	return all;
}

char *
iface_name(const char *word)
{
	pcap_if_t *all, *i;
	char *name = NULL;
	uint64_t number;

	if (num_count(word, 1, 1000000, &number) != 0)
		return mem_string(word, strlen(word));
	all = iface_all();
	for (i = all; i != NULL && number > 1; i = i->next)
		number--;
	if (i != NULL)
		name = mem_string(i->name, strlen(i->name));
	pcap_freealldevs(all);
	return name;
}

static const char *
state_of(const pcap_if_t *i)
{
	if (i->flags & PCAP_IF_LOOPBACK)
		return i->flags & PCAP_IF_UP ? "loopback" : "down";
	if (!(i->flags & PCAP_IF_UP))
		return "down";
	switch (i->flags & PCAP_IF_CONNECTION_STATUS) {
	case PCAP_IF_CONNECTION_STATUS_CONNECTED: return "connected";
	case PCAP_IF_CONNECTION_STATUS_DISCONNECTED: return "no link";
	default: return i->flags & PCAP_IF_RUNNING ? "running" : "up";
	}
}

/* The link type's name, which only one who may capture can learn; "-" for all others. */
static const char *
link_of(const pcap_if_t *i)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_create(i->name, why);
	const char *name = NULL;

	if (p != NULL && pcap_set_timeout(p, 1) == 0 && pcap_activate(p) >= 0)
		name = pcap_datalink_val_to_name(pcap_datalink(p));
	if (p != NULL)
		pcap_close(p);
	return name != NULL ? name : "-";
}

/* The address as text; 0 if it is none of the Internet's. */
static int
address_text(const struct pcap_addr *a, char text[TEXT])
{
	socklen_t len;

	if (a->addr == NULL)
		return 0;
	if (a->addr->sa_family == AF_INET)
		len = sizeof(struct sockaddr_in);
	else if (a->addr->sa_family == AF_INET6)
		len = sizeof(struct sockaddr_in6);
	else
		return 0;
	return getnameinfo(a->addr, len, text, TEXT, NULL, 0, NI_NUMERICHOST) == 0;
}

void
iface_show_names(const pcap_if_t *all)
{
	const pcap_if_t *i;

	for (i = all; i != NULL; i = i->next)
		puts(i->name);
}

/* Names and descriptions come from the system and its devices: nothing in them may drive the terminal. */
static char *
clean(const char *s)
{
	char text[1024];

	if (s == NULL)
		s = "";
	msg_clean(text, sizeof text, s, strlen(s));
	return mem_string(text, strlen(text));
}

static char *
addresses_of(const pcap_if_t *i)
{
	const struct pcap_addr *a;
	char text[TEXT], *all = mem_string("", 0), *longer;

	for (a = i->addresses; a != NULL; a = a->next) {
		if (!address_text(a, text))
			continue;
		longer = mem_format("%s%s%s", all, *all != '\0' ? "," : "", text);
		free(all);
		all = longer;
	}
	return all;
}

void
iface_show_table(const pcap_if_t *all)
{
	enum { COLUMNS = 6 };
	static const char *const heads[COLUMNS] = { "NO", "NAME", "STATE", "LINK", "ADDRESSES", "DESCRIPTION" };
	char *(*rows)[COLUMNS];
	int widths[COLUMNS], len;
	const pcap_if_t *i;
	size_t n = 1, r, c;

	for (i = all; i != NULL; i = i->next)
		n++;
	rows = mem_zero(n, sizeof *rows);
	for (c = 0; c < COLUMNS; c++)
		rows[0][c] = mem_string(heads[c], strlen(heads[c]));
	for (i = all, r = 1; i != NULL; i = i->next, r++) {
		rows[r][0] = mem_format("%zu", r);
		rows[r][1] = clean(i->name);
		rows[r][2] = clean(state_of(i));
		rows[r][3] = clean(link_of(i));
		rows[r][4] = addresses_of(i);
		rows[r][5] = clean(i->description);
	}
	for (c = 0; c < COLUMNS; c++)
		for (widths[c] = 0, r = 0; r < n; r++) {
			len = (int)strlen(rows[r][c]);
			widths[c] = len > widths[c] ? len : widths[c];
		}
	for (r = 0; r < n; r++) {
		printf("%*s", widths[0], rows[r][0]);
		for (c = 1; c < COLUMNS - 1; c++)
			printf("  %-*s", widths[c], rows[r][c]);
		printf("%s%s\n", *rows[r][c] != '\0' ? "  " : "", rows[r][c]);
		for (c = 0; c < COLUMNS; c++)
			free(rows[r][c]);
	}
	free(rows);
}

static void
show_string(const char *name, const char *s)
{
	char *quoted = quote_json(s != NULL ? s : "");

	printf(",\"%s\":%s", name, quoted);
	free(quoted);
}

void
iface_show_json(const pcap_if_t *all)
{
	const pcap_if_t *i;
	const struct pcap_addr *a;
	char text[TEXT];
	int number = 1, first;

	putchar('[');
	for (i = all; i != NULL; i = i->next, number++) {
		printf("%s\n{\"number\":%d", number > 1 ? "," : "", number);
		show_string("name", i->name);
		show_string("state", state_of(i));
		show_string("link", link_of(i));
		printf(",\"loopback\":%s,\"addresses\":[", i->flags & PCAP_IF_LOOPBACK ? "true" : "false");
		for (a = i->addresses, first = 1; a != NULL; a = a->next)
			if (address_text(a, text)) {
				char *quoted = quote_json(text);	/* an IPv6 scope is an interface's name */

				printf("%s%s", first ? "" : ",", quoted);
				free(quoted);
				first = 0;
			}
		putchar(']');
		show_string("description", i->description);
		putchar('}');
	}
	puts("\n]");
}
