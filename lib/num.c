#include "num.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The digits at *s, moved past; -1 if there are none or they do not fit. */
static int
digits(const char **s, uint64_t *out)
{
	const char *p = *s;
	uint64_t n = 0;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10U, &n) || __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return -1;
	*s = p;
	*out = n;
	return 0;
}

static int
within(uint64_t n, uint64_t min, uint64_t max, uint64_t *out)
{
	if (n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

int
num_count(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t n;

	if (digits(&s, &n) != 0 || *s != '\0')
		return -1;
	return within(n, min, max, out);
}

int
num_size(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *unit;
	uint64_t n;
	unsigned shift = 0;

	if (digits(&s, &n) != 0)
		return -1;
	if (*s != '\0' && strcasecmp(s, "b") != 0) {
		unit = strchr(units, *s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s);
		if (unit == NULL || (s[1] != '\0' && strcasecmp(s + 1, "b") != 0 && strcasecmp(s + 1, "ib") != 0))
			return -1;
		shift = 10U * (unsigned)(unit - units + 1);
	}
	if (n > (UINT64_MAX >> shift))
		return -1;
	return within(n << shift, min, max, out);
}

int
num_seconds(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t whole, part = 0, scale = 100;

	if (digits(&s, &whole) != 0 || whole > max)
		return -1;
	if (*s == '.') {
		if (*++s == '\0')
			return -1;
		for (; *s >= '0' && *s <= '9' && scale > 0; s++, scale /= 10)
			part += (uint64_t)(*s - '0') * scale;
	}
	if (*s != '\0')
		return -1;
	return within(whole * 1000 + part, 0, max * 1000, out);
}
