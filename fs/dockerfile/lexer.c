/* lexer.c - directives, comments, continuation lines, heredocs. */
#include "fs/dockerfile/lexer.h"

#include "fs/dockerfile/heredoc.h"
#include "fs/dockerfile/words.h"

#include <ctype.h>

/* One line of the file, its end not counted. */
struct raw {
	const char *s;
	size_t n;
	size_t whole; /* with its end */
};

static bool is_blank(char c)
{
	return c && strchr(DF_BLANKS, c);
}

static bool next_raw(struct df_lexer *x, struct raw *ret)
{
	const char *nl;

	if (x->p == x->end)
		return false;
	nl = memchr(x->p, '\n', x->end - x->p);
	ret->s = x->p;
	x->p = nl ? nl + 1 : x->end;
	ret->n = ret->whole = x->p - ret->s;
	while (ret->n && strchr("\r\n", ret->s[ret->n - 1]))
		ret->n--;
	x->line++;
	return true;
}

static void trim_left(struct raw *l)
{
	while (l->n && is_blank(*l->s)) {
		l->s++;
		l->n--;
	}
}

static bool is_comment(struct raw l)
{
	trim_left(&l);
	return l.n && *l.s == '#';
}

static bool is_empty(struct raw l)
{
	trim_left(&l);
	return l.n == 0;
}

/* ---- directives ---- */

/* "# key=value": true, and both are the caller's. */
static bool read_pair(struct raw l, char **ret_key, char **ret_value)
{
	size_t n = 0;
	struct raw v;

	l.s++;
	l.n--;
	trim_left(&l);
	while (n < l.n && isalnum((unsigned char)l.s[n]))
		n++;
	if (n == 0 || !isalpha((unsigned char)*l.s))
		return false;
	v = (struct raw){ l.s + n, l.n - n, 0 };
	trim_left(&v);
	if (!v.n || *v.s != '=')
		return false;
	v.s++;
	v.n--;
	trim_left(&v);
	while (v.n && is_blank(v.s[v.n - 1]))
		v.n--;
	if (!v.n)
		return false;
	*ret_key = xstrndup(l.s, n);
	*ret_value = xstrndup(v.s, v.n);
	return true;
}

static int take_once(const char *key, char **slot, char **value, struct err *e)
{
	if (*slot)
		return err_set(e, EINVAL, "only one %s parser directive can be "
			       "used", key);
	*slot = steal_ptr(*value);
	return 0;
}

static int set_escape(struct df_lexer *x, const char *value, struct err *e)
{
	if (x->escape)
		return err_set(e, EINVAL, "only one escape parser directive "
			       "can be used");
	if (!streq(value, "\\") && !streq(value, "`"))
		return err_set(e, EINVAL, "invalid escape token '%.20s': it is "
			       "\\ or `", value);
	x->escape = *value;
	return 0;
}

/* The first line that is none ends them, also one of no known key. */
static int directive(struct df_lexer *x, struct raw l, struct err *e)
{
	auto_free char *key = NULL, *value = NULL;

	if (!is_comment(l) || !read_pair(l, &key, &value)) {
		x->begun = true;
		return 0;
	}
	if (strcasecmp(key, "syntax") == 0)
		return take_once("syntax", &x->syntax, &value, e);
	if (strcasecmp(key, "check") == 0)
		return take_once("check", &x->check, &value, e);
	if (strcasecmp(key, "escape") == 0)
		return set_escape(x, value, e);
	x->begun = true;
	return 0;
}

/* ---- continuation ---- */

/*
 * Does an escape at the line's end go on in the next?  One with another one in
 * front is itself escaped.  It is taken off.
 */
static bool goes_on(const struct df_lexer *x, struct raw *l)
{
	char escape = x->escape ? x->escape : '\\';
	size_t n = l->n;

	while (n && (l->s[n - 1] == ' ' || l->s[n - 1] == '\t'))
		n--;
	if (!n || l->s[n - 1] != escape ||
	    (n > 1 && l->s[n - 2] == escape))
		return false;
	l->n = n - 1;
	return true;
}

/* Comments and empty lines in between do not end it. */
static void join(struct df_lexer *x, struct raw l, struct str *ret)
{
	bool more = goes_on(x, &l);

	str_add(ret, l.s, l.n);
	while (more && next_raw(x, &l)) {
		if (is_comment(l) || is_empty(l))
			continue;
		more = goes_on(x, &l);
		str_add(ret, l.s, l.n);
	}
}

/* ---- heredocs ---- */

