/* str.c - growing text, lists of strings, and numbers in text. */
#include "core/base/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void str_release(struct str *b)
{
	free(b->s);
	*b = (struct str){ 0 };
}

static void str_reserve(struct str *b, size_t more)
{
	size_t need = b->len + more + 1;

	if (need <= b->cap)
		return;
	b->cap = need < 64 ? 64 : need + need / 2;
	b->s = xrealloc(b->s, b->cap, 1);
}

void str_add(struct str *b, const void *data, size_t n)
{
	str_reserve(b, n);
	if (n)
		memcpy(b->s + b->len, data, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void str_puts(struct str *b, const char *s)
{
	str_add(b, s, strlen(s));
}

void str_putc(struct str *b, char c)
{
	str_add(b, &c, 1);
}

void str_printf(struct str *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	str_reserve(b, n);
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, n + 1, fmt, ap);
	va_end(ap);
	b->len += n;
}

const char *str_text(const struct str *b)
{
	return b->s ? b->s : "";
}

char *str_steal(struct str *b)
{
	char *s = b->s ? b->s : xstrdup("");

	*b = (struct str){ 0 };
	return s;
}

void strv_release(struct strv *l)
{
	strv_clear(l);
	free(l->v);
	*l = (struct strv){ 0 };
}

void strv_clear(struct strv *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	l->n = 0;
	if (l->v)
		l->v[0] = NULL;
}

void strv_take(struct strv *l, char *s)
{
	if (l->n + 2 > l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = s;
	l->v[l->n] = NULL;
}

void strv_add(struct strv *l, const char *s)
{
	strv_take(l, xstrdup(s));
}

void strv_printf(struct strv *l, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	strv_take(l, s);
}

void strv_extend(struct strv *l, char *const *more)
{
	for (; more && *more; more++)
		strv_add(l, *more);
}

void strv_remove(struct strv *l, size_t i)
{
	free(l->v[i]);
	memmove(l->v + i, l->v + i + 1, (l->n - i) * sizeof(*l->v));
	l->n--;
}

bool strv_has(const struct strv *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

char **strv_list(const struct strv *l)
{
	static char *none[1];

	return l->v ? l->v : none;
}

void strv_split(struct strv *l, const char *text, char sep)
{
	const char *end;

	while ((end = strchr(text, sep))) {
		strv_take(l, xstrndup(text, end - text));
		text = end + 1;
	}
	strv_add(l, text);
}

static ssize_t env_find(const struct strv *l, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->v[i], key, n) == 0 && l->v[i][n] == '=')
			return i;
	return -1;
}

void env_set(struct strv *l, const char *key, const char *value)
{
	ssize_t i = env_find(l, key);
	char *entry = xasprintf("%s=%s", key, value);

	if (i < 0) {
		strv_take(l, entry);
		return;
	}
	free(l->v[i]);
	l->v[i] = entry;
}

void env_unset(struct strv *l, const char *key)
{
	ssize_t i;

	while ((i = env_find(l, key)) >= 0)
		strv_remove(l, i);
}

const char *env_get(const struct strv *l, const char *key)
{
	ssize_t i = env_find(l, key);

	return i < 0 ? NULL : l->v[i] + strlen(key) + 1;
}

bool parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned int d = (unsigned char)*s - '0';

		if (d > 9 || d > max || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*ret = v;
	return true;
}

bool parse_i64(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	uint64_t v;

	if (!parse_u64(s + (minus || *s == '+'), INT64_MAX, &v))
		return false;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool parse_units(const char *s, double base, uint64_t *ret)
{
	static const char units[] = "bkmgtp";
	const char *unit;
	double v;
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	v = strtod(s, &end);
	if (end - s > 24 || strpbrk(s, "xXpPnNeE") == s + 1)
		return false;
	if (*end == ' ')
		end++;
	unit = *end ? strchr(units, tolower((unsigned char)*end)) : units;
	if (!unit)
		return false;
	for (const char *u = units; u < unit; u++)
		v *= base;
	if (*end)
		end++;
	if (unit != units && *end) {
		if (*end == 'i' || *end == 'I')
			end++;
		if (*end == 'b' || *end == 'B')
			end++;
	}
	if (*end || v >= 9223372036854775808.0)
		return false;
	*ret = (uint64_t)v;
	return true;
}

bool parse_size(const char *s, uint64_t *ret)
{
	return parse_units(s, 1024.0, ret);
}

bool parse_size_1000(const char *s, uint64_t *ret)
{
	return parse_units(s, 1000.0, ret);
}

static char *print_size(uint64_t bytes, double base, int digits,
			const char *const units[6])
{
	double v = (double)bytes;
	size_t i = 0;

	while (v >= base && i < 5) {
		v /= base;
		i++;
	}
	return xasprintf("%.*g%s", digits, v, units[i]);
}

static const char *const units_1000[] = { "B", "kB", "MB", "GB", "TB", "PB" };

char *format_size(uint64_t bytes)
{
	return print_size(bytes, 1000.0, 4, units_1000);
}

char *format_size_short(uint64_t bytes)
{
	return print_size(bytes, 1000.0, 3, units_1000);
}

char *format_size_1024(uint64_t bytes)
{
	static const char *const units[] = { "B",   "KiB", "MiB",
					     "GiB", "TiB", "PiB" };

	return print_size(bytes, 1024.0, 4, units);
}

char *format_duration(int64_t s)
{
	int64_t m = s / 60, h = (s + 1800) / 3600;

	if (s < 1)
		return xstrdup("Less than a second");
	if (s == 1)
		return xstrdup("1 second");
	if (s < 60)
		return xasprintf("%lld seconds", (long long)s);
	if (m == 1)
		return xstrdup("About a minute");
	if (m < 60)
		return xasprintf("%lld minutes", (long long)m);
	if (h == 1)
		return xstrdup("About an hour");
	if (h < 48)
		return xasprintf("%lld hours", (long long)h);
	if (h < 24 * 7 * 2)
		return xasprintf("%lld days", (long long)h / 24);
	if (h < 24 * 30 * 2)
		return xasprintf("%lld weeks", (long long)h / 24 / 7);
	if (h < 24 * 365 * 2)
		return xasprintf("%lld months", (long long)h / 24 / 30);
	return xasprintf("%lld years", (long long)h / 24 / 365);
}
