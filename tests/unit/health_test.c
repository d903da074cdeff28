/* health_test.c - docker's rules for health checks, by a clock in the hand. */
#include "core/health.h"

#include "core/base/time.h"
#include "tests/unit/tap.h"

#define S NS_PER_S

static json_t *object(const char *text)
{
	return json_loads(text, 0, NULL);
}

static bool answer(struct health *h, int64_t at, int code)
{
	struct health_answer a = {
		.asked = at, .start = 1000 * S + at, .end = 1001 * S + at,
		.exit_code = code, .output = "said",
	};

	return health_answered(h, &a, at);
}

static void test_defaults(void)
{
	struct health_config c = { 0 };
	struct health h;

	health_begin(&h, &c, NULL, 100 * S);
	OK(h.status == HEALTH_STARTING && h.due == 130 * S);
	OK(health_timeout(&c) == 30 * S);
	OK(!answer(&h, 130 * S, 1) && h.streak == 1);
	OK(!answer(&h, 160 * S, 2) && h.streak == 2);
	OK(h.due == 190 * S);
	OK(answer(&h, 190 * S, -1) && h.status == HEALTH_UNHEALTHY);
	OK(!answer(&h, 220 * S, 1) && h.streak == 4);
	OK(answer(&h, 250 * S, 0) && h.status == HEALTH_HEALTHY);
	OK(h.streak == 0);
	health_release(&h);
}

static void test_healthy_stays_until_retries(void)
{
	struct health_config c = { .retries = 2, .interval = S };
	struct health h;

	health_begin(&h, &c, NULL, 0);
	OK(answer(&h, 1 * S, 0));
	OK(!answer(&h, 2 * S, 1) && h.status == HEALTH_HEALTHY);
	OK(!answer(&h, 3 * S, 0) && h.streak == 0);
	OK(!answer(&h, 4 * S, 1));
	OK(answer(&h, 5 * S, 1) && h.status == HEALTH_UNHEALTHY);
	health_release(&h);
}

static void test_start_period(void)
{
	struct health_config c = {
		.retries = 1, .interval = 10 * S, .start_period = 20 * S,
		.start_interval = 2 * S,
	};
	struct health h;

	health_begin(&h, &c, NULL, 0);
	OK(h.due == 2 * S);
	OK(!answer(&h, 2 * S, 1) && h.streak == 0 && h.due == 4 * S);
	OK(!answer(&h, 19 * S, 1) && h.due == 21 * S);
	/* what was asked before its end does not count, whenever it answers */
	OK(h.status == HEALTH_STARTING);
	OK(answer(&h, 20 * S, 1) && h.status == HEALTH_UNHEALTHY);
	OK(h.due == 30 * S);
	health_release(&h);
	/* the first success ends the quick checks, and failures count */
	health_begin(&h, &c, NULL, 0);
	OK(answer(&h, 2 * S, 0) && h.due == 12 * S);
	OK(answer(&h, 12 * S, 1) && h.status == HEALTH_UNHEALTHY);
	health_release(&h);
	/* without a start interval: five seconds */
	c.start_interval = 0;
	health_begin(&h, &c, NULL, 0);
	OK(h.due == 5 * S);
	health_release(&h);
}

static void test_log(void)
{
	struct health_config c = { 0 };
	json_t *o, *log;
	struct health h;

	health_begin(&h, &c, NULL, 0);
	for (int i = 0; i < 7; i++)
		answer(&h, i * S, i);
	o = health_json(&h);
	log = json_object_get(o, "Log");
	EQ_STR(json_string_value(json_object_get(o, "Status")), "unhealthy");
	OK(json_integer_value(json_object_get(o, "FailingStreak")) == 6);
	OK(json_array_size(log) == HEALTH_LOG_MAX);
	OK(json_integer_value(json_object_get(json_array_get(log, 0),
					      "ExitCode")) == 2);
	EQ_STR(json_string_value(json_object_get(json_array_get(log, 4),
						 "Start")),
	       "1970-01-01T00:16:46.000000000Z");
	EQ_STR(json_string_value(json_object_get(json_array_get(log, 4),
						 "Output")), "said");
	health_release(&h);
	/* another start begins anew, but for the log */
	health_begin(&h, &c, o, 50 * S);
	OK(h.status == HEALTH_STARTING && h.streak == 0);
	OK(json_array_size(h.log) == HEALTH_LOG_MAX);
	health_release(&h);
	json_decref(o);
}

