/*
 * libFuzzer: nodes' names and URLs, Cloud IDs, and (the first byte chooses) a URL with a password and anything behind it.  What
 * is taken is an http or https URL without credentials, which means the same when it is read again; a Cloud ID is one node by
 * https; a password is neither in a URL nor in a message.
 */
#include "bulk_node.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "msg.h"

#define REQUIRE(x) ((x) ? (void)0 : (msg_warn("line %d: not so: %s", __LINE__, #x), abort()))
#define SECRET "correct-horse"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_node(const struct bulk_node *node, int cloud, int encoded)
{
	struct bulk_nodes again = { .count = 0 };
	char *wrong;

	REQUIRE(strncmp(node->url, "https://", 8) == 0 || (!cloud && strncmp(node->url, "http://", 7) == 0));
	REQUIRE(node->url[strlen(node->url) - 1] != '/' && strpbrk(node->url, ", ?#") == NULL);
	wrong = bulk_nodes_add(&again, node->url);
	REQUIRE(wrong == NULL && again.count == 1);
	REQUIRE(again.list[0].user == NULL && again.list[0].password == NULL);
	/* Of a host such as %39 libcurl takes the code away first, and what a number stands for the next time. */
	REQUIRE(encoded || (strcmp(again.list[0].url, node->url) == 0 && again.list[0].is_loopback == node->is_loopback));
	bulk_nodes_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bulk_nodes nodes = { .count = 0 };
	char *text, *words, *wrong, coded[2048];
	int kind, mine;
	size_t i;

	if (size == 0)
		return 0;
	kind = data[0] % 4;
	text = mem_string((const char *)data + 1, size - 1);
	mine = strstr(text, SECRET) == NULL;
	words = mem_format(kind == 1 ? "https://u:" SECRET "@%s" : "%s", text);
	if (kind == 3)	/* the base64 too would be hard to guess */
		sodium_bin2base64(coded, sizeof coded, data + 1, size - 1 < 1400 ? size - 1 : 1400, sodium_base64_VARIANT_ORIGINAL);
	wrong = kind == 3 ? bulk_nodes_add_cloud(&nodes, coded) : kind == 2 ? bulk_nodes_add_cloud(&nodes, words) :
	    bulk_nodes_add(&nodes, words);
	REQUIRE(wrong == NULL || *wrong != '\0');
	REQUIRE(wrong == NULL || !mine || strstr(wrong, SECRET) == NULL);
	REQUIRE(wrong != NULL || (kind < 2 ? nodes.count > 0 : nodes.count == 1));
	for (i = 0; i < nodes.count; i++) {
		check_node(&nodes.list[i], kind >= 2, strchr(text, '%') != NULL);
		REQUIRE(!mine || strstr(nodes.list[i].url, SECRET) == NULL);
	}
	REQUIRE(kind != 1 || wrong != NULL || !mine || strcmp(nodes.list[0].password, SECRET) == 0);
	bulk_nodes_free(&nodes);
	free(text);
	free(words);
	free(wrong);
	return 0;
}
