/* filter.c - filters of lists, and dates. */
#include "cmd/ui/filter.h"

#include <stdio.h>
#include <time.h>

int filter_check(const struct strv *filters, const char *const *keys,
		 struct err *e)
{
	for (size_t i = 0; i < filters->n; i++) {
		const char *f = filters->v[i], *eq = strchr(f, '=');
		auto_free char *key = eq ? xstrndup(f, eq - f) : NULL;
		const char *const *k = keys;
		auto_str struct str all = { 0 };

		if (!eq || eq == f)
			return err_set(e, EINVAL, "the filter '%.80s' is not "
				       "KEY=VALUE", f);
		while (*k && !streq(*k, key))
			k++;
		if (*k)
			continue;
		for (k = keys; *k; k++)
			str_printf(&all, "%s%s", k == keys ? "" : ", ", *k);
		return err_set(e, EINVAL,
			       "unknown filter '%.60s': there are %s", key,
			       str_text(&all));
	}
	return 0;
}

const char *filter_value(const char *text, const char *key)
{
	const char *rest = skip_prefix(text, key);

	return rest && *rest == '=' ? rest + 1 : NULL;
}

bool filter_label(const json_t *labels, const char *wanted)
{
	const char *eq = strchr(wanted, '=');
	auto_free char *key = eq ? xstrndup(wanted, eq - wanted)
				 : xstrdup(wanted);
	const json_t *v = json_object_get(labels, key);

	return v && (!eq || streq(json_string_value(v), eq + 1));
}

int filter_bool(const char *text, bool *ret, struct err *e)
{
	*ret = streq(text, "true") || streq(text, "1");
	if (*ret || streq(text, "false") || streq(text, "0"))
		return 0;
	return err_set(e, EINVAL, "'%.60s' is not true or false", text);
}

/* ---- dates ---- */

/* The offset of "Z", "+02:00" or "-0530" in seconds; false if it is none. */
static bool parse_zone(const char *s, int64_t *ret)
{
	int h, m, n = 0;

	*ret = 0;
	if (streq(s, "Z") || streq(s, "z"))
		return true;
	if (*s != '+' && *s != '-')
		return false;
	if (sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) != 2 &&
	    sscanf(s + 1, "%2d%2d%n", &h, &m, &n) != 2)
		return false;
	if (s[1 + n] || h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*ret = (h * 60 + m) * 60 * (*s == '-' ? -1 : 1);
	return true;
}

/*
 * "T12:30:45.6", or with `brief` also "T12" and "T12:30"; what stands behind
 * it, NULL if it is none.
 */
static const char *parse_clock(const char *text, bool brief, struct tm *tm)
{
	int n = 0, fields;

	fields = sscanf(text + 1, "%2d%n:%2d%n:%2d%n", &tm->tm_hour, &n,
			&tm->tm_min, &n, &tm->tm_sec, &n);
	if (fields < (brief ? 1 : 3))
		return NULL;
	text += 1 + n;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	return text;
}

/* A date, up to its zone; what stands there, NULL if it is none. */
static const char *parse_day(const char *text, bool brief, struct tm *tm)
{
	int n = 0;

	*tm = (struct tm){ .tm_isdst = -1 };
	if (sscanf(text, "%4d-%2d-%2d%n", &tm->tm_year, &tm->tm_mon,
		   &tm->tm_mday, &n) != 3)
		return NULL;
	if (tm->tm_mon < 1 || tm->tm_mon > 12 || tm->tm_mday < 1 ||
	    tm->tm_mday > 31)
		return NULL;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	text += n;
	return *text == 'T' || *text == 't' || *text == ' '
		       ? parse_clock(text, brief, tm) : text;
}

static bool parse_date(const char *text, bool local, int64_t *ret)
{
	struct tm tm;
	const char *zone = parse_day(text, local, &tm);
	int64_t offset = 0;

	if (!zone || (*zone && !parse_zone(zone, &offset)))
		return false;
	*ret = local && !*zone ? mktime(&tm) : timegm(&tm) - offset;
	return true;
}

bool date_parse(const char *text, int64_t *ret)
{
	return parse_date(text, false, ret);
}

bool date_parse_local(const char *text, int64_t *ret)
{
	return parse_date(text, true, ret);
}

/* Go's time.ParseDuration, whole numbers of h, m, s only. */
static bool parse_ago(const char *s, int64_t *ret)
{
	int64_t total = 0;

	if (!*s)
		return false;
	while (*s) {
		size_t n = strspn(s, "0123456789");
		int64_t v = strtoll(s, NULL, 10);

		if (n < 1 || n > 9)
			return false;
		s += n;
		if (*s == 'h')
			total += v * 3600;
		else if (*s == 'm')
			total += v * 60;
		else if (*s == 's')
			total += v;
		else
			return false;
		s++;
	}
	*ret = total;
	return true;
}

int date_until(const char *text, int64_t now, int64_t *ret, struct err *e)
{
	uint64_t seconds;
	int64_t ago;

	if (parse_u64(text, (uint64_t)1 << 40, &seconds)) {
		*ret = (int64_t)seconds;
		return 0;
	}
	if (parse_ago(text, &ago)) {
		*ret = now - ago;
		return 0;
	}
	if (date_parse_local(text, ret))
		return 0;
	return err_set(e, EINVAL, "'%.60s' is not a date (2024-05-18T12:00:00Z)"
		       ", seconds since 1970 or a time ago (1h30m)", text);
}

char *date_text(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[64];

	if (!localtime_r(&t, &tm) ||
	    !strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S %z %Z", &tm))
		return xstrdup("N/A");
	return xstrdup(buf);
}

char *date_ago(int64_t seconds, int64_t now)
{
	auto_free char *d = NULL;

	if (seconds <= 0)
		return xstrdup("N/A");
	d = format_duration(now - seconds);
	return xasprintf("%s ago", d);
}