static void test_command(void)
{
	struct health_config c = { 0 };
	struct strv argv = { 0 };

	OK(!health_command(&c, &argv));
	strv_add(&c.test, "CMD");
	OK(!health_command(&c, &argv));
	strv_add(&c.test, "/bin/a");
	strv_add(&c.test, "b c");
	OK(health_command(&c, &argv) && argv.n == 2);
	EQ_STR(argv.v[1], "b c");
	strv_clear(&argv);
	strv_clear(&c.test);
	strv_add(&c.test, "CMD-SHELL");
	strv_add(&c.test, "a && b");
	OK(health_command(&c, &argv) && argv.n == 3);
	EQ_STR(argv.v[0], "/bin/sh");
	EQ_STR(argv.v[2], "a && b");
	strv_clear(&argv);
	strv_add(&c.shell, "/bin/ash");
	OK(health_command(&c, &argv) && argv.n == 2);
	EQ_STR(argv.v[0], "/bin/ash");
	free(c.test.v[0]);
	c.test.v[0] = xstrdup("NONE");
	strv_clear(&argv);
	OK(!health_command(&c, &argv) && argv.n == 0);
	strv_release(&argv);
	health_config_release(&c);
}

static void test_merge(void)
{
	json_t *o = object("{\"Test\":[\"CMD\",\"x\"],\"Interval\":5,"
			   "\"Timeout\":6,\"Retries\":7}");
	struct health_config c = { .interval = 1, .start_period = 9 };
	struct err e = { 0 };
	json_t *back;

	OK(health_config_read(o, &c, &e) == 0);
	OK(c.interval == 1 && c.timeout == 6 && c.retries == 7);
	OK(c.test.n == 2 && c.start_period == 9);
	back = health_config_json(&c);
	json_object_set_new(o, "Interval", json_integer(1));
	json_object_set_new(o, "StartPeriod", json_integer(9));
	OK(json_equal(o, back));
	json_decref(back);
	health_config_release(&c);
	c = (struct health_config){ 0 };
	OK(!health_config_json(&c));
	OK(health_config_read(NULL, &c, &e) == 0);
	json_object_set_new(o, "Retries", json_integer(-1));
	OK(health_config_read(o, &c, &e) == -EINVAL);
	health_config_release(&c);
	json_decref(o);
}

static void test_durations(void)
{
	int64_t n = 0;

	OK(parse_duration("30s", &n) && n == 30 * S);
	OK(parse_duration("1m30s", &n) && n == 90 * S);
	OK(parse_duration("1.5h", &n) && n == 5400 * S);
	OK(parse_duration("300ms", &n) && n == 3 * S / 10);
	OK(parse_duration("2us", &n) && n == 2000);
	OK(parse_duration("7ns", &n) && n == 7);
	OK(parse_duration("0", &n) && n == 0);
	OK(parse_duration("-2s", &n) && n == -2 * S);
	OK(!parse_duration("", &n) && !parse_duration("5", &n));
	OK(!parse_duration("s", &n) && !parse_duration("1x", &n));
	OK(!parse_duration("1s ", &n) && !parse_duration("1..2s", &n));
	OK(!parse_duration("99999999999999h", &n));
	OK(!parse_duration("1e3s", &n) && !parse_duration("0x1s", &n));
}

int main(void)
{
	RUN(test_defaults);
	RUN(test_healthy_stays_until_retries);
	RUN(test_start_period);
	RUN(test_log);
	RUN(test_command);
	RUN(test_merge);
	RUN(test_durations);
	return DONE();
}
