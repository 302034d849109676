/* The nodes that take bulk requests, in turn, and which of them are well. */
#ifndef ESPCAP_BULK_NODE_H
#define ESPCAP_BULK_NODE_H

#include <stddef.h>
#include <stdint.h>

struct bulk_node {
	char *url;		/* scheme://host:port/prefix, no slash at the end, no credentials */
	char *user, *password;	/* from its URL; NULL: none there */
	int is_loopback;	/* it is this machine, by its name */
	int wants_type;		/* Elasticsearch 6: found out by asking */
	uint64_t dead_until;	/* not to be asked before, ms; 0: it is well */
	unsigned failures;	/* in a row */
	unsigned in_flight;	/* requests under way */
};

struct bulk_nodes {
	struct bulk_node *list;
	size_t count, turn;
};

/**
 * bulk_nodes_add(nodes, words):
 * Add the nodes of the comma list ${words}: host, host:port, [IPv6], [IPv6]:port, or an http or https URL, with a path prefix or
 * not.  Without a scheme it is http, without a port 9200 (443 after https://).  A user and password in a URL are taken out of
 * it.  Return NULL, or a new string that says what is wrong, for a person; the caller frees it.
 */
char *bulk_nodes_add(struct bulk_nodes *nodes, const char *words);

/**
 * bulk_nodes_add_cloud(nodes, id):
 * Add the node of an Elastic Cloud ID, "NAME:" and the base64 of "DOMAIN[:PORT]$ELASTICSEARCH[:PORT][$KIBANA]": by https, port
 * 443 unless one is given (Elasticsearch documentation, "Cloud ID").  Return as bulk_nodes_add().
 */
char *bulk_nodes_add_cloud(struct bulk_nodes *nodes, const char *id);

/**
 * bulk_nodes_have_user(nodes):
 * Whether one of the nodes has a user in its URL.
 */
int bulk_nodes_have_user(const struct bulk_nodes *nodes);

/**
 * bulk_nodes_next(nodes, now):
 * The node for the next chunk: of those that may be asked at ${now} ms the one with the fewest requests under way, so that a
 * slow one does not collect them all, and in turn among equals.  NULL: none may.
 */
struct bulk_node *bulk_nodes_next(struct bulk_nodes *nodes, uint64_t now);

/**
 * bulk_nodes_wake(nodes):
 * When the first of the nodes may be asked again, ms; 0: at once.
 */
uint64_t bulk_nodes_wake(const struct bulk_nodes *nodes);

/**
 * bulk_node_failed(node, now) / bulk_node_answered(node):
 * The node could not be reached: leave it alone for 1 s, twice that each time, at most 30 s.  It answered: it is well.
 */
void bulk_node_failed(struct bulk_node *node, uint64_t now);
void bulk_node_answered(struct bulk_node *node);

/**
 * bulk_nodes_free(nodes):
 * Free what ${nodes} holds.
 */
void bulk_nodes_free(struct bulk_nodes *nodes);

#endif
