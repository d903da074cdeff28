/* run_health.c - options, image and record become a health_config. */
#include "cmd/ui/run_health.h"

#include "core/base/time.h"

#define LEAST 1000000 /* docker: 1 ms */

static int duration(const char *option, const char *field, const char *text,
		    int64_t *ret, struct err *e)
{
	if (!text)
		return 0;
	if (!parse_duration(text, ret))
		return err_set(e, EINVAL, "invalid argument \"%s\" for "
			       "\"--%s\" flag: time: invalid duration \"%s\"",
			       text, option, text);
	if (*ret < 0)
		return err_set(e, EINVAL, "--%s cannot be negative", option);
	if (*ret && *ret < LEAST)
		return err_set(e, EINVAL, "%s in Healthcheck cannot be less "
			       "than 1ms", field);
	return 0;
}

static int options(const struct run_options *o, struct health_config *ret,
		   struct err *e)
{
	if (o->health_cmd && *o->health_cmd) {
		strv_add(&ret->test, "CMD-SHELL");
		strv_add(&ret->test, o->health_cmd);
	}
	TRY(duration("health-interval", "Interval", o->health_interval,
		     &ret->interval, e));
	TRY(duration("health-timeout", "Timeout", o->health_timeout,
		     &ret->timeout, e));
	TRY(duration("health-start-period", "StartPeriod",
		     o->health_start_period, &ret->start_period, e));
	TRY(duration("health-start-interval", "StartInterval",
		     o->health_start_interval, &ret->start_interval, e));
	if (o->health_retries < 0)
		return err_set(e, EINVAL, "--health-retries cannot be "
			       "negative");
	ret->retries = o->health_retries;
	return 0;
}

static int none(const struct run_options *o, struct health_config *ret,
		struct err *e)
{
	if (o->health_cmd || o->health_interval || o->health_timeout ||
	    o->health_start_period || o->health_start_interval ||
	    o->health_retries)
		return err_set(e, EINVAL, "--no-healthcheck conflicts with "
			       "--health-* options");
	strv_add(&ret->test, "NONE");
	return 0;
}

int run_health(const struct run_options *o, const struct image_config *c,
	       struct health_config *ret, struct err *e)
{
	const json_t *config = c ? json_object_get(c->json, "config") : NULL;

	if (o->no_healthcheck)
		return none(o, ret, e);
	TRY(options(o, ret, e));
	TRY(json_strv(config, "Shell", &ret->shell, e));
	return c ? health_config_read(c->healthcheck, ret, e) : 0;
}

int run_health_recorded(const json_t *record, struct health_config *ret,
			struct err *e)
{
	const json_t *config, *health;

	TRY(json_obj(record, "Config", &config, e));
	TRY(json_obj(config, "Healthcheck", &health, e));
	TRY(json_strv(config, "Shell", &ret->shell, e));
	return health_config_read(health, ret, e);
}
