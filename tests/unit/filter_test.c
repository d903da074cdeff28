/* filter_test.c - filters of lists, and the dates in them. */
#include "cmd/ui/filter.h"

#include "tests/unit/tap.h"

static int64_t date(const char *text)
{
	int64_t ret;

	return date_parse(text, &ret) ? ret : -1;
}

static void dates_of_rfc_3339(void)
{
	OK(date("1970-01-01T00:00:00Z") == 0);
	OK(date("2024-05-18T00:12:34Z") == 1715991154);
	OK(date("2024-05-18T00:12:34.123456789Z") == 1715991154);
	OK(date("2024-05-18T02:12:34+02:00") == 1715991154);
	OK(date("2024-05-17T18:42:34-0530") == 1715991154);
	OK(date("2024-05-18") == 1715990400);
}

static void what_is_no_date(void)
{
	static const char *const bad[] = {
		"", "now", "2024", "2024-13-01", "2024-05-32",
		"2024-05-18T", "2024-05-18T00:12", "2024-05-18T00:12:34X",
		"2024-05-18T00:12:34+25:00", "2024-05-18T00:12:34+02:00x",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(date(bad[i]) == -1);
}

static void until_takes_three_forms(void)
{
	int64_t t;
	struct err e;

	OK(date_until("1h30m", 10000, &t, &e) == 0 && t == 10000 - 5400);
	OK(date_until("45s", 10000, &t, &e) == 0 && t == 9955);
	OK(date_until("1234", 10000, &t, &e) == 0 && t == 1234);
	setenv("TZ", "EST5", 1);
	OK(date_until("1970-01-02", 10000, &t, &e) == 0 && t == 104400);
	OK(date_until("1970-01-02Z", 10000, &t, &e) == 0 && t == 86400);
	unsetenv("TZ");
	OK(date_until("soon", 10000, &t, &e) == -EINVAL);
	OK(date_until("99999999999h", 10000, &t, &e) == -EINVAL);
	OK(date_until("", 10000, &t, &e) == -EINVAL);
}

static void ago(void)
{
	auto_free char *days = date_ago(1000000, 1000000 + 3 * 86400);
	auto_free char *never = date_ago(0, 1000000);

	EQ_STR(days, "3 days ago");
	EQ_STR(never, "N/A");
}

static int check(const char *filter, struct err *e)
{
	static const char *const keys[] = { "label", "until", NULL };
	auto_strv struct strv l = { 0 };

	strv_add(&l, filter);
	return filter_check(&l, keys, e);
}

static void keys_are_checked(void)
{
	struct err e;

	OK(check("label=a=b", &e) == 0);
	OK(check("until=", &e) == 0);
	OK(check("labels=a", &e) == -EINVAL);
	EQ_STR(e.text, "unknown filter 'labels': there are label, until");
	OK(check("label", &e) == -EINVAL);
	EQ_STR(e.text, "the filter 'label' is not KEY=VALUE");
	OK(check("=x", &e) == -EINVAL);
}

static void values_by_key(void)
{
	EQ_STR(filter_value("label=a=b", "label"), "a=b");
	OK(filter_value("labels=a", "label") == NULL);
	OK(filter_value("label!=a", "label") == NULL);
	EQ_STR(filter_value("label!=a", "label!"), "a");
}

static void labels(void)
{
	json_t *l = json_pack("{s:s, s:s}", "a", "1", "b", "");

	OK(filter_label(l, "a") && filter_label(l, "a=1"));
	OK(filter_label(l, "b") && filter_label(l, "b="));
	OK(!filter_label(l, "a=2") && !filter_label(l, "c"));
	OK(!filter_label(NULL, "a"));
	json_decref(l);
}

int main(void)
{
	RUN(dates_of_rfc_3339);
	RUN(what_is_no_date);
	RUN(until_takes_three_forms);
	RUN(ago);
	RUN(keys_are_checked);
	RUN(values_by_key);
	RUN(labels);
	return DONE();
}
