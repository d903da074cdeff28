/* ignore_test.c - docker's path patterns and ignore files. */
#include "fs/dockerfile/ignore.h"

#include "tests/unit/tap.h"

static struct err e;

/* Patterns by "|"; a path that begins with "!" must stay, others go. */
static int all_are(const char *patterns, const char *paths)
{
	auto_strv struct strv p = { 0 }, list = { 0 };
	auto_ignore struct ignore g = { 0 };

	strv_split(&p, patterns, '|');
	strv_split(&list, paths, ' ');
	for (size_t i = 0; i < p.n; i++)
		if (ignore_add(&g, p.v[i], &e) < 0)
			return 0;
	for (size_t i = 0; i < list.n; i++) {
		bool stays = *list.v[i] == '!';

		if (ignore_match(&g, list.v[i] + stays) != stays)
			continue;
		printf("# %s: %s\n", patterns, list.v[i]);
		return 0;
	}
	return 1;
}

static void plain(void)
{
	OK(all_are("a", "a a/b a/b/c !ab !b/a !b"));
	OK(all_are("a/b", "a/b a/b/c !a !a/bc !x/a/b"));
	OK(all_are("/a", "a a/b"));
	OK(all_are("a/", "a a/b"));
	OK(all_are("./a//b/../c", "a/c !a/b"));
	OK(all_are("../a", "!a !b/a"));
	OK(all_are("/../a", "a"));
	OK(all_are(" a ", "a"));
	OK(all_are("", "!a"));
	OK(all_are(".", "!a"));
	OK(all_are("/", "!a"));
	OK(all_are("\\a", "a"));
	OK(all_are("a\\*", "a* !ab"));
}

static void stars(void)
{
	OK(all_are("*", "a a/b .a"));
	OK(all_are("*/b", "a/b a/b/c !b !a/c/b"));
	OK(all_are("*.c", "a.c .c a.c/x !a.cc !x/a.c"));
	OK(all_are("a*c", "ac abc abbc !a/c !acd"));
	OK(all_are("a?c", "abc !ac !a/c !abbc"));
	OK(all_are("a[b-d]e", "abe ade !aee"));
	OK(all_are("a[^b-d]e", "aee !ade"));
	OK(all_are("[a-ce]", "a c e !d"));
	OK(all_are("[\\]]", "] !["));
	OK(all_are("?", "a \u00e9 !ab"));
	OK(all_are("[\u00e0-\u00ef]", "\u00e9 !z"));
	OK(all_are("\xff?", "\xff" "a !\xfe" "a"));
}

static void trees(void)
{
	OK(all_are("**", "a a/b a/b/c"));
	OK(all_are("**/b", "b a/b a/a/b b/c a/b/c !ab !a/ab !bc"));
	OK(all_are("a/**", "a/b a/b/c !a !ab"));
	OK(all_are("a/**/b", "a/b a/x/b a/x/y/b a/x/b/c !a/xb !ab"));
	OK(all_are("**/*.c", "a.c x/a.c x/y/a.c !a.d"));
	OK(all_are("**/a/**/b", "a/b x/a/y/z/b !a !b/a"));
	OK(all_are("a**", "a ab a/b abc/d !ba"));
	OK(all_are("a**b", "ab a/b !a ac/b"));
	OK(all_are("**a", "a x/a !xa"));
	OK(all_are("**/**/b", "b a/b"));
	OK(all_are("dir/**/!x", "dir/!x"));
}

static void exceptions(void)
{
	OK(all_are("*|!a", "b b/c !a !a/b"));
	OK(all_are("*.md|!README*.md|README-secret.md",
		   "x.md README-secret.md !README.md !README-a.md"));
	OK(all_are("*.md|README-secret.md|!README*.md",
		   "x.md !README-secret.md !README.md"));
	OK(all_are("!a|a", "a"));
	OK(all_are("a|!a/b", "a a/c !a/b !a/b/c"));
	OK(all_are("a|!a/b|a/b/c", "a/b/c a/b/c/d !a/b/d"));
	OK(all_are("**|!**/*.go", "a.c x/a.c !x/a.go"));
	OK(all_are("a|! /a/b/", "a/c !a/b"));
}

static int returns(const char *patterns, const char *path)
{
	auto_strv struct strv p = { 0 };
	auto_ignore struct ignore g = { 0 };

	strv_split(&p, patterns, '|');
	for (size_t i = 0; i < p.n; i++)
		if (ignore_add(&g, p.v[i], &e) < 0)
			return -1;
	return ignore_may_return(&g, path);
}

