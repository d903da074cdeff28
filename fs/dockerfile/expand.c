/* expand.c - words and what their variables stand for. */
#include "fs/dockerfile/expand.h"

#include "fs/dockerfile/scope.h"
#include "fs/dockerfile/subst.h"
#include "fs/dockerfile/words.h"

#include <ctype.h>

#define DEPTH_MAX 64 /* ${a:-${b:-...}} */

/* A text on its way. */
struct walk {
	const struct expand *x;
	const char *s;
	int depth;
	bool raw; /* escapes stay: they are a pattern's */
};

/* What is made of it: one text, and the words that it is. */
struct out {
	struct str text, word;
	struct strv *words; /* NULL: not asked for */
};

/* ---- the result ---- */

static void end_word(struct out *o)
{
	if (o->word.len && o->words)
		strv_add(o->words, str_text(&o->word));
	o->word.len = 0;
}

/* A character that never ends a word. */
static void put(struct out *o, char c)
{
	str_putc(&o->text, c);
	if (o->words)
		str_putc(&o->word, c);
}

static void put_plain(struct out *o, char c)
{
	if (o->words && strchr(DF_BLANKS "\n", c)) {
		str_putc(&o->text, c);
		end_word(o);
	} else {
		put(o, c);
	}
}

static int put_text(struct out *o, const char *s, bool quoted, struct err *e)
{
	if (o->text.len + strlen(s) > DF_EXPAND_MAX)
		return err_set(e, E2BIG, "it grows to more than %d bytes",
			       DF_EXPAND_MAX);
	if (!o->words) {
		str_puts(&o->text, s);
		return 0;
	}
	for (; *s; s++)
		quoted ? put(o, *s) : put_plain(o, *s);
	return 0;
}

static void out_release(struct out *o)
{
	str_release(&o->text);
	str_release(&o->word);
}

/* ---- names ---- */

