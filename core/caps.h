#ifndef RL_CAPS_H
#define RL_CAPS_H
/*
 * caps.h - capabilities of a container: capabilities(7), by Docker's rules.
 */
#include "core/base/err.h"

#include <sys/types.h>

/* Bit n is CAP_n. */
struct caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

/* The fourteen that Docker gives. */
uint64_t caps_default(void);
/* "NET_ADMIN", "cap_net_admin": its number, or -1. */
int caps_number(const char *name);
/*
 * --cap-add and --cap-drop over the default set ("ALL" works in both; both
 * lists are NULL-ended).  As with docker, what both name is added, and
 * nothing is added to ALL.  A user other than 0 gets the bounding set only.
 */
int caps_plan(char *const *add, char *const *drop, bool privileged, uid_t uid,
	      struct caps *ret, struct err *e);
/* Of this process: bit n is CAP_n. */
uint64_t caps_effective(void);
/*
 * Take out of the sets what this process cannot pass on, and of the ambient
 * one what the kernel would refuse: capabilities(7).
 */
int caps_limit(struct caps *c, struct err *e);
/* Make effective what is permitted. */
int caps_raise(struct err *e);
/* Shrink the bounding set; what is effective now stays for a while. */
int caps_bound(const struct caps *c, struct err *e);
/* Take on the other sets: the last step before execve. */
int caps_apply(const struct caps *c, struct err *e);

#endif
