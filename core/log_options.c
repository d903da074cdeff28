/* log_options.c - the options of a container's log. */
#include "core/log_options.h"

#include <limits.h>

static int set_max_size(const char *v, struct log_options *o, struct err *e)
{
	if (!parse_size_1000(v, &o->max_size))
		return err_set(e, EINVAL, "invalid size: '%.60s'", v);
	if (o->max_size == 0)
		return err_set(e, EINVAL,
			       "max-size must be a positive number");
	return 0;
}

static int set_max_file(const char *v, struct log_options *o, struct err *e)
{
	uint64_t n;

	if (!parse_u64(*v == '-' ? v + 1 : v, INT_MAX, &n))
		return err_set(e, EINVAL, "max-file: '%.60s' is not a number",
			       v);
	if (n < 1 || *v == '-')
		return err_set(e, EINVAL, "max-file cannot be less than 1");
	o->max_file = (unsigned int)n;
	return 0;
}

/* What docker's json-file has and this one has not. */
static int refuse(const char *key, const char *v, struct err *e)
{
	static const char *const known[] = {
		"compress", "labels", "labels-regex", "env", "env-regex",
		"tag",
	};

	if (streq(key, "compress") && (streq(v, "false") || streq(v, "0")))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (streq(key, known[i]))
			return err_set(e, EINVAL, "log opt '%s' is not "
				       "offered: there are max-size and "
				       "max-file", key);
	return err_set(e, EINVAL, "unknown log opt '%.60s' for json-file log "
		       "driver", key);
}

static int set_one(const char *text, struct log_options *o, struct err *e)
{
	const char *eq = strchr(text, '=');
	auto_free char *key = eq ? xstrndup(text, eq - text) : xstrdup(text);
	const char *v = eq ? eq + 1 : "";

	if (streq(key, "max-size"))
		return set_max_size(v, o, e);
	if (streq(key, "max-file"))
		return set_max_file(v, o, e);
	return refuse(key, v, e);
}

int log_options_parse(const char *driver, const struct strv *opts,
		      struct log_options *ret, struct err *e)
{
	struct log_options o = { .max_file = 1 };

	if (!driver || !*driver)
		driver = "json-file";
	o.none = streq(driver, "none");
	if (o.none && opts->n > 0)
		return err_set(e, EINVAL,
			       "invalid logging opts for driver none");
	if (!o.none && !streq(driver, "json-file"))
		return err_set(e, EINVAL, "no log driver named '%.60s' is "
			       "registered: there are json-file and none",
			       driver);
	for (size_t i = 0; i < opts->n; i++)
		TRY(set_one(opts->v[i], &o, e));
	*ret = o;
	return 0;
}
