#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "mem.h"
#include "msg.h"
#include "num.h"

enum { FILE_MOST = 1 << 20, DEPTH_MOST = 8 };

enum kind { STRING, LIST, COUNT, SIZE, SECONDS, FLAG };

/* Every key there is.  A stage reads its own; an unknown one is an error everywhere. */
static const struct key {
	const char *name;
	enum conf_stage stage;
	enum kind kind;
} keys[] = {
	{ "tshark_path", CONF_CAPTURE, STRING },
	{ "nic", CONF_CAPTURE, LIST },
	{ "file", CONF_CAPTURE, LIST },
	{ "dir", CONF_CAPTURE, STRING },
	{ "bpf", CONF_CAPTURE, STRING },
	{ "count", CONF_CAPTURE, COUNT },
	{ "jobs", CONF_CAPTURE, COUNT },
	{ "layers", CONF_CAPTURE, STRING },
	{ "run_as", CONF_CAPTURE, STRING },
	{ "duration", CONF_CAPTURE, SECONDS },
	{ "wait_nic", CONF_CAPTURE, FLAG },
	{ "buffer", CONF_CAPTURE, SIZE },
	{ "buffer_dir", CONF_CAPTURE, STRING },
	{ "memory", CONF_CAPTURE, SIZE },
	{ "restart_packets", CONF_CAPTURE, COUNT },
	{ "bad_packets", CONF_CAPTURE, STRING },
	{ "index", CONF_RESHAPE, STRING },
	{ "id", CONF_RESHAPE, FLAG },
	{ "op", CONF_RESHAPE, STRING },
	{ "tag", CONF_RESHAPE, LIST },
	{ "bad", CONF_RESHAPE, STRING },
	{ "node", CONF_BULK, LIST },
	{ "cloud_id", CONF_BULK, STRING },
	{ "chunk", CONF_BULK, COUNT },
	{ "bytes", CONF_BULK, SIZE },
	{ "flush", CONF_BULK, SECONDS },
	{ "connections", CONF_BULK, COUNT },
	{ "retry", CONF_BULK, SECONDS },
	{ "timeout", CONF_BULK, SECONDS },
	{ "rejects", CONF_BULK, STRING },
	{ "spool", CONF_BULK, STRING },
	{ "spool_max", CONF_BULK, SIZE },
	{ "user", CONF_BULK, STRING },
	{ "user_file", CONF_BULK, STRING },
	{ "api_key_file", CONF_BULK, STRING },
	{ "bearer_file", CONF_BULK, STRING },
	{ "aws_sigv4", CONF_BULK, STRING },
	{ "ca", CONF_BULK, STRING },
	{ "cert", CONF_BULK, STRING },
	{ "key", CONF_BULK, STRING },
	{ "insecure", CONF_BULK, FLAG },
	{ "gzip", CONF_BULK, FLAG },
	{ "doctype", CONF_BULK, STRING },
	{ "pipeline", CONF_BULK, STRING },
	{ "refresh", CONF_BULK, STRING },
	{ "stats", CONF_ESPCAP, STRING },
	{ "done", CONF_ESPCAP, STRING },
	{ "follow", CONF_ESPCAP, FLAG },
	{ "syslog", CONF_ESPCAP, FLAG },
	{ "quiet", CONF_ESPCAP, FLAG },
};

enum { KEYS = sizeof keys / sizeof *keys };

struct conf {
	char *path;
	struct {
		const char **values;
		size_t count;
	} set[KEYS];
};

static size_t
find_key(const char *name)
{
	size_t i;

	for (i = 0; i < KEYS && strcmp(keys[i].name, name) != 0; i++)
		continue;
	return i;
}

