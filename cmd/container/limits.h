#ifndef RL_LIMITS_H
#define RL_LIMITS_H
/*
 * limits.h - a container's cgroup, from its start to its end, and the limits
 * that are kept in it.
 */
#include "cmd/container/assembly.h"

#include "core/cgroup.h"

/*
 * Before the start: make the cgroup and write the limits.  Where nobody asked
 * for a limit it is made for those that stay (`stays`), if it can be, and a
 * host that has none says nothing.  With --limits=best-effort what cannot be
 * kept is said on stderr, and other means are put into the spec.
 */
int limits_begin(struct assembly *a, bool stays, struct cgroup *ret,
		 struct err *e);
/*
 * After the end: did its memory run out?  Then *ret_note (caller frees) says
 * of which limit, else it is NULL.  The cgroup is removed.
 */
bool limits_end(struct cgroup *g, char **ret_note);

/*
 * Change the limits of a container, now if it runs, and for its later lives.
 * What `more` does not name stays as it is.  -EINVAL: docker's rules, or it
 * runs without a cgroup.
 */
int limits_update(struct container *c, const struct limit_options *more,
		  struct err *e);
/*
 * Put the limits that `rl update` wrote over those of the record: *ret (the
 * caller's, NULL: none were) is what `o` then borrows from.  `dirfd`: of the
 * container's folder.
 */
int limits_restore(int dirfd, struct limit_options *o, json_t **ret,
		   struct err *e);
/* docker's HostConfig with what `rl update` wrote. */
void limits_record(const char *path, json_t *host_config);

#endif
