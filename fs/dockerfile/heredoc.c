/* heredoc.c - which words of a line begin heredocs. */
#include "fs/dockerfile/heredoc.h"

#include "fs/dockerfile/words.h"

static bool is_blank(char c)
{
	return c && strchr(DF_BLANKS, c);
}

/* Behind a quote at *s, up to the one that closes it, which is taken too. */
static const char *copy_quoted(const char *s, struct str *w)
{
	char quote = *s;

	str_putc(w, *s++);
	for (; *s && *s != quote; s++) {
		if (*s == '\\' && quote == '"' && s[1])
			str_putc(w, *s++);
		str_putc(w, *s);
	}
	if (*s)
		str_putc(w, *s++);
	return s;
}

/* "${A:-b c}" is one word, whatever is in it. */
static const char *copy_braces(const char *s, struct str *w)
{
	size_t n = strcspn(s, "}");

	n += s[n] == '}';
	str_add(w, s, n);
	return s + n;
}

static const char *one_word(const char *s, struct str *w)
{
	while (*s && !is_blank(*s)) {
		if (*s == '"' || *s == '\'') {
			s = copy_quoted(s, w);
		} else if (s[0] == '$' && s[1] == '{') {
			s = copy_braces(s, w);
		} else if (s[0] == '<' && s[1] == '<') {
			size_t n = 2 + strspn(s + 2, DF_BLANKS);

			str_add(w, s, n);
			s += n;
		} else {
			if (*s == '\\' && s[1])
				str_putc(w, *s++);
			str_putc(w, *s++);
		}
	}
	return s;
}

void heredoc_words(const char *line, struct strv *ret)
{
	while (*(line += strspn(line, DF_BLANKS))) {
		auto_str struct str w = { 0 };

		line = one_word(line, &w);
		strv_take(ret, str_steal(&w));
	}
}

/* The name without its quotes; false: it is no single word. */
static bool unquote(const char *s, struct df_heredoc *ret)
{
	auto_str struct str name = { 0 };
	char quote = '\0';

	ret->expand = true;
	for (; *s; s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? '\0' : *s;
			ret->expand = false;
			continue;
		}
		if (*s == '<' || (!quote && is_blank(*s)))
			return false;
		if (*s == '\\' && !quote && s[1])
			s++;
		str_putc(&name, *s);
	}
	if (quote || !name.len)
		return false;
	ret->name = str_steal(&name);
	return true;
}

bool heredoc_word(const char *word, struct df_heredoc *ret, bool *ret_chomp)
{
	*ret = (struct df_heredoc){ 0 };
	word = skip_prefix(word + strspn(word, "0123456789"), "<<");
	if (!word)
		return false;
	*ret_chomp = *word == '-';
	word += *ret_chomp;
	return unquote(word + strspn(word, DF_BLANKS), ret);
}

struct df_heredoc *heredocs_add(struct df_heredocs *h)
{
	h->v = xrealloc(h->v, h->n + 1, sizeof(*h->v));
	h->v[h->n] = (struct df_heredoc){ 0 };
	return &h->v[h->n++];
}

void heredocs_copy(struct df_heredocs *h, const struct df_heredoc *one)
{
	struct df_heredoc *d = heredocs_add(h);

	d->name = xstrdup(one->name);
	d->text = xstrdup(one->text);
	d->raw = xstrdup(one->raw);
	d->expand = one->expand;
}

void heredocs_release(struct df_heredocs *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].name);
		free(h->v[i].text);
		free(h->v[i].raw);
	}
	free(h->v);
	*h = (struct df_heredocs){ 0 };
}
