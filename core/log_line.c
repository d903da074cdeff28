/* log_line.c - a flat JSON object, parsed where it lies. */
#include "core/log_line.h"

#include "core/log_time.h"

struct cursor {
	char *p, *end;
};

/* Text within the line; not ended by a NUL. */
struct span {
	char  *s;
	size_t n;
};

static bool accept(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

static bool span_is(const struct span *s, const char *text)
{
	return s->n == strlen(text) && memcmp(s->s, text, s->n) == 0;
}

/* A string as it stands, with its escapes. */
static bool raw_string(struct cursor *c, struct span *ret)
{
	if (!accept(c, '"'))
		return false;
	ret->s = c->p;
	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' ? 2 : 1;
	if (c->p >= c->end)
		return false;
	ret->n = (size_t)(c->p - ret->s);
	c->p++;
	return true;
}

/* ---- escapes ---- */

/* Four hex digits, or -1. */
static int hex4(const char *s, const char *end)
{
	int v = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		int d = c >= '0' && c <= '9' ? c - '0' :
			c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static char *put_utf8(char *to, unsigned int c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

/* What stands behind "\u"; half a surrogate pair becomes U+FFFD. */
static bool unicode(struct cursor *c, char **to)
{
	int v = hex4(c->p, c->end), low;

	if (v < 0)
		return false;
	c->p += 4;
	if (v >= 0xd800 && v < 0xe000) {
		low = c->end - c->p >= 6 && c->p[0] == '\\' && c->p[1] == 'u'
			      ? hex4(c->p + 2, c->end) : -1;
		if (v < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c->p += 6;
			v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
		} else {
			v = 0xfffd;
		}
	}
	*to = put_utf8(*to, (unsigned int)v);
	return true;
}

/* An escape, from behind its backslash.  It gets no longer. */
static bool escape(struct cursor *c, char **to)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (c->p == c->end)
		return false;
	if (accept(c, 'u'))
		return unicode(c, to);
	at = *c->p ? strchr(names, *c->p) : NULL;
	if (!at)
		return false;
	c->p++;
	*(*to)++ = means[at - names];
	return true;
}

/* A string, unescaped in place. */
static bool string(struct cursor *c, struct span *ret)
{
	char *to = c->p + 1, *quote = NULL;

	if (!accept(c, '"'))
		return false;
	ret->s = to;
	for (;;) {
		char *stop;

		if (!quote || quote < c->p)
			quote = memchr(c->p, '"', (size_t)(c->end - c->p));
		if (!quote)
			return false;
		stop = memchr(c->p, '\\', (size_t)(quote - c->p));
		if (!stop)
			stop = quote;
		if (to != c->p)
			memmove(to, c->p, (size_t)(stop - c->p));
		to += stop - c->p;
		c->p = stop + 1;
		if (stop == quote)
			break;
		if (!escape(c, &to))
			return false;
	}
	ret->n = (size_t)(to - ret->s);
	return true;
}

/* ---- the object ---- */

/* Pass over any value; brackets are counted, not matched. */
static bool skip_value(struct cursor *c)
{
	size_t depth = 0;
	struct span ignored;

	while (c->p < c->end) {
		if (depth == 0 && (*c->p == ',' || *c->p == '}'))
			return true;
		if (*c->p == '"') {
			if (!raw_string(c, &ignored))
				return false;
			continue;
		}
		if (*c->p == '{' || *c->p == '[')
			depth++;
		else if (*c->p == '}' || *c->p == ']')
			depth--;
		c->p++;
	}
	return false;
}

/* What of it was seen. */
struct seen {
	bool stream, time;
};

static bool member(struct cursor *c, struct log_entry *l, struct seen *seen)
{
	struct span key, v;

	if (!raw_string(c, &key) || !accept(c, ':'))
		return false;
	if (span_is(&key, "log")) {
		if (!string(c, &v))
			return false;
		l->text = v.s;
		l->n = v.n;
		return true;
	}
	if (span_is(&key, "stream")) {
		seen->stream = true;
		l->stream = LOG_STDOUT;
		if (!raw_string(c, &v))
			return false;
		if (span_is(&v, "stderr"))
			l->stream = LOG_STDERR;
		return span_is(&v, "stdout") || l->stream == LOG_STDERR;
	}
	if (span_is(&key, "time")) {
		seen->time = true;
		return raw_string(c, &v) &&
		       log_time_parse(v.s, v.n, &l->time);
	}
	return skip_value(c);
}

bool log_line_parse(char *line, size_t n, struct log_entry *ret)
{
	struct cursor c = { line, line + n };
	struct log_entry l = { .text = line };
	struct seen seen = { 0 };

	if (!accept(&c, '{'))
		return false;
	do {
		if (!member(&c, &l, &seen))
			return false;
	} while (accept(&c, ','));
	if (!accept(&c, '}') || c.p != c.end || !seen.stream || !seen.time)
		return false;
	*ret = l;
	return true;
}
