/* expand_test.c - what $NAME, quotes and escapes become. */
#include "fs/dockerfile/expand.h"

#include "fs/dockerfile/scope.h"
#include "tests/unit/tap.h"

static const char *const vars[] = {
	"A=value", "E=", "P=/usr/lib/x.tar.gz", "W=one two  three", "N=A",
	"U=a\u00e9b", "S=a*b?c", "D=$A", NULL,
};

static struct err e;

static void fill(struct strv *env)
{
	for (size_t i = 0; vars[i]; i++)
		strv_add(env, vars[i]);
}

/* The word, or the error's text. */
static char *expanded(const struct expand *x, const char *s)
{
	char *ret;

	if (expand_word(x, s, &ret, &e) < 0)
		return xstrdup(e.text);
	return ret;
}

struct row {
	const char *in, *out;
};

static int all_are(const struct row *rows, char escape, bool quotes_stay)
{
	auto_strv struct strv env = { 0 };
	const struct expand x = { .env = &env, .escape = escape,
				  .quotes_stay = quotes_stay };

	fill(&env);
	for (; rows->in; rows++) {
		auto_free char *got = expanded(&x, rows->in);

		if (strcmp(got, rows->out) == 0)
			continue;
		printf("# %s: got '%s'\n", rows->in, got);
		return 0;
	}
	return 1;
}

