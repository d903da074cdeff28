/* json_skim.c - pass over JSON text up to the member that is wanted. */
#include "core/base/json_skim.h"

static const char *skip_space(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* Behind the string that begins here; NULL: it has no end. */
static const char *skip_string(const char *s)
{
	for (s++;; s += 2) {
		s += strcspn(s, "\"\\");
		if (*s == '"')
			return s + 1;
		if (!*s || !s[1])
			return NULL;
	}
}

/* Behind an object or an array: brackets are counted, not matched. */
static const char *skip_nested(const char *s)
{
	int depth = 0;

	do {
		s += strcspn(s, "\"{}[]");
		if (!*s)
			return NULL;
		if (*s == '"') {
			s = skip_string(s);
			if (!s)
				return NULL;
			continue;
		}
		depth += *s == '{' || *s == '[' ? 1 : -1;
		s++;
	} while (depth > 0);
	return s;
}

static const char *skip_value(const char *s)
{
	if (*s == '"')
		return skip_string(s);
	if (*s == '{' || *s == '[')
		return skip_nested(s);
	return s + strcspn(s, ",}] \t\r\n");
}

const char *json_skim(const char *text, const char *key, size_t *ret_len)
{
	const char *s = skip_space(text);
	size_t n = strlen(key);

	if (*s != '{')
		return NULL;
	while (s && (*s == '{' || *s == ',')) {
		const char *name = skip_space(s + 1), *end, *value;

		end = *name == '"' ? skip_string(name) : NULL;
		value = end ? skip_space(end) : NULL;
		if (!value || *value != ':')
			return NULL;
		value = skip_space(value + 1);
		s = skip_value(value);
		if (s && (size_t)(end - name) == n + 2 &&
		    memcmp(name + 1, key, n) == 0) {
			*ret_len = s - value;
			return value;
		}
		s = s ? skip_space(s) : NULL;
	}
	return NULL;
}

json_t *json_skim_value(const char *text, const char *key)
{
	size_t n;
	const char *s = json_skim(text, key, &n);

	return s ? json_loadb(s, n, JSON_DECODE_ANY, NULL) : NULL;
}

int64_t json_skim_int(const char *text, const char *key)
{
	size_t n;
	const char *s = json_skim(text, key, &n);

	return s ? strtoll(s, NULL, 10) : 0;
}