static void coming_back(void)
{
	OK(returns("*", "a") == 0);
	OK(returns("*|!a/b", "a") == 1);
	OK(returns("*|!a/b", "b") == 0);
	OK(returns("*|!a/b", "ab") == 0);
	OK(returns("*|!a/b/c", "a/b") == 1);
	OK(returns("*|!a/b/c", "a/c") == 0);
	OK(returns("*|!*/b", "a") == 1);
	OK(returns("*|!*/b", "a/b/c") == 0);
	OK(returns("*|!**/b", "x/y/z") == 1);
	OK(returns("*|!x*", "a") == 0);
}

static void files(void)
{
	const char *text = "\xef\xbb\xbf# c\n\n  \na\r\n !b \n\t#d\n/e/\n!\xc3\xa9";
	auto_ignore struct ignore g = { 0 };

	OK(ignore_parse("F", text, strlen(text), &g, &e) == 0);
	OK(g.n == 5 && g.exceptions);
	EQ_STR(g.v[0].text, "a");
	EQ_STR(g.v[1].text, "b");
	OK(g.v[1].except && !g.v[0].except);
	EQ_STR(g.v[2].text, "#d");
	EQ_STR(g.v[3].text, "e");
	EQ_STR(g.v[4].text, "\u00e9");
}

static int fails(const char *text, size_t n, const char *want)
{
	auto_ignore struct ignore g = { 0 };

	memset(&e, 0, sizeof(e));
	if (ignore_parse("F", text, n, &g, &e) == 0)
		return 0;
	if (strcmp(e.text, want) != 0)
		printf("# got: %s\n", e.text);
	return strcmp(e.text, want) == 0;
}

static void errors(void)
{
	OK(fails("a\n[b\n", 5, "F:2: bad pattern '[b': a bracket is empty or "
		 "not closed"));
	OK(fails("[]", 2, "F:1: bad pattern '[]': a bracket is empty or not "
		 "closed"));
	OK(fails("[]a]", 4, "F:1: bad pattern '[]a]': a bracket is empty or "
		 "not closed"));
	OK(fails("[a-]", 4, "F:1: bad pattern '[a-]': a bracket is empty or "
		 "not closed"));
	OK(fails("[^]", 3, "F:1: bad pattern '[^]': a bracket is empty or not "
		 "closed"));
	OK(fails("a\\", 2, "F:1: bad pattern 'a\\': nothing stands behind the "
		 "backslash"));
	OK(fails("\n!\n", 3, "F:2: a '!' needs a pattern behind it"));
	OK(fails("a\0b", 3, "F: it has a NUL byte: this is no text"));
}

static void limits(void)
{
	auto_str struct str many = { 0 }, one = { 0 }, stars_ = { 0 };
	auto_str struct str path = { 0 };

	for (int i = 0; i <= IGNORE_PATTERNS_MAX; i++)
		str_printf(&many, "%d\n", i);
	OK(fails(many.s, many.len, "F:10001: more than 10000 patterns"));
	for (int i = 0; i <= IGNORE_PATTERN_MAX; i++)
		str_putc(&one, 'a');
	OK(fails(one.s, one.len, "F:1: a pattern of more than 4096 bytes"));
	/* would take for ever if every way were tried */
	for (int i = 0; i < 200; i++)
		str_puts(&stars_, "**/*a*");
	for (int i = 0; i < 2000; i++)
		str_puts(&path, "a/");
	str_puts(&path, "b");
	OK(!pattern_match(stars_.s, path.s));
}

static void globs(void)
{
	OK(glob_match("a*", "abc") == 1);
	OK(glob_match("a*", "a/c") == 0);
	OK(glob_match("**", "a") == 1);
	OK(glob_match("**", "a/b") == 0);
	OK(glob_match("a/**/b", "a/x/b") == 1);
	OK(glob_match("a/**/b", "a/b") == 0);
	OK(glob_match("a\\?", "a?") == 1);
	OK(glob_match("[", "a") == -EINVAL);
	OK(glob_match("", "") == 1);
	OK(glob_has_wildcard("a[b]") && glob_has_wildcard("a?"));
	OK(!glob_has_wildcard("a.b/c"));
	OK(pattern_match("a", "a") && !pattern_match("a", "a/b"));
}

int main(void)
{
	RUN(plain);
	RUN(stars);
	RUN(trees);
	RUN(exceptions);
	RUN(coming_back);
	RUN(files);
	RUN(errors);
	RUN(limits);
	RUN(globs);
	return DONE();
}
