#include "day.h"

#include <string.h>
#include <time.h>

static size_t
name_at(const char *pattern, uint64_t ms, char name[DAY_NAME])
{
	const time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return strftime(name, DAY_NAME, pattern, &tm);
}

static const char *
name_wrong(const char *name, size_t len)
{
	size_t i;

	if (len == 0)
		return "it gives no name, or one of more than 255 bytes";
	if (strchr("-_+", name[0]) != NULL)
		return "an index name can't start with '-', '_' or '+'";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "an index can't be named '.' or '..'";
	for (i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)name[i];

		if (c >= 'A' && c <= 'Z')
			return "an index name is lower case, but this one gets capitals";
		if (c < 0x20 || c >= 0x7f || strchr("\\/*?\"<>| ,#:", c) != NULL)
			return "an index name can't have control bytes, space or any of \\/*?\"<>|,#: and is ASCII here";
	}
	return NULL;
}

const char *
day_check(const char *pattern)
{
	const uint64_t day = 86400000, hour = 3600000;
	char name[DAY_NAME] = "";
	const char *wrong;
	uint64_t i;

	/* All names of months and days, all hours, both ends. */
	for (i = 0; i < 400; i++) {
		wrong = name_wrong(name, name_at(pattern, DAY_FIRST_MS + i * day + i % 24 * hour, name));
		if (wrong != NULL)
			return wrong;
	}
	return name_wrong(name, name_at(pattern, DAY_LAST_MS, name));
}

void
day_index(const char *pattern, uint64_t ms, char name[DAY_NAME])
{
	name_at(pattern, ms, name);
}

int
day_ms(const char *s, size_t len, uint64_t *ms)
{
	uint64_t n = 0;
	size_t i;

	while (len > 1 && *s == '0') {
		s++;
		len--;
	}
	if (len == 0 || len > 13)
		return -1;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	if (n < DAY_FIRST_MS || n > DAY_LAST_MS)
		return -1;
	*ms = n;
	return 0;
}
