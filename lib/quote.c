#include "quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "utf8.h"

char *
quote_json(const char *s)
{
	const size_t len = strlen(s);
	char *mended = mem_array(NULL, 3 * len + 1, 1), *out = mem_array(NULL, 18 * len + 3, 1), *p = out;
	const size_t n = utf8_mend(mended, s, len);
	size_t i;

	*p++ = '"';
	for (i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)mended[i];

		if (c < 0x20 || c == 0x7f)
			p += sprintf(p, "\\u%04x", (unsigned)c);
		else {
			if (c == '"' || c == '\\')
				*p++ = '\\';
			*p++ = (char)c;
		}
	}
	*p++ = '"';
	*p = '\0';
	free(mended);
	return out;
}