/* What is wrong with a value of this kind; NULL: nothing. */
static const char *
value_wrong(enum kind kind, const char *value)
{
	uint64_t n;

	switch (kind) {
	case COUNT: return num_count(value, 0, UINT64_MAX, &n) != 0 ? "it is a number" : NULL;
	case SIZE: return num_size(value, 0, UINT64_MAX, &n) != 0 ? "it is a size such as 500K or 5M" : NULL;
	case SECONDS: return num_seconds(value, 1U << 30, &n) != 0 ? "it is a time in seconds" : NULL;
	case FLAG: return strcmp(value, "true") != 0 && strcmp(value, "false") != 0 ? "it is true or false" : NULL;
	default: return *value == '\0' ? "it is empty" : NULL;
	}
}

static void
add_value(struct conf *c, size_t k, const yaml_node_t *node)
{
	const size_t line = node->start_mark.line + 1;
	const char *value, *wrong;

	if (node->type != YAML_SCALAR_NODE)
		msg_die(ES_USAGE, "%s:%zu: %s: its value is %s", c->path, line, keys[k].name,
		    keys[k].kind == LIST ? "a word or a list of words" : "one word");
	value = (const char *)node->data.scalar.value;
	if (strlen(value) != node->data.scalar.length)
		msg_die(ES_USAGE, "%s:%zu: %s: a NUL byte in it", c->path, line, keys[k].name);
	wrong = value_wrong(keys[k].kind, value);
	if (wrong != NULL)
		msg_die(ES_USAGE, "%s:%zu: %s: %s: %s", c->path, line, keys[k].name, value, wrong);
	c->set[k].values = mem_array(c->set[k].values, c->set[k].count + 1, sizeof *c->set[k].values);
	c->set[k].values[c->set[k].count++] = mem_string(value, strlen(value));
}

static void
add_pair(struct conf *c, yaml_document_t *doc, const yaml_node_pair_t *pair)
{
	const yaml_node_t *name = yaml_document_get_node(doc, pair->key), *value = yaml_document_get_node(doc, pair->value);
	const size_t line = name->start_mark.line + 1;
	const yaml_node_item_t *item;
	size_t k;

	if (name->type != YAML_SCALAR_NODE)
		msg_die(ES_USAGE, "%s:%zu: a key is a word", c->path, line);
	k = find_key((const char *)name->data.scalar.value);
	if (k == KEYS)
		msg_die(ES_USAGE, "%s:%zu: %s: no such key; espcap.yml(5) lists them", c->path, line,
		    (const char *)name->data.scalar.value);
	if (c->set[k].count > 0)
		msg_die(ES_USAGE, "%s:%zu: %s: given twice", c->path, line, keys[k].name);
	if (value->type != YAML_SEQUENCE_NODE || keys[k].kind != LIST) {
		add_value(c, k, value);
		return;
	}
	for (item = value->data.sequence.items.start; item < value->data.sequence.items.top; item++)
		add_value(c, k, yaml_document_get_node(doc, *item));
}

