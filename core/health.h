#ifndef RL_HEALTH_H
#define RL_HEALTH_H
/*
 * health.h - is a container well?  What is asked how often, and what the
 * answers make of it: docker's rules, without a clock or a process.
 *
 *	starting   until the first success, or `retries` failures in a row;
 *	           those within the start period do not count
 *	healthy    after a success
 *	unhealthy  after `retries` failures in a row, and when it has ended
 */
#include "core/base/json.h"
#include "core/base/str.h"

#define HEALTH_LOG_MAX    5
#define HEALTH_OUTPUT_MAX 4096

/* docker's Healthcheck; durations in ns, 0: the default. */
struct health_config {
	struct strv test;  /* CMD WORD... | CMD-SHELL TEXT | NONE | nothing */
	struct strv shell; /* for CMD-SHELL; empty: /bin/sh -c */
	int64_t interval, timeout, start_period, start_interval, retries;
};

/* Free its lists. */
void health_config_release(struct health_config *c);
/* Read docker's object; what `ret` has already stays. */
int health_config_read(const json_t *o, struct health_config *ret,
		       struct err *e);
/* docker's object, new; NULL without any setting. */
json_t *health_config_json(const struct health_config *c);
/* The program that asks; false: nothing is to be asked. */
bool health_command(const struct health_config *c, struct strv *ret);
/* How long an answer may take, in ns. */
int64_t health_timeout(const struct health_config *c);

enum health_status { HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

struct health {
	const struct health_config *config; /* borrowed */
	enum health_status status;
	int64_t began;  /* moments are any steady clock's ns */
	int64_t due;    /* of the next check */
	int     streak; /* failures in a row */
	json_t *log;    /* the last answers, docker's */
};

/* One answer. */
struct health_answer {
	int64_t asked;      /* moment */
	int64_t start, end; /* ns since 1970, for the log */
	int     exit_code;  /* 0: well; -1: it could not be asked */
	const char *output;
};

/* The container started at `now`; `earlier` is its State.Health or NULL. */
void health_begin(struct health *h, const struct health_config *c,
		  const json_t *earlier, int64_t now);
/* Take an answer.  True: the status is another one now. */
bool health_answered(struct health *h, const struct health_answer *a,
		     int64_t now);
/* It cannot be asked now (paused): not before another interval. */
void health_put_off(struct health *h, int64_t now);
/* docker's word: "starting", ... */
const char *health_status_name(enum health_status s);
/* docker's State.Health, new. */
json_t *health_json(const struct health *h);
/* Free the log. */
void health_release(struct health *h);

#endif
