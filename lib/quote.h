/* Text as a JSON string. */
#ifndef ESPCAP_QUOTE_H
#define ESPCAP_QUOTE_H

/**
 * quote_json(s):
 * A new string: ${s} as a JSON string, quotes included; control bytes escaped, what is no UTF-8 replaced by U+FFFD.  The caller
 * frees it.
 */
char *quote_json(const char *s);

#endif
