/* time.c - moments: now, and as text. */
#include "core/base/time.h"

#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t time_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t time_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

char *time_rfc3339(int64_t ns)
{
	time_t s = ns / NS_PER_S;
	struct tm tm;
	char day[32];

	if (!ns)
		return xstrdup("0001-01-01T00:00:00Z");
	gmtime_r(&s, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	return xasprintf("%s.%09lldZ", day, (long long)(ns % NS_PER_S));
}

/* Units from the longest name on, so that "ms" is no "m". */
static const struct {
	const char *name;
	double ns;
} units[] = {
	{ "ns", 1 }, { "us", 1e3 }, { "\302\265s", 1e3 }, { "ms", 1e6 },
	{ "h", 3600e9 }, { "m", 60e9 }, { "s", 1e9 },
};

/* The unit that `s` begins with: what is behind it, or NULL. */
static const char *take_unit(const char *s, double *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		const char *rest = skip_prefix(s, units[i].name);

		if (rest) {
			*ret = units[i].ns;
			return rest;
		}
	}
	return NULL;
}

bool parse_duration(const char *s, int64_t *ret)
{
	bool negative = *s == '-';
	double sum = 0, unit;

	if (*s == '-' || *s == '+')
		s++;
	if (streq(s, "0")) {
		*ret = 0;
		return true;
	}
	do {
		size_t n = strspn(s, "0123456789.");
		char *end;
		double v = strtod(s, &end);

		if (!n || end != s + n)
			return false;
		s = take_unit(end, &unit);
		if (!s)
			return false;
		sum += v * unit;
	} while (*s);
	if (sum > 9e18)
		return false;
	*ret = negative ? -(int64_t)sum : (int64_t)sum;
	return true;
}