/* libyaml takes the square of the depth in time; nothing here is deeper than a list in a mapping. */
static void
check_depth(const struct conf *c, const char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event = { .type = YAML_NO_EVENT };
	int depth = 0, done = 0;

	if (!yaml_parser_initialize(&parser))
		msg_die(ES_FAILED, "out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	while (!done && yaml_parser_parse(&parser, &event)) {
		done = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
			depth++;
		else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
			depth--;
		if (depth > DEPTH_MOST)
			msg_die(ES_USAGE, "%s:%zu: it is nested too deep", c->path, event.start_mark.line + 1);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

static void
parse(struct conf *c, const char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_document_t doc;
	const yaml_node_t *root;
	const yaml_node_pair_t *pair;

	check_depth(c, text, len);
	if (!yaml_parser_initialize(&parser))
		msg_die(ES_FAILED, "out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &doc))
		msg_die(ES_USAGE, "%s:%zu: %s", c->path, parser.problem_mark.line + 1,
		    parser.problem != NULL ? parser.problem : "it is no YAML");
	root = yaml_document_get_root_node(&doc);
	if (root != NULL && root->type == YAML_MAPPING_NODE)
		for (pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++)
			add_pair(c, &doc, pair);
	else if (root != NULL && !(root->type == YAML_SCALAR_NODE && root->data.scalar.length == 0))
		msg_die(ES_USAGE, "%s:%zu: it is KEY: VALUE, a line each", c->path, root->start_mark.line + 1);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
}

static void
read_file(struct conf *c, int fd)
{
	char *text = mem_array(NULL, FILE_MOST + 1, 1);
	size_t len = 0;
	ssize_t n;

	while (len <= FILE_MOST && (n = read(fd, text + len, FILE_MOST + 1 - len)) != 0) {
		if (n < 0 && errno != EINTR)
			msg_die(ES_USAGE, "%s: %s", c->path, strerror(errno));
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (len > FILE_MOST)
		msg_die(ES_USAGE, "%s: it is longer than 1 MiB", c->path);
	parse(c, text, len);
	free(text);
}

static int
ours(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* Whether no one but the caller and root can have put this file, opened as ${fd}, here. */
static int
trusted(const char *path, int fd)
{
	struct stat link, file;

	return lstat(path, &link) == 0 && ours(&link) && fstat(fd, &file) == 0 && ours(&file) &&
	    (file.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Open the first file there is; -1: none.  *found: its path, the caller's. */
static int
find_file(char **found)
{
	static const char *const here[] = { "./espcap.yml", "config/espcap.yml", "../config/espcap.yml" };
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *others[2] = { NULL, mem_string("/etc/espcap/espcap.yml", 22) };
	size_t i;
	int fd = -1;

	for (i = 0; i < 3 && fd < 0; i++) {
		fd = open(here[i], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd >= 0 && !trusted(here[i], fd)) {
			msg_warn("%s: passed over: it is not yours (or root's) alone to write", here[i]);
			close(fd);
			fd = -1;
		}
		if (fd >= 0)
			*found = mem_string(here[i], strlen(here[i]));
	}
	if (xdg != NULL && *xdg == '/')
		others[0] = mem_format("%s/espcap/espcap.yml", xdg);
	else if (home != NULL && *home == '/')
		others[0] = mem_format("%s/.config/espcap/espcap.yml", home);
	for (i = 0; i < 2; i++) {
		if (fd < 0 && others[i] != NULL && (fd = open(others[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK)) >= 0)
			*found = mem_string(others[i], strlen(others[i]));
		free(others[i]);
	}
	return fd;
}

struct conf *
conf_load(const char *path)
{
	struct conf *c = mem_zero(1, sizeof *c);
	const char *env = getenv("ESPCAP_CONFIG");
	int fd;

	if (path == NULL && env != NULL && *env != '\0')
		path = env;
	if (path != NULL) {
		c->path = mem_string(path, strlen(path));
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			msg_die(ES_USAGE, "%s: %s", path, strerror(errno));
	} else
		fd = find_file(&c->path);
	if (fd >= 0)
		read_file(c, fd);
	return c;
}

const char *
conf_path(const struct conf *conf)
{
	return conf->path;
}

void
conf_options(const struct conf *conf, enum conf_stage stage, void (*take)(const char *name, const char *value, void *ctx),
    void *ctx)
{
	size_t k, i;
	char *name, *p;

	for (k = 0; k < KEYS; k++) {
		if (keys[k].stage != stage)
			continue;
		name = mem_string(keys[k].name, strlen(keys[k].name));
		for (p = name; (p = strchr(p, '_')) != NULL; )
			*p = '-';
		for (i = 0; i < conf->set[k].count; i++) {
			if (keys[k].kind != FLAG)
				take(name, conf->set[k].values[i], ctx);
			else if (strcmp(conf->set[k].values[i], "true") == 0)
				take(name, NULL, ctx);
		}
		free(name);
	}
}

void
conf_free(struct conf *conf)
{
	size_t k, i;

	if (conf == NULL)
		return;
	for (k = 0; k < KEYS; k++) {
		for (i = 0; i < conf->set[k].count; i++)
			free((void *)(uintptr_t)conf->set[k].values[i]);
		free(conf->set[k].values);
	}
	free(conf->path);
	free(conf);
}
