/* log_options_test.c - docker's rules for --log-driver and --log-opt. */
#include "core/log_options.h"

#include "tests/unit/tap.h"

/* The message for a driver and up to two options, or "". */
static const char *said(const char *driver, const char *a, const char *b,
			struct log_options *ret)
{
	static struct err e;
	auto_strv struct strv opts = { 0 };

	e = (struct err){ 0 };
	if (a)
		strv_add(&opts, a);
	if (b)
		strv_add(&opts, b);
	log_options_parse(driver, &opts, ret, &e);
	return e.text;
}

static void defaults(void)
{
	struct log_options o;

	EQ_STR(said(NULL, NULL, NULL, &o), "");
	OK(!o.none && o.max_size == 0 && o.max_file == 1);
	EQ_STR(said("none", NULL, NULL, &o), "");
	OK(o.none);
}

static void sizes_and_numbers(void)
{
	struct log_options o;

	EQ_STR(said("json-file", "max-size=10m", "max-file=3", &o), "");
	OK(o.max_size == 10000000 && o.max_file == 3);
	EQ_STR(said(NULL, "max-size=1.5k", NULL, &o), "");
	OK(o.max_size == 1500);
	EQ_STR(said(NULL, "max-size=7", "compress=false", &o), "");
	OK(o.max_size == 7);
	/* as with docker, no error; it does nothing */
	EQ_STR(said(NULL, "max-file=2", NULL, &o), "");
}

static void refusals(void)
{
	struct log_options o;

	EQ_STR(said(NULL, "max-file=0", NULL, &o),
	       "max-file cannot be less than 1");
	EQ_STR(said(NULL, "max-file=-2", NULL, &o),
	       "max-file cannot be less than 1");
	EQ_STR(said(NULL, "max-file=x", NULL, &o),
	       "max-file: 'x' is not a number");
	EQ_STR(said(NULL, "max-size=0", NULL, &o),
	       "max-size must be a positive number");
	EQ_STR(said(NULL, "max-size=-1", NULL, &o), "invalid size: '-1'");
	EQ_STR(said(NULL, "max-size", NULL, &o), "invalid size: ''");
	EQ_STR(said(NULL, "size=1", NULL, &o),
	       "unknown log opt 'size' for json-file log driver");
	EQ_STR(said(NULL, "tag=x", NULL, &o), "log opt 'tag' is not offered: "
	       "there are max-size and max-file");
	EQ_STR(said("none", "max-size=1", NULL, &o),
	       "invalid logging opts for driver none");
	EQ_STR(said("syslog", NULL, NULL, &o), "no log driver named 'syslog' "
	       "is registered: there are json-file and none");
}

int main(void)
{
	RUN(defaults);
	RUN(sizes_and_numbers);
	RUN(refusals);
	return DONE();
}
