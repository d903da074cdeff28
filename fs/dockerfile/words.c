/* words.c - a line to words, in the four ways that instructions have. */
#include "fs/dockerfile/words.h"

#include "core/base/json.h"

static bool is_blank(char c)
{
	return c && strchr(DF_BLANKS, c);
}

static int add_word(struct strv *ret, char *word, struct err *e)
{
	strv_take(ret, word);
	return ret->n <= DOCKERFILE_WORDS_MAX ? 0 :
	       err_set(e, E2BIG, "more than %d words", DOCKERFILE_WORDS_MAX);
}

int words_plain(const char *s, struct strv *ret, struct err *e)
{
	while (*(s += strspn(s, DF_BLANKS))) {
		size_t n = strcspn(s, DF_BLANKS);

		TRY(add_word(ret, xstrndup(s, n), e));
		s += n;
	}
	return 0;
}

/* ---- quotes stay ---- */

static const char *quoted_word(const char *s, char escape, struct str *w)
{
	char quote = '\0';

	for (; *s && (quote || !is_blank(*s)); s++) {
		if (*s == escape && quote != '\'') {
			if (!s[1])
				return s + 1; /* it escapes nothing */
			str_putc(w, *s++);
		} else if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? '\0' : *s;
		}
		str_putc(w, *s);
	}
	return s;
}

int words_quoted(const char *s, char escape, struct strv *ret, struct err *e)
{
	while (*(s += strspn(s, DF_BLANKS))) {
		auto_str struct str w = { 0 };

		s = quoted_word(s, escape, &w);
		if (w.len)
			TRY(add_word(ret, str_steal(&w), e));
	}
	return 0;
}

/* ---- flags ---- */

/* Quotes go, and a backslash (whatever the file's escape) takes what follows. */
static const char *flag_word(const char *s, struct str *w)
{
	char quote = '\0';

	for (; *s && (quote || !is_blank(*s)); s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = quote ? '\0' : *s;
		else if (*s != '\\')
			str_putc(w, *s);
		else if (s[1])
			str_putc(w, *++s);
	}
	return s;
}

int words_flags(const char *s, struct strv *ret, const char **ret_rest,
		struct err *e)
{
	for (;;) {
		auto_str struct str w = { 0 };
		const char *at = s + strspn(s, DF_BLANKS);

		*ret_rest = at;
		if (!skip_prefix(at, "--"))
			return 0;
		s = flag_word(at, &w);
		if (streq(str_text(&w), "--")) {
			*ret_rest = s + strspn(s, DF_BLANKS);
			return 0;
		}
		TRY(add_word(ret, xstrdup(str_text(&w) + 2), e));
	}
}

/* ---- JSON ---- */

int words_json(const char *s, struct strv *ret, struct err *e)
{
	auto_json json_t *list = NULL;
	struct err ignored;
	json_t *v;
	size_t i;

	s += strspn(s, DF_BLANKS);
	if (*s != '[' ||
	    json_parse(s, strlen(s), "list", &list, &ignored) < 0 ||
	    !json_is_array(list))
		return 0;
	json_array_foreach(list, i, v) {
		if (!json_is_string(v))
			return err_set(e, EINVAL, "a list in JSON must be of "
				       "strings only");
		if (strlen(json_string_value(v)) != json_string_length(v))
			return err_set(e, EINVAL, "a string has a NUL byte");
		TRY(add_word(ret, xstrdup(json_string_value(v)), e));
	}
	return 1;
}

int words_json_or_plain(const char *s, struct strv *ret, struct err *e)
{
	int r = words_json(s, ret, e);

	return r == 0 ? words_plain(s, ret, e) : r < 0 ? r : 0;
}
