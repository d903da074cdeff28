#ifndef RL_RESTART_H
#define RL_RESTART_H
/*
 * restart.h - --restart: when a container is started again, and when, by
 * moby's rules (restartmanager): after 100 ms, then twice as long each time
 * up to a minute, from the beginning once it has run for ten seconds.
 */
#include "core/base/err.h"

enum restart_when {
	RESTART_NO, RESTART_ALWAYS, RESTART_UNLESS_STOPPED, RESTART_ON_FAILURE,
};

struct restart_policy {
	enum restart_when when;
	unsigned max; /* of on-failure; 0: any number */
};

struct restart_backoff {
	unsigned count;   /* how often it was started again */
	int64_t  last_ms; /* the last delay */
};

/* "no" (also NULL, ""), "always", "on-failure:5", ...  -EINVAL. */
int restart_policy_parse(const char *text, struct restart_policy *ret,
			 struct err *e);
/* docker's name of it. */
const char *restart_policy_name(const struct restart_policy *p);
/* Is one that ended with this code started again? */
bool restart_wanted(const struct restart_policy *p, int exit_code,
		    unsigned count);
/* Count one more; returns how many ms to wait.  `ran_ns`: its last life. */
int64_t restart_delay(struct restart_backoff *b, int64_t ran_ns);

#endif
