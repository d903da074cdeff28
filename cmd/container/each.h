#ifndef RL_EACH_H
#define RL_EACH_H
/*
 * each.h - one thing done to each container named on a command line.
 */
#include "fs/container.h"

typedef int each_fn(const struct store *s, struct container *c, void *arg,
		    struct err *e);

/*
 * Find each by name and call `fn`; an error is reported and the next one
 * follows.  Prints the name as typed when `fn` returns 0.  Returns 0, or 1
 * when one failed.
 */
int each_container(int argc, char **argv, each_fn *fn, void *arg,
		   struct err *e);

#endif
