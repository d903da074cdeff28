/* log_time.c - nanoseconds to RFC 3339 and back. */
#include "core/log_time.h"

#include <stdio.h>
#include <time.h>

#define NS 1000000000LL

int64_t log_time_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

/* Write `v` as `n` decimal digits. */
static void digits(char *to, unsigned int n, unsigned int v)
{
	while (n-- > 0) {
		to[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

const char *log_time_text(struct log_clock *c, int64_t ns)
{
	time_t second = (time_t)(ns / NS);
	int64_t rest = ns % NS;
	struct tm tm;

	if (rest < 0) {
		rest += NS;
		second--;
	}
	if (!*c->text || c->second != second) {
		gmtime_r(&second, &tm);
		memcpy(c->text, "0000-00-00T00:00:00.000000000Z",
		       LOG_TIME_LEN + 1);
		digits(c->text, 4, tm.tm_year + 1900);
		digits(c->text + 5, 2, tm.tm_mon + 1);
		digits(c->text + 8, 2, tm.tm_mday);
		digits(c->text + 11, 2, tm.tm_hour);
		digits(c->text + 14, 2, tm.tm_min);
		digits(c->text + 17, 2, tm.tm_sec);
		c->second = second;
	}
	digits(c->text + 20, 9, (unsigned int)rest);
	return c->text;
}

/* `n` digits as a number of at least `min` and at most `max`. */
static bool number(const char *s, unsigned int n, int min, int max, int *ret)
{
	int v = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (s[i] - '0');
	}
	*ret = v;
	return v >= min && v <= max;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_to(int year, int month, int day)
{
	/* counted in years that begin in March, so that February ends them */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
	       day - 1 - 719468;
}

/* ".5Z" or "Z", the rest of a time: its fraction as nanoseconds. */
static bool fraction(const char *s, size_t n, int *ret)
{
	int v, scale = 1;

	*ret = 0;
	if (n == 1)
		return *s == 'Z';
	if (n < 3 || n > 11 || s[0] != '.' || s[n - 1] != 'Z' ||
	    !number(s + 1, n - 2, 0, NS - 1, &v))
		return false;
	for (size_t i = n - 2; i < 9; i++)
		scale *= 10;
	*ret = v * scale;
	return true;
}

bool log_time_parse(const char *s, size_t n, int64_t *ret)
{
	int year, month, day, hour, min, sec, ns;

	if (n < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' ||
	    s[13] != ':' || s[16] != ':')
		return false;
	if (!number(s, 4, 1678, 2261, &year) ||
	    !number(s + 5, 2, 1, 12, &month) ||
	    !number(s + 8, 2, 1, 31, &day) ||
	    !number(s + 11, 2, 0, 23, &hour) ||
	    !number(s + 14, 2, 0, 59, &min) ||
	    !number(s + 17, 2, 0, 60, &sec) || !fraction(s + 19, n - 19, &ns))
		return false;
	*ret = (days_to(year, month, day) * 86400 + hour * 3600 + min * 60 +
		sec) * NS + ns;
	return true;
}
