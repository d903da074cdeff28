/* json_skim_test.c - single members out of JSON text. */
#include "core/base/json_skim.h"

#include "tests/unit/tap.h"

static const char text[] =
	" { \"a\\\"}\" : 1, \"b\":[1,{\"c\":\"]}\\\\\"},2], \"c\" : \"x,y\","
	"\"n\":-12,\"o\":{\"n\":5},\"last\":null}\n";

static void found(void)
{
	size_t n;
	const char *s = json_skim(text, "b", &n);

	OK(s && n == strlen("[1,{\"c\":\"]}\\\\\"},2]"));
	s = json_skim(text, "c", &n);
	OK(s && n == 5 && memcmp(s, "\"x,y\"", 5) == 0);
	OK(json_skim_int(text, "n") == -12);
	s = json_skim(text, "last", &n);
	OK(s && n == 4);
}

static void parsed(void)
{
	auto_json json_t *b = json_skim_value(text, "b");
	auto_json json_t *c = json_skim_value(text, "c");

	OK(json_array_size(b) == 3);
	EQ_STR(json_string_value(c), "x,y");
}

static void not_found(void)
{
	static const char *const bad[] = {
		"", "{", "[]", "{}", "{\"c\"", "{\"c\":", "{\"a\":\"x", "{\"a\":{",
		"{\"a\":1}{\"c\":1}", "{\"a\":\"\\", "{\"cc\":1}", "{a:1}",
	};
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		auto_json json_t *v = json_skim_value(bad[i], "c");

		OK(!v);
	}
	OK(!json_skim(text, "d", &n));
	OK(json_skim_int(text, "missing") == 0);
}

int main(void)
{
	RUN(found);
	RUN(parsed);
	RUN(not_found);
	return DONE();
}
