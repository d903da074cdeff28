#ifndef RL_LIMITS_BEST_EFFORT_H
#define RL_LIMITS_BEST_EFFORT_H
/*
 * limits_best_effort.h - --limits=best-effort: each limit is kept by the
 * cgroup, else by what a process can put on itself, else it is not.
 */
#include "cmd/ui/limit_options.h"
#include "core/cgroup.h"
#include "core/spec.h"

/*
 * Write what the cgroup takes (one with no path takes nothing), put other
 * means for the rest into the spec: setrlimit(2), sched_setaffinity(2).  What
 * is kept less well than it was asked for, or not, is said on stderr.
 */
void limits_best_effort(struct spec *s, const struct limit_options *o,
			const struct cgroup *g, const struct resource_plan *p);

#endif
