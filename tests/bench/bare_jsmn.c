/* Bare jsmn: tokenizes each line of stdin and does nothing else. */
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

int
main(void)
{
	unsigned room = 1 << 16;
	jsmntok_t *tokens = malloc(room * sizeof *tokens);
	unsigned long long all = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int n;

	setvbuf(stdin, NULL, _IOFBF, 1 << 18);
	while ((len = getline(&line, &size, stdin)) > 0 && tokens != NULL) {
		jsmn_parser p;

		jsmn_init(&p);
		while ((n = jsmn_parse(&p, line, (size_t)len, tokens, room)) == JSMN_ERROR_NOMEM) {
			room *= 2;
			tokens = realloc(tokens, room * sizeof *tokens);
			if (tokens == NULL)
				return 3;
		}
		if (n < 0)
			return 1;
		all += (unsigned)n;
	}
	printf("%llu\n", all);
	return 0;
}
