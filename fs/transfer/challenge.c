/* challenge.c - parse the WWW-Authenticate header. */
#include "fs/transfer/challenge.h"

#include "core/base/str.h"

#include <ctype.h>
#include <strings.h>

void challenge_release(struct challenge *c)
{
	free(c->realm);
	free(c->service);
	free(c->scope);
	*c = (struct challenge){ 0 };
}

static const char *skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == ',')
		s++;
	return s;
}

static size_t token_length(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("-_.+~!#$%&'*^`|",
							       s[n])))
		n++;
	return n;
}

/* A token, or a quoted string with backslashes; *s moves behind it. */
static char *value(const char **s)
{
	struct str v = { 0 };
	const char *p = *s;
	size_t n;

	if (*p != '"') {
		n = strcspn(p, ", \t");
		*s = p + n;
		return xstrndup(p, n);
	}
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		str_putc(&v, *p);
	}
	*s = *p ? p + 1 : p;
	return str_steal(&v);
}

static void set_parameter(struct challenge *c, const char *name, size_t n,
			  char *text)
{
	char **to = NULL;

	if (n == 5 && strncasecmp(name, "realm", n) == 0)
		to = &c->realm;
	else if (n == 7 && strncasecmp(name, "service", n) == 0)
		to = &c->service;
	else if (n == 5 && strncasecmp(name, "scope", n) == 0)
		to = &c->scope;
	if (!to || *to)
		free(text);
	else
		*to = text;
}

static enum challenge_kind kind_of(const char *scheme, size_t n)
{
	if (n == 6 && strncasecmp(scheme, "bearer", n) == 0)
		return CHALLENGE_BEARER;
	if (n == 5 && strncasecmp(scheme, "basic", n) == 0)
		return CHALLENGE_BASIC;
	return CHALLENGE_NONE;
}

static void offer(struct challenge *best, struct challenge *c)
{
	if (c->kind > best->kind) {
		challenge_release(best);
		*best = *c;
		*c = (struct challenge){ 0 };
	}
	challenge_release(c);
}

void challenge_parse(const char *header, struct challenge *ret)
{
	struct challenge now = { 0 };
	const char *s = skip_space(header);

	while (*s) {
		size_t n = token_length(s);
		const char *name = s;

		if (n == 0)
			break;
		s += n;
		while (*s == ' ' || *s == '\t')
			s++;
		if (*s == '=') {
			s += 1 + strspn(s + 1, " \t");
			set_parameter(&now, name, n, value(&s));
		} else {
			offer(ret, &now);
			now.kind = kind_of(name, n);
		}
		s = skip_space(s);
	}
	offer(ret, &now);
}
