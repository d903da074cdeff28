/* moment.c - --since and --until. */
#include "cmd/ui/moment.h"

#include "cmd/ui/filter.h"
#include "core/base/time.h"

#include <limits.h>

/* Digits behind the seconds: "1700000000.25", "...T01:02:03.25Z". */
static int64_t fraction(const char *text)
{
	const char *dot = strchr(text, '.');
	int64_t ns = 0, unit = NS_PER_S / 10;

	for (; dot && dot[1] >= '0' && dot[1] <= '9' && unit; dot++) {
		ns += (dot[1] - '0') * unit;
		unit /= 10;
	}
	return ns;
}

/* "1700000000", "1700000000.25"; nothing else. */
static bool parse_seconds(const char *text, int64_t *ret)
{
	size_t n = strspn(text, "0123456789");
	auto_free char *whole = xstrndup(text, n);
	const char *rest = text + n;
	uint64_t seconds;

	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (*rest || !parse_u64(whole, INT64_MAX / NS_PER_S - 1, &seconds))
		return false;
	*ret = (int64_t)seconds * NS_PER_S + fraction(text);
	return true;
}

int moment_parse(const char *text, int64_t now, int64_t *ret, struct err *e)
{
	int64_t s;

	if (parse_seconds(text, ret))
		return 0;
	if (parse_duration(text, &s)) {
		*ret = now - s;
		return 0;
	}
	TRY(date_until(text, now / NS_PER_S, &s, e));
	/* a date has a fraction of its own, a time ago has ours */
	*ret = s * NS_PER_S;
	*ret += date_parse_local(text, &s) ? fraction(text) : now % NS_PER_S;
	return 0;
}

int moment_left(int64_t moment)
{
	int64_t ms;

	if (!moment)
		return -1;
	ms = (moment - time_now() + 999999) / 1000000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}
