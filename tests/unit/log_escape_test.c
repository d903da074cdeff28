/* log_escape_test.c - what docker's encoder writes, at every alignment. */
#include "core/log_escape.h"

#include "tests/unit/tap.h"

/* `text` after `pad` plain bytes, escaped, without them. */
static char *escaped_at(size_t pad, const char *text, size_t n)
{
	auto_free char *in = xmalloc(pad + n);
	auto_free char *out = xmalloc(LOG_ESCAPE_ROOM(pad + n));
	char *end;

	memset(in, 'x', pad);
	memcpy(in + pad, text, n);
	end = log_escape(out, in, pad + n);
	*end = '\0';
	for (size_t i = 0; i < pad; i++)
		if (out[i] != 'x')
			return xstrdup("the padding is changed");
	return xstrndup(out + pad, strlen(out));
}

static bool escapes(const char *text, size_t n, const char *want)
{
	for (size_t pad = 0; pad < 40; pad++) {
		auto_free char *got = escaped_at(pad, text, n);

		if (streq(got, want))
			continue;
		printf("# after %zu: %s, not %s\n", pad, got, want);
		return false;
	}
	return true;
}

#define ESCAPES(text, want) OK(escapes(text, sizeof(text) - 1, want))

static void ascii(void)
{
	ESCAPES("plain text, with 0123456789", "plain text, with 0123456789");
	ESCAPES("a\"b\\c", "a\\\"b\\\\c");
	ESCAPES("\n\r\t\0\x1b\x7f", "\\n\\r\\u0009\\u0000\\u001b\x7f");
	ESCAPES("<a href='x'>&", "\\u003ca href='x'\\u003e\\u0026");
	ESCAPES("", "");
}

static void every_byte_that_is_ascii(void)
{
	for (int c = 0x20; c < 0x80; c++) {
		char text[2] = { (char)c, '\0' };
		bool special = strchr("\"\\<>&", c) != NULL;

		auto_free char *got = escaped_at(c % 17, text, 1);

		OK(streq(got, text) == !special);
	}
}

static void utf8_is_kept(void)
{
	ESCAPES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!",
		"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!");
	ESCAPES("\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\xef\xbf\xbf\xf4\x8f\xbf\xbf");
	ESCAPES("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa",
		"\xe2\x80\xa7\\u2028\\u2029\xe2\x80\xaa");
}

static void what_is_no_utf8(void)
{
	ESCAPES("\xff", "\\ufffd");
	ESCAPES("a\x80z", "a\\ufffdz");
	ESCAPES("\xc3(", "\\ufffd(");
	ESCAPES("\xc0\xaf", "\\ufffd\\ufffd");
	ESCAPES("\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"); /* a surrogate */
	ESCAPES("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd");
	ESCAPES("\xe2\x82", "\\ufffd\\ufffd"); /* cut */
	ESCAPES("\xf0\x9f\x98" "a", "\\ufffd\\ufffd\\ufffd" "a");
}

static void where_to_cut(void)
{
	OK(log_whole_chars("abc", 3) == 3);
	OK(log_whole_chars("ab\xc3", 3) == 2);
	OK(log_whole_chars("ab\xc3\xa9", 4) == 4);
	OK(log_whole_chars("a\xf0\x9f\x98", 4) == 1);
	OK(log_whole_chars("a\xf0\x9f\x98\x80", 5) == 5);
	OK(log_whole_chars("a\x80\x80\x80\x80", 5) == 5);
	OK(log_whole_chars("\xe2\x82", 2) == 0);
	OK(log_whole_chars("a\xff", 2) == 2);
	OK(log_whole_chars("", 0) == 0);
}

int main(void)
{
	RUN(ascii);
	RUN(every_byte_that_is_ascii);
	RUN(utf8_is_kept);
	RUN(what_is_no_utf8);
	RUN(where_to_cut);
	return DONE();
}
