/* health.c - checks, answers and what they make of a container. */
#include "core/health.h"

#include "core/base/time.h"

#define DEFAULT_INTERVAL       (30 * NS_PER_S)
#define DEFAULT_TIMEOUT        (30 * NS_PER_S)
#define DEFAULT_START_INTERVAL (5 * NS_PER_S)
#define DEFAULT_RETRIES        3

/* ---- the question ---- */

void health_config_release(struct health_config *c)
{
	strv_release(&c->test);
	strv_release(&c->shell);
}

static int read_number(const json_t *o, const char *key, int64_t *ret,
		       struct err *e)
{
	int64_t n = 0;

	if (*ret)
		return 0;
	TRY(json_int(o, key, &n, e));
	if (n < 0)
		return err_set(e, EINVAL, "%s in Healthcheck cannot be "
			       "negative", key);
	*ret = n;
	return 0;
}

int health_config_read(const json_t *o, struct health_config *ret,
		       struct err *e)
{
	if (!ret->test.n)
		TRY(json_strv(o, "Test", &ret->test, e));
	TRY(read_number(o, "Interval", &ret->interval, e));
	TRY(read_number(o, "Timeout", &ret->timeout, e));
	TRY(read_number(o, "StartPeriod", &ret->start_period, e));
	TRY(read_number(o, "StartInterval", &ret->start_interval, e));
	return read_number(o, "Retries", &ret->retries, e);
}

static void set_number(json_t *o, const char *key, int64_t n)
{
	if (n)
		json_object_set_new(o, key, json_integer(n));
}

json_t *health_config_json(const struct health_config *c)
{
	json_t *o = json_object();

	if (c->test.n)
		json_object_set_new(o, "Test", json_from_strv(&c->test));
	set_number(o, "Interval", c->interval);
	set_number(o, "Timeout", c->timeout);
	set_number(o, "StartPeriod", c->start_period);
	set_number(o, "StartInterval", c->start_interval);
	set_number(o, "Retries", c->retries);
	if (json_object_size(o))
		return o;
	json_decref(o);
	return NULL;
}

bool health_command(const struct health_config *c, struct strv *ret)
{
	if (c->test.n < 2)
		return false;
	if (streq(c->test.v[0], "CMD")) {
		strv_extend(ret, c->test.v + 1);
		return true;
	}
	if (!streq(c->test.v[0], "CMD-SHELL"))
		return false;
	strv_extend(ret, strv_list(&c->shell));
	if (!c->shell.n) {
		strv_add(ret, "/bin/sh");
		strv_add(ret, "-c");
	}
	strv_add(ret, c->test.v[1]);
	return true;
}

static int64_t or_default(int64_t n, int64_t otherwise)
{
	return n ? n : otherwise;
}

int64_t health_timeout(const struct health_config *c)
{
	return or_default(c->timeout, DEFAULT_TIMEOUT);
}

/* ---- the answers ---- */

/* Often while it starts: but only within the start period. */
static int64_t interval(const struct health *h, int64_t now)
{
	const struct health_config *c = h->config;

	if (h->status == HEALTH_STARTING && now - h->began < c->start_period)
		return or_default(c->start_interval, DEFAULT_START_INTERVAL);
	return or_default(c->interval, DEFAULT_INTERVAL);
}

void health_put_off(struct health *h, int64_t now)
{
	h->due = now + interval(h, now);
}

void health_begin(struct health *h, const struct health_config *c,
		  const json_t *earlier, int64_t now)
{
	json_t *log = json_object_get(earlier, "Log");

	*h = (struct health){
		.config = c, .status = HEALTH_STARTING, .began = now,
		.log = json_is_array(log) ? json_incref(log) : json_array(),
	};
	health_put_off(h, now);
}

static void add_to_log(struct health *h, const struct health_answer *a)
{
	auto_free char *start = time_rfc3339(a->start);
	auto_free char *end = time_rfc3339(a->end);
	json_t *o = json_object();

	json_object_set_new(o, "Start", json_string(start));
	json_object_set_new(o, "End", json_string(end));
	json_object_set_new(o, "ExitCode", json_integer(a->exit_code));
	json_object_set_new(o, "Output", json_from_bytes(a->output));
	json_array_append_new(h->log, o);
	while (json_array_size(h->log) > HEALTH_LOG_MAX)
		json_array_remove(h->log, 0);
}

static void failed(struct health *h, int64_t asked)
{
	const struct health_config *c = h->config;

	if (h->status == HEALTH_STARTING && asked - h->began < c->start_period)
		return;
	h->streak++;
	if (h->streak >= or_default(c->retries, DEFAULT_RETRIES))
		h->status = HEALTH_UNHEALTHY;
}

bool health_answered(struct health *h, const struct health_answer *a,
		     int64_t now)
{
	enum health_status before = h->status;

	add_to_log(h, a);
	if (a->exit_code == 0) {
		h->streak = 0;
		h->status = HEALTH_HEALTHY;
	} else {
		failed(h, a->asked);
	}
	health_put_off(h, now);
	return h->status != before;
}

const char *health_status_name(enum health_status s)
{
	static const char *const names[] = {
		"starting", "healthy", "unhealthy",
	};

	return names[s];
}

json_t *health_json(const struct health *h)
{
	json_t *o = json_object();

	json_object_set_new(o, "Status",
			    json_string(health_status_name(h->status)));
	json_object_set_new(o, "FailingStreak", json_integer(h->streak));
	json_object_set_new(o, "Log", json_deep_copy(h->log));
	return o;
}

void health_release(struct health *h)
{
	json_decref(steal_ptr(h->log));
}
