/* Capture interfaces, by libpcap. */
#ifndef ESPCAP_IFACE_H
#define ESPCAP_IFACE_H

#include <pcap/pcap.h>
#include <stddef.h>

/**
 * iface_all():
 * All interfaces that libpcap tells of, which without privilege can be fewer; free with pcap_freealldevs().  NULL: none.
 * Dies with ES_FAILED when libpcap fails.
 */
pcap_if_t *iface_all(void);

/**
 * iface_name(word):
 * The name of the interface that ${word} means: a name stays as it is, also one that is not (yet) there; a number as esifaces -l
 * shows it becomes that interface's.  Return a new string, which the caller frees; NULL when there is no such number.
 */
char *iface_name(const char *word);

/**
 * iface_show_names(all) / iface_show_table(all) / iface_show_json(all):
 * Print the interfaces on stdout: one name a line; a table for people; a JSON array for programs.
 */
void iface_show_names(const pcap_if_t *all);
void iface_show_table(const pcap_if_t *all);
void iface_show_json(const pcap_if_t *all);

#endif
