/* log_line_test.c - lines of a json-file log: ours, docker's, damaged. */
#include "core/log_line.h"

#include "tests/unit/tap.h"

/* What stands for a line that is none. */
#define NONE "(none)"
#define TIME "\"time\":\"2026-01-02T03:04:05.5Z\""

/* "STREAM TEXT" of a line; caller frees. */
static char *parsed(const char *line)
{
	auto_free char *copy = xstrdup(line);
	struct log_entry l;

	if (!log_line_parse(copy, strlen(copy), &l))
		return xstrdup(NONE);
	return xasprintf("%d %lld %.*s", l.stream, (long long)l.time,
			 (int)l.n, l.text);
}

static bool reads(const char *line, const char *want)
{
	auto_free char *got = parsed(line);

	if (streq(got, want))
		return true;
	printf("# %s is %s\n", line, got);
	return false;
}

static void any_order(void)
{
	OK(reads("{\"log\":\"a\\n\",\"stream\":\"stdout\"," TIME "}",
		 "1 1767323045500000000 a\n"));
	OK(reads("{" TIME ",\"stream\":\"stderr\",\"log\":\"b\"}",
		 "2 1767323045500000000 b"));
	OK(reads("{\"stream\":\"stdout\"," TIME "}",
		 "1 1767323045500000000 "));
}

static void other_members(void)
{
	OK(reads("{\"attrs\":{\"a\":[1,{\"b\":\"}\\\"]\"}]},\"log\":\"x\","
		 "\"n\":null,\"stream\":\"stdout\"," TIME "}",
		 "1 1767323045500000000 x"));
}

static void escapes(void)
{
	OK(reads("{\"log\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20ac"
		 "\\ud83d\\ude00\",\"stream\":\"stdout\"," TIME "}",
		 "1 1767323045500000000 \"\\/\b\f\n\r\tA\xc3\xa4\xe2\x82\xac"
		 "\xf0\x9f\x98\x80"));
	OK(reads("{\"log\":\"\\ud83dx\\ude00\",\"stream\":\"stdout\"," TIME "}",
		 "1 1767323045500000000 \xef\xbf\xbdx\xef\xbf\xbd"));
}

static void damaged(void)
{
	static const char *const bad[] = {
		"", "{", "{}", "[]", "null", "x",
		"{\"log\":\"torn",
		"{\"log\":\"torn\\",
		"{\"log\":\"a\\u12\",\"stream\":\"stdout\"," TIME "}",
		"{\"log\":\"a\\q\",\"stream\":\"stdout\"," TIME "}",
		"{\"log\":\"a\",\"stream\":\"stdin\"," TIME "}",
		"{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"now\"}",
		"{\"log\":\"a\",\"stream\":\"stdout\"}",
		"{\"log\":\"a\"," TIME "}",
		"{\"log\":\"a\",\"stream\":\"stdout\"," TIME "} ",
		"{\"log\":\"a\",\"stream\":\"stdout\"," TIME ",}",
		"{\"log\":1,\"stream\":\"stdout\"," TIME "}",
		"{\"log\":\"a\",\"x\":[,\"stream\":\"stdout\"," TIME "}",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(reads(bad[i], NONE));
}

int main(void)
{
	RUN(any_order);
	RUN(other_members);
	RUN(escapes);
	RUN(damaged);
	return DONE();
}