/* A name, digits, or one of the shell's special parameters. */
static size_t name_length(const char *s)
{
	size_t n = 0;

	if (isdigit((unsigned char)*s)) {
		while (isdigit((unsigned char)s[n]))
			n++;
		return n;
	}
	if (*s && strchr("@*#?-$!", *s))
		return 1;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

static const char *value_of(const struct walk *w, const char *name, size_t n)
{
	auto_free char *key = xstrndup(name, n);

	return env_get(w->x->env, key);
}

/* ---- ${...} ---- */

static int until(struct walk *w, char stop, bool raw, struct out *o,
		 struct err *e);

static int missing_brace(struct err *e)
{
	return err_set(e, EINVAL, "a '}' is missing");
}

/* The text up to `stop`, expanded. */
static int inner(struct walk *w, char stop, bool raw, char **ret,
		 struct err *e)
{
	struct out o = { 0 };
	int r;

	if (++w->depth > DEPTH_MAX)
		return err_set(e, E2BIG, "more than %d ${ in one another",
			       DEPTH_MAX);
	r = until(w, stop, raw, &o, e);
	w->depth--;
	*ret = str_steal(&o.text);
	out_release(&o);
	return r;
}

/* #, ##, %, %% */
static int trim(char op, const char *word, const char *value, char **ret,
		struct err *e)
{
	bool longest = *word == op;
	size_t from, n;

	TRY(subst_trim(word + longest, value ? value : "", op == '%', longest,
		       &from, &n, e));
	*ret = xstrndup((value ? value : "") + from, n);
	return 0;
}

static int demand(const char *name, size_t n, const char *value,
		  const char *word, struct err *e)
{
	return err_set(e, EINVAL, "%.*s: %s", n < 60 ? (int)n : 60, name,
		       *word ? word : value ? "is not allowed to be empty" :
					      "is not allowed to be unset");
}

/* ${NAMEopWORD}; w->s is at the operator. */
static int modify(struct walk *w, const char *name, size_t n, char **ret,
		  struct err *e)
{
	bool colon = *w->s == ':';
	char op = w->s[colon];
	const char *value = value_of(w, name, n);
	bool none = !value || (colon && !*value);
	auto_free char *word = NULL;

	if (!op)
		return missing_brace(e);
	if (!strchr(colon ? "-=+?" : "-=+?#%", op))
		return err_set(e, EINVAL, "unsupported modifier (%s%c) in a "
			       "substitution", colon ? ":" : "", op);
	w->s += colon + 1;
	TRY(inner(w, '}', op == '#' || op == '%', &word, e));
	if (op == '#' || op == '%')
		return trim(op, word, value, ret, e);
	if (op == '?' && none)
		return demand(name, n, value, word, e);
	if (op == '+')
		*ret = xstrdup(none ? "" : word);
	else
		*ret = xstrdup(none && op != '?' ? word : value);
	return 0;
}

/* ${NAME/PATTERN/TEXT}; w->s is at the first slash. */
static int replace(struct walk *w, const char *name, size_t n, char **ret,
		   struct err *e)
{
	bool all = w->s[1] == '/';
	const char *value = value_of(w, name, n);
	auto_free char *pattern = NULL, *by = NULL;
	auto_str struct str text = { 0 };

	w->s += 1 + all;
	TRY(inner(w, '/', true, &pattern, e));
	TRY(inner(w, '}', true, &by, e));
	TRY(subst_replace(pattern, by, value ? value : "", all, DF_EXPAND_MAX,
			  &text, e));
	*ret = str_steal(&text);
	return 0;
}

/* w->s is behind "${". */
static int braces(struct walk *w, char **ret, struct err *e)
{
	const char *name = w->s, *value;
	size_t n;

	if (!*name)
		return missing_brace(e);
	if (strchr("{}:", *name))
		return err_set(e, EINVAL, "bad substitution: ${%.20s", name);
	n = name_length(name);
	w->s += n;
	if (*w->s == '/')
		return replace(w, name, n, ret, e);
	if (*w->s != '}')
		return modify(w, name, n, ret, e);
	w->s++;
	value = value_of(w, name, n);
	*ret = xstrdup(value ? value : "");
	return 0;
}

/* w->s is at a "$". */
static int dollar(struct walk *w, char **ret, struct err *e)
{
	const char *name = ++w->s, *value;
	size_t n;

	if (*name == '{') {
		w->s++;
		return braces(w, ret, e);
	}
	n = name_length(name);
	w->s += n;
	value = n ? value_of(w, name, n) : "$";
	*ret = xstrdup(value ? value : "");
	return 0;
}

static int put_dollar(struct walk *w, bool quoted, struct out *o,
		      struct err *e)
{
	auto_free char *value = NULL;

	TRY(dollar(w, &value, e));
	return put_text(o, value, quoted, e);
}

/* ---- quotes ---- */

static int single_quotes(struct walk *w, struct out *o, struct err *e)
{
	for (w->s++; *w->s != '\''; w->s++) {
		if (!*w->s)
			return err_set(e, EINVAL, "a single quote (') is not "
				       "closed");
		put(o, *w->s);
	}
	w->s++;
	return 0;
}

static int double_quotes(struct walk *w, struct out *o, struct err *e)
{
	char escape = w->x->escape;

	for (w->s++; *w->s != '"';) {
		if (!*w->s)
			return err_set(e, EINVAL, "a double quote (\") is not "
				       "closed");
		if (*w->s == '$') {
			TRY(put_dollar(w, true, o, e));
			continue;
		}
		if (*w->s == escape && w->s[1]) {
			bool taken = w->s[1] == '"' || w->s[1] == '$' ||
				     w->s[1] == escape;

			if (w->raw && taken)
				put(o, escape);
			w->s += taken;
		}
		put(o, *w->s++);
	}
	w->s++;
	return 0;
}

/* ---- any text ---- */

/* The escape and what it takes; w->s is at it. */
static void escaped(struct walk *w, struct out *o)
{
	if (w->raw)
		put(o, *w->s);
	if (*++w->s)
		put(o, *w->s++);
}

static int one(struct walk *w, struct out *o, struct err *e)
{
	bool quotes = !w->x->quotes_stay;

	if (*w->s == '$')
		return put_dollar(w, false, o, e);
	if (quotes && *w->s == '\'')
		return single_quotes(w, o, e);
	if (quotes && *w->s == '"')
		return double_quotes(w, o, e);
	if (*w->s == w->x->escape)
		escaped(w, o);
	else
		put_plain(o, *w->s++);
	return 0;
}

/* Up to and with `stop`; '\0' is the end. */
static int until(struct walk *w, char stop, bool raw, struct out *o,
		 struct err *e)
{
	bool before = w->raw;

	w->raw = raw;
	while (*w->s && (!stop || *w->s != stop)) {
		TRY(one(w, o, e));
		if (o->text.len > DF_EXPAND_MAX)
			return err_set(e, E2BIG, "it grows to more than %d "
				       "bytes", DF_EXPAND_MAX);
	}
	w->raw = before;
	if (stop && *w->s != stop)
		return stop == '}' ? missing_brace(e) :
		       err_set(e, EINVAL, "a '%c' is missing in ${", stop);
	w->s += stop != '\0';
	return 0;
}

static int expand(const struct expand *x, const char *s, struct out *o,
		  struct err *e)
{
	struct walk w = { .x = x, .s = s };
	int r = until(&w, '\0', false, o, e);

	if (r == 0 && x->left && o->text.len > *x->left)
		r = err_set(e, E2BIG, "all grows to more than %d bytes",
			    DF_EXPAND_ALL_MAX);
	if (r < 0)
		return err_wrap(e, "'%.100s'", s);
	if (x->left)
		*x->left -= o->text.len;
	return 0;
}

int expand_word(const struct expand *x, const char *s, char **ret,
		struct err *e)
{
	struct out o = { 0 };
	int r = expand(x, s, &o, e);

	*ret = r < 0 ? NULL : str_steal(&o.text);
	out_release(&o);
	return r;
}

int expand_words(const struct expand *x, const char *s, struct strv *ret,
		 struct err *e)
{
	struct out o = { .words = ret };
	int r = expand(x, s, &o, e);

	if (r == 0)
		end_word(&o);
	out_release(&o);
	return r;
}
