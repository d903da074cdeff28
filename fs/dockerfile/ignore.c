/* ignore.c - ignore files, and which paths they leave out. */
#include "fs/dockerfile/ignore.h"

#include "fs/dockerfile/pattern.h"

#define BLANKS " \t\v\f\r\n"

/* ---- one pattern ---- */

/*
 * Go's filepath.Clean, without "/" in front.  What is above the root stays
 * as "..", which no path is.
 */
static char *clean(const char *s)
{
	auto_strv struct strv parts = { 0 }, kept = { 0 };
	auto_str struct str text = { 0 };

	strv_split(&parts, s, '/');
	for (size_t i = 0; i < parts.n; i++) {
		const char *p = parts.v[i];

		if (!*p || streq(p, "."))
			continue;
		if (streq(p, "..") && kept.n &&
		    !streq(kept.v[kept.n - 1], ".."))
			strv_remove(&kept, kept.n - 1);
		else if (!streq(p, "..") || *s != '/')
			strv_add(&kept, p);
	}
	for (size_t i = 0; i < kept.n; i++)
		str_printf(&text, "%s%s", i ? "/" : "", kept.v[i]);
	return str_steal(&text);
}

static void append(struct ignore *g, char *text, bool except,
		   struct pattern *compiled)
{
	struct ignore_pattern *p;

	/* doubling: n is a power of two when it is full */
	if ((g->n & (g->n - 1)) == 0)
		g->v = xrealloc(g->v, g->n ? g->n * 2 : 1, sizeof(*g->v));
	p = &g->v[g->n++];
	*p = (struct ignore_pattern){ .text = text, .except = except };
	p->literal = strcspn(text, "*?[\\");
	p->plain = !text[p->literal];
	p->compiled = xmalloc(sizeof(*p->compiled));
	*p->compiled = *compiled;
	g->exceptions |= except;
}

/* `s` has no blanks around it. */
static int add(struct ignore *g, const char *s, struct err *e)
{
	bool except = *s == '!';
	auto_free char *text = NULL;
	struct pattern compiled;
	int r;

	if (except)
		s += 1 + strspn(s + 1, BLANKS);
	if (!*s)
		return except ? err_set(e, EINVAL, "a '!' needs a pattern "
					"behind it") : 0;
	if (g->n == IGNORE_PATTERNS_MAX)
		return err_set(e, E2BIG, "more than %d patterns",
			       IGNORE_PATTERNS_MAX);
	if (strlen(s) > IGNORE_PATTERN_MAX)
		return err_set(e, E2BIG, "a pattern of more than %d bytes",
			       IGNORE_PATTERN_MAX);
	text = clean(s);
	if (!*text)
		return 0; /* docker's: "." and "/" leave out nothing */
	r = pattern_compile(text, true, &compiled, e);
	if (r < 0)
		pattern_release(&compiled);
	else
		append(g, steal_ptr(text), except, &compiled);
	return r;
}

static char *trimmed(const char *s, size_t n)
{
	while (n && strchr(BLANKS, s[n - 1]))
		n--;
	while (n && strchr(BLANKS, *s)) {
		s++;
		n--;
	}
	return xstrndup(s, n);
}

int ignore_add(struct ignore *g, const char *pattern, struct err *e)
{
	auto_free char *text = trimmed(pattern, strlen(pattern));

	return add(g, text, e);
}

/* ---- a file ---- */

static int check_bytes(const char *text, size_t n, struct err *e)
{
	if (n > IGNORE_TEXT_MAX)
		return err_set(e, EFBIG, "larger than %d bytes",
			       IGNORE_TEXT_MAX);
	return n && memchr(text, '\0', n) ?
		       err_set(e, EINVAL, "it has a NUL byte: this is no "
			       "text") : 0;
}

int ignore_parse(const char *file, const char *text, size_t n,
		 struct ignore *ret, struct err *e)
{
	const char *s = text, *end = text + n;

	*ret = (struct ignore){ 0 };
	if (check_bytes(text, n, e) < 0)
		return err_wrap(e, "%s", file);
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	for (size_t line = 1; s < end; line++) {
		const char *nl = memchr(s, '\n', end - s);
		size_t len = (nl ? nl : end) - s;
		auto_free char *one = trimmed(s, len);

		if (*s != '#' && add(ret, one, e) < 0)
			return err_wrap(e, "%s:%zu", file, line);
		s += len + (nl != NULL);
	}
	return 0;
}

void ignore_release(struct ignore *g)
{
	for (size_t i = 0; i < g->n; i++) {
		pattern_release(g->v[i].compiled);
		free(g->v[i].compiled);
		free(g->v[i].text);
	}
	free(g->v);
	*g = (struct ignore){ 0 };
}

/* ---- matching ---- */

/* The path, or a folder above it. */
static bool matches(const struct ignore_pattern *p, const char *path)
{
	if (strncmp(p->text, path, p->literal) != 0)
		return false;
	if (p->plain)
		return !path[p->literal] || path[p->literal] == '/';
	return pattern_run(p->compiled, path, true) == PATTERN_YES;
}

bool ignore_match(const struct ignore *g, const char *path)
{
	bool out = false;

	/* what would change nothing is not looked at */
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].except == out && matches(&g->v[i], path))
			out = !out;
	return out;
}

bool ignore_may_return(const struct ignore *g, const char *path)
{
	for (size_t i = 0; i < g->n && g->exceptions; i++)
		if (g->v[i].except &&
		    pattern_run(g->v[i].compiled, path, false) != PATTERN_NO)
			return true;
	return false;
}

bool pattern_match(const char *pattern, const char *path)
{
	auto_pattern struct pattern p = { 0 };
	struct err ignored;

	return pattern_compile(pattern, true, &p, &ignored) == 0 &&
	       pattern_run(&p, path, false) == PATTERN_YES;
}

int glob_match(const char *pattern, const char *path)
{
	auto_pattern struct pattern p = { 0 };
	struct err ignored;

	TRY(pattern_compile(pattern, false, &p, &ignored));
	return pattern_run(&p, path, false) == PATTERN_YES;
}

bool glob_has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[\\") != NULL;
}
