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
