#ifndef RL_RLIMIT_H
#define RL_RLIMIT_H
/*
 * rlimit.h - names of resource limits, as --ulimit has them: getrlimit(2)
 * without its RLIMIT_, in lower case.
 */

/* RLIMIT_NOFILE of "nofile", or -1. */
int rlimit_number(const char *name);
/* "nofile" of RLIMIT_NOFILE, "?" of what has no name. */
const char *rlimit_name(int resource);

#endif