static void names(void)
{
	static const struct row rows[] = {
		{ "", "" }, { "x", "x" }, { "$A", "value" },
		{ "${A}", "value" }, { "a${A}b$A-$A", "avalueb" "value-value" },
		{ "$AB", "" }, { "$A.b", "value.b" }, { "$NONE", "" },
		{ "${NONE}", "" }, { "$", "$" }, { "a$", "a$" },
		{ "$.", "$." }, { "$$", "" }, { "$1a", "a" }, { "$12", "" },
		{ "${1}", "" }, { "$E", "" }, { "$D", "$A" },
		{ "$A$A", "valuevalue" }, { NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
}

static void defaults(void)
{
	static const struct row rows[] = {
		{ "${A:-x}", "value" }, { "${E:-x}", "x" }, { "${E-x}", "" },
		{ "${Z-x}", "x" }, { "${Z:-x}", "x" }, { "${Z:-}", "" },
		{ "${Z:=x}${Z}", "x" }, { "${E=x}", "" },
		{ "${A:+x}", "x" }, { "${A+x}", "x" }, { "${E+x}", "x" },
		{ "${E:+x}", "" }, { "${Z+x}", "" },
		{ "${A:?no}", "value" }, { "${E?no}", "" },
		{ "${Z:-$A}", "value" }, { "${Z:-${Y:-${A}}}", "value" },
		{ "${Z:-a b}", "a b" }, { "${Z:-\"a}b\"}", "a}b" },
		{ "${Z:-a\\}b}", "a}b" }, { "${Z:-'$A'}", "$A" },
		{ NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
}

static void trims(void)
{
	static const struct row rows[] = {
		{ "${P#*/}", "usr/lib/x.tar.gz" }, { "${P##*/}", "x.tar.gz" },
		{ "${P%.*}", "/usr/lib/x.tar" }, { "${P%%.*}", "/usr/lib/x" },
		{ "${P%/*}", "/usr/lib" }, { "${P%%/*}", "" },
		{ "${A#val}", "ue" }, { "${A#x}", "value" },
		{ "${A%ue}", "val" }, { "${A%x}", "value" },
		{ "${A#}", "value" }, { "${A#v?l}", "ue" },
		{ "${A#*}", "value" }, { "${A##*}", "" },
		{ "${A%%*}", "" }, { "${A##*u}", "e" }, { "${A#*l*u}", "e" },
		{ "${U#a?}", "b" }, { "${U%?b}", "a" },
		{ "${S#a\\*}", "b?c" }, { "${S%\\?c}", "a*b" },
		{ "${S#a*}", "*b?c" }, { "${Z#a}", "" }, { "${P##*\\/}",
		"x.tar.gz" }, { "${A#$N}", "value" }, { "${W##* }", "three" },
		{ NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
}

static void replaced(void)
{
	static const struct row rows[] = {
		{ "${P/x/y}", "/usr/lib/y.tar.gz" },
		{ "${W/o/0}", "0ne two  three" },
		{ "${W//o/0}", "0ne tw0  three" },
		{ "${W// /}", "onetwothree" }, { "${W//t*e/X}", "one X" },
		{ "${W/t?/X}", "one Xo  three" },
		{ "${W//t?/X}", "one Xo  Xree" },
		{ "${P//\\//_}", "_usr_lib_x.tar.gz" },
		{ "${A/*/x}", "x" }, { "${A//*/x}", "x" }, { "${E//*/x}", "x" },
		{ "${A/z/x}", "value" }, { "${S//\\*/-}", "a-b?c" },
		{ "${A/v/$N}", "Aalue" }, { "${Z/a/b}", "" },
		{ "${A//z*q/x}", "value" }, { "${A//?/x}", "xxxxx" },
		{ "${U/\u00e9/e}", "aeb" }, { "${U//?/x}", "xxx" },
		{ NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
}

static void quotes(void)
{
	static const struct row rows[] = {
		{ "'$A'", "$A" }, { "\"$A\"", "value" }, { "a'b'\"c\"", "abc" },
		{ "'a\\b'", "a\\b" }, { "\"a\\b\"", "a\\b" },
		{ "\"a\\\"b\"", "a\"b" }, { "\"\\$A\"", "$A" },
		{ "\"\\\\\"", "\\" }, { "\\$A", "$A" }, { "\\a", "a" },
		{ "\\\\", "\\" }, { "a\\", "a" }, { "\"it's\"", "it's" },
		{ "'say \"x\"'", "say \"x\"" }, { "a\\ b", "a b" },
		{ "''", "" }, { NULL, NULL },
	};
	static const struct row backtick[] = {
		{ "C:\\x", "C:\\x" }, { "`$A", "$A" }, { "\\$A", "\\value" },
		{ "\"`\"\"", "\"" }, { NULL, NULL },
	};
	static const struct row text[] = {
		{ "'$A' \"$A\"\n", "'value' \"value\"\n" }, { "it's", "it's" },
		{ "\\$A\n\\\\\n\\\n", "$A\n\\\n\n" }, { NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
	OK(all_are(backtick, '`', false));
	OK(all_are(text, '\\', true));
}

static void errors(void)
{
	static const struct row rows[] = {
		{ "${", "'${': a '}' is missing" },
		{ "${A", "'${A': a '}' is missing" },
		{ "${A:", "'${A:': a '}' is missing" },
		{ "${A:-x", "'${A:-x': a '}' is missing" },
		{ "${}", "'${}': bad substitution: ${}" },
		{ "${{A}", "'${{A}': bad substitution: ${{A}" },
		{ "${A^}", "'${A^}': unsupported modifier (^) in a "
			   "substitution" },
		{ "${A:#x}", "'${A:#x}': unsupported modifier (:#) in a "
			     "substitution" },
		{ "${Z?}", "'${Z?}': Z: is not allowed to be unset" },
		{ "${E:?}", "'${E:?}': E: is not allowed to be empty" },
		{ "${Z:?give it}", "'${Z:?give it}': Z: give it" },
		{ "${A/x}", "'${A/x}': a '/' is missing in ${" },
		{ "${A/x/y", "'${A/x/y': a '}' is missing" },
		{ "${A#\\x}", "'${A#\\x}': invalid escape '\\x' in a "
			      "pattern" },
		{ "'a", "''a': a single quote (') is not closed" },
		{ "\"a", "'\"a': a double quote (\") is not closed" },
		{ NULL, NULL },
	};

	OK(all_are(rows, '\\', false));
}

static int splits(const char *in, const char *want)
{
	auto_strv struct strv env = { 0 }, words = { 0 };
	const struct expand x = { .env = &env, .escape = '\\' };
	auto_str struct str s = { 0 };

	fill(&env);
	if (expand_words(&x, in, &words, &e) < 0)
		return 0;
	for (size_t i = 0; i < words.n; i++)
		str_printf(&s, "%s%s", i ? "|" : "", words.v[i]);
	if (strcmp(str_text(&s), want) != 0)
		printf("# %s: got %s\n", in, str_text(&s));
	return strcmp(str_text(&s), want) == 0;
}

static void words(void)
{
	OK(splits("a b", "a|b"));
	OK(splits(" a  'b c' ", "a|b c"));
	OK(splits("$W", "one|two|three"));
	OK(splits("\"$W\"x $A", "one two  threex|value"));
	OK(splits("x${W}y", "xone|two|threey"));
	OK(splits("a\\ b", "a b"));
	OK(splits("$E ''", ""));
}

static void growth(void)
{
	auto_strv struct strv env = { 0 };
	const struct expand x = { .env = &env, .escape = '\\' };
	auto_str struct str nested = { 0 }, big = { 0 }, pattern = { 0 };
	char *ret = NULL;

	str_puts(&big, "B=");
	for (int i = 0; i < DF_EXPAND_MAX / 2 + 1; i++)
		str_putc(&big, 'x');
	strv_add(&env, big.s);
	OK(expand_word(&x, "$B$B", &ret, &e) == -E2BIG);
	OK(expand_word(&x, "${B//x/xxxx}", &ret, &e) == -E2BIG);
	OK(expand_word(&x, "\"${Z:-$B$B}\"", &ret, &e) == -E2BIG);
	for (int i = 0; i < 100; i++)
		str_puts(&nested, "${Z:-");
	OK(expand_word(&x, nested.s, &ret, &e) == -E2BIG);
	str_puts(&pattern, "${B#");
	for (int i = 0; i < 2000; i++)
		str_puts(&pattern, "*x");
	str_puts(&pattern, "}");
	OK(expand_word(&x, pattern.s, &ret, &e) == -E2BIG);
}

int main(void)
{
	RUN(names);
	RUN(defaults);
	RUN(trims);
	RUN(replaced);
	RUN(quotes);
	RUN(errors);
	RUN(words);
	RUN(growth);
	return DONE();
}
