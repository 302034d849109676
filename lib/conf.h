/* espcap.yml: one key an option of the family, '-' as '_'; see espcap.yml(5). */
#ifndef ESPCAP_CONF_H
#define ESPCAP_CONF_H

#include <stddef.h>

struct conf;

enum conf_stage { CONF_CAPTURE, CONF_RESHAPE, CONF_BULK, CONF_ESPCAP };

/**
 * conf_load(path):
 * Read the configuration ${path}; with NULL the first there is of $ESPCAP_CONFIG, ./espcap.yml, config/espcap.yml,
 * ../config/espcap.yml, $XDG_CONFIG_HOME/espcap/espcap.yml (without the variable ~/.config), /etc/espcap/espcap.yml; none at all
 * is an empty configuration.  The three relative ones name a program to run, so such a file counts only if it and a link to it
 * belong to the caller or root and no one else may write it; otherwise it is named and passed over.  Dies with ES_USAGE, naming
 * file and line, on an unknown key, a key given twice, or a bad value.  Free with conf_free().
 */
struct conf *conf_load(const char *path);

/**
 * conf_path(conf):
 * The file that was read; NULL: none.
 */
const char *conf_path(const struct conf *conf);

/**
 * conf_options(conf, stage, take, ctx):
 * Call ${take}(name, value, ctx) for each option that the configuration sets and that belongs to ${stage}: its name with '-',
 * its value or, for an option without argument that is true, NULL.
 */
void conf_options(const struct conf *conf, enum conf_stage stage, void (*take)(const char *name, const char *value, void *ctx),
    void *ctx);

/**
 * conf_free(conf):
 * Free it; NULL is fine.
 */
void conf_free(struct conf *conf);

#endif
