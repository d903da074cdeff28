/* log_time_test.c - times of lines, there and back. */
#include "core/log_time.h"

#include "tests/unit/tap.h"

static int64_t parsed(const char *text)
{
	int64_t ret;

	return log_time_parse(text, strlen(text), &ret) ? ret : -1;
}

static void texts(void)
{
	struct log_clock c = { 0 };

	EQ_STR(log_time_text(&c, 0), "1970-01-01T00:00:00.000000000Z");
	EQ_STR(log_time_text(&c, 1715991154123456789),
	       "2024-05-18T00:12:34.123456789Z");
	EQ_STR(log_time_text(&c, 1715991154000000001),
	       "2024-05-18T00:12:34.000000001Z");
	EQ_STR(log_time_text(&c, -1), "1969-12-31T23:59:59.999999999Z");
}

static void numbers(void)
{
	OK(parsed("1970-01-01T00:00:00Z") == 0);
	OK(parsed("2024-05-18T00:12:34.123456789Z") == 1715991154123456789);
	OK(parsed("2024-05-18T00:12:34.5Z") == 1715991154500000000);
	OK(parsed("2024-05-18T00:12:34Z") == 1715991154000000000);
}

static void there_and_back(void)
{
	struct log_clock c = { 0 };

	/* every 37 days of five hundred years */
	for (int64_t ns = -9000000000000000000; ns < 9000000000000000000;
	     ns += 3196800000000123)
		OK(parsed(log_time_text(&c, ns)) == ns);
}

static void what_is_no_time(void)
{
	static const char *const bad[] = {
		"", "2024-05-18", "2024-05-18T00:12:34", "2024-05-18T00:12:34.Z",
		"2024-05-18T00:12:34.1234567890Z", "2024-05-18T00:12:34.12x4Z",
		"2024-05-18 00:12:34Z", "2024-13-18T00:12:34Z",
		"2024-05-18T24:12:34Z", "9999-05-18T00:12:34Z",
		"0001-01-01T00:00:00Z", "2024-05-18T00:12:34+02:00",
		"2024-05-18T00:12:34.-1Z",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(parsed(bad[i]) == -1);
}

int main(void)
{
	RUN(texts);
	RUN(numbers);
	RUN(there_and_back);
	RUN(what_is_no_time);
	return DONE();
}
