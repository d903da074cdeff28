/* moment_test.c - --since and --until: dates, seconds, times ago. */
#include "cmd/ui/moment.h"

#include "core/base/time.h"
#include "tests/unit/tap.h"

#define NOW (1700000000 * NS_PER_S + 5)

/* What it reads, or -77. */
static int64_t parsed(const char *text)
{
	int64_t ret;
	struct err e;

	return moment_parse(text, NOW, &ret, &e) == 0 ? ret : -77;
}

static void seconds(void)
{
	OK(parsed("0") == 0);
	OK(parsed("1715991154") == 1715991154 * NS_PER_S);
	OK(parsed("1715991154.25") == 1715991154 * NS_PER_S + 250000000);
	OK(parsed("1.123456789123") == NS_PER_S + 123456789);
	OK(parsed("99999999999999") == -77);
}

static void ago(void)
{
	OK(parsed("10m") == NOW - 600 * NS_PER_S);
	OK(parsed("1h30m") == NOW - 5400 * NS_PER_S);
	OK(parsed("1.5h") == NOW - 5400 * NS_PER_S);
	OK(parsed("500ms") == NOW - 500000000);
}

static void dates(void)
{
	OK(parsed("2024-05-18T00:12:34Z") == 1715991154 * NS_PER_S);
	OK(parsed("2024-05-18T00:12:34.5Z") ==
	   1715991154 * NS_PER_S + 500000000);
	OK(parsed("2024-05-18T02:12:34+02:00") == 1715991154 * NS_PER_S);
}

/* Without a zone it is the local time: of that day, not of today. */
static void local_dates(void)
{
	setenv("TZ", "UTC0", 1);
	OK(parsed("2024-05-18") == 1715990400 * NS_PER_S);
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	OK(parsed("2024-05-18") == 1715983200 * NS_PER_S);
	OK(parsed("2024-05-18T02:12:34.5") ==
	   1715991154 * NS_PER_S + 500000000);
	OK(parsed("2024-05-18T02:12") == 1715991120 * NS_PER_S);
	OK(parsed("2024-05-18T02") == 1715990400 * NS_PER_S);
	OK(parsed("2024-01-18T02:00:00") == 1705539600 * NS_PER_S);
	OK(parsed("2024-05-18T00:12:34Z") == 1715991154 * NS_PER_S);
	setenv("TZ", "EST5", 1);
	OK(parsed("2024-05-17T19:12:34") == 1715991154 * NS_PER_S);
	unsetenv("TZ");
}

static void none(void)
{
	static const char *const bad[] = {
		"", "soon", "1.5x", "1x", "10m ", "2024-05", "2024-13-01",
		"2024-05-18T", "2024-05-18T1:", "2024-05-18T01:02:03x",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (parsed(bad[i]) != -77)
			printf("# taken: %s\n", bad[i]);
		OK(parsed(bad[i]) == -77);
	}
}

static void left(void)
{
	OK(moment_left(0) == -1);
	OK(moment_left(1) == 0);
	OK(moment_left(INT64_MAX) > 1000000);
}

int main(void)
{
	RUN(seconds);
	RUN(ago);
	RUN(dates);
	RUN(local_dates);
	RUN(none);
	RUN(left);
	return DONE();
}
