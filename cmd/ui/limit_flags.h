#ifndef RL_LIMIT_FLAGS_H
#define RL_LIMIT_FLAGS_H
/*
 * limit_flags.h - from what a limit is in a cgroup back to how it was asked
 * for, for messages.
 */
#include "cmd/ui/limit_options.h"

/* The option that the write comes from: "--cpu-quota". */
const char *limit_flag(const struct limit_options *o,
		       const struct resource_write *w);
/*
 * All options that ask for a cgroup, and what they need of it:
 * "--memory, --cgroup-parent" and "memory, pids" ("" for none).  The caller
 * frees both.
 */
void limit_flags(const struct limit_options *o, const struct resource_plan *p,
		 char **ret_flags, char **ret_controllers);

#endif
