/* str_test.c - numbers in text, and their limits. */
#include "core/base/str.h"

#include "tests/unit/tap.h"

static int number_is(const char *s, uint64_t max, uint64_t want)
{
	uint64_t n = 77;

	return parse_u64(s, max, &n) && n == want;
}

static int no_number(const char *s, uint64_t max)
{
	uint64_t n = 77;

	return !parse_u64(s, max, &n) && n == 77;
}

static void numbers(void)
{
	OK(number_is("0", 0, 0));
	OK(number_is("007", 7, 7));
	OK(number_is("255", 255, 255));
	OK(number_is("18446744073709551615", UINT64_MAX, UINT64_MAX));
	OK(no_number("", 9));
	OK(no_number("-1", 9));
	OK(no_number("+1", 9));
	OK(no_number(" 1", 9));
	OK(no_number("1x", 99));
}

static void signs(void)
{
	int64_t v = 7;

	OK(parse_i64("-1", &v) && v == -1);
	OK(parse_i64("+12", &v) && v == 12);
	OK(parse_i64("-9223372036854775807", &v) && v == -INT64_MAX);
	OK(!parse_i64("-", &v) && !parse_i64("", &v) && !parse_i64("--1", &v));
	OK(!parse_i64("1m", &v) && !parse_i64("9223372036854775808", &v));
	OK(v == -INT64_MAX);
}

static void limits(void)
{
	OK(no_number("256", 255));
	OK(no_number("18446744073709551616", UINT64_MAX));
	/* below ten as well */
	OK(no_number("3", 2));
	OK(no_number("9", 8));
	OK(no_number("1", 0));
	OK(no_number("10", 2));
}

int main(void)
{
	RUN(numbers);
	RUN(signs);
	RUN(limits);
	return DONE();
}