static bool is_name(const char *s, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(s, name, n) == 0;
}

/* Which instructions have them; ONBUILD if what it is for has. */
static bool can_have_heredocs(const char *line)
{
	size_t n = strcspn(line, DF_BLANKS);

	if (is_name(line, n, "ONBUILD")) {
		line += n + strspn(line + n, DF_BLANKS);
		n = strcspn(line, DF_BLANKS);
	}
	return (is_name(line, n, "ADD") || is_name(line, n, "COPY") ||
		is_name(line, n, "RUN")) && strstr(line + n, "<<");
}

/* Exec form has no shell that would know of them. */
static int is_json(const char *line, struct err *e)
{
	auto_strv struct strv flags = { 0 }, words = { 0 };
	const char *rest = line + strcspn(line, DF_BLANKS);

	if (is_name(line, rest - line, "ONBUILD")) {
		rest += strspn(rest, DF_BLANKS);
		rest += strcspn(rest, DF_BLANKS);
	}
	TRY(words_flags(rest, &flags, &rest, e));
	return *rest == '[' ? words_json(rest, &words, e) : 0;
}

/* Without tabs in front of any line. */
static void chomp(const char *s, struct str *ret)
{
	while (*s) {
		size_t n;

		s += strspn(s, "\t");
		n = strcspn(s, "\n");
		n += s[n] == '\n';
		str_add(ret, s, n);
		s += n;
	}
}

static int read_heredoc(struct df_lexer *x, struct df_heredoc *d, bool tabs,
			struct err *e)
{
	auto_str struct str text = { 0 }, raw = { 0 };
	struct raw l;

	while (next_raw(x, &l)) {
		struct raw end = l;

		while (tabs && end.n && *end.s == '\t') {
			end.s++;
			end.n--;
		}
		if (end.n == strlen(d->name) &&
		    memcmp(end.s, d->name, end.n) == 0) {
			if (tabs)
				chomp(str_text(&raw), &text);
			d->text = tabs ? str_steal(&text) :
					 xstrdup(str_text(&raw));
			d->raw = str_steal(&raw);
			return 0;
		}
		str_add(&raw, l.s, l.whole);
	}
	return err_set(e, EINVAL, "the heredoc <<%.60s has no end: a line with "
		       "nothing but %.60s", d->name, d->name);
}

static int read_heredocs(struct df_lexer *x, struct df_line *l, struct err *e)
{
	auto_strv struct strv words = { 0 };

	heredoc_words(l->text, &words);
	for (size_t i = 0; i < words.n; i++) {
		struct df_heredoc one;
		bool tabs;

		if (!heredoc_word(words.v[i], &one, &tabs))
			continue;
		*heredocs_add(&l->heredocs) = one;
		if (l->heredocs.n > HEREDOCS_MAX)
			return err_set(e, E2BIG, "more than %d heredocs",
				       HEREDOCS_MAX);
		TRY(read_heredoc(x, &l->heredocs.v[l->heredocs.n - 1], tabs,
				 e));
	}
	return 0;
}

/* ---- one instruction ---- */

static int read_line(struct df_lexer *x, struct raw l, struct df_line *ret,
		     struct err *e)
{
	auto_str struct str text = { 0 };
	int r;

	join(x, l, &text);
	while (text.len && is_blank(text.s[text.len - 1]))
		text.s[--text.len] = '\0';
	ret->text = str_steal(&text);
	ret->last = x->line;
	if (!can_have_heredocs(ret->text))
		return 0;
	r = is_json(ret->text, e);
	if (r == 0)
		r = read_heredocs(x, ret, e);
	ret->last = x->line;
	return r < 0 ? r : 0;
}

int df_lexer_next(struct df_lexer *x, struct df_line *ret, struct err *e)
{
	struct raw l;

	*ret = (struct df_line){ .first = x->line + 1 };
	if (x->line == 0 && x->end - x->p >= 3 &&
	    memcmp(x->p, "\xef\xbb\xbf", 3) == 0)
		x->p += 3;
	while (next_raw(x, &l)) {
		ret->first = x->line;
		trim_left(&l);
		if (!x->begun)
			TRY(directive(x, l, e));
		if (is_comment(l) || is_empty(l))
			continue;
		TRY(read_line(x, l, ret, e));
		if (*ret->text)
			return 1;
		free(steal_ptr(ret->text));
	}
	return 0;
}

void df_line_release(struct df_line *l)
{
	free(l->text);
	heredocs_release(&l->heredocs);
}
