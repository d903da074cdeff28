#ifndef RL_PRUNE_H
#define RL_PRUNE_H
/*
 * prune.h - all containers that do not run, removed.
 */
#include "fs/container.h"

/* Are these filters of prune (until=, label=, label!=)? */
int container_prune_check(const struct strv *filters, struct err *e);
/*
 * Remove all that do not run and fit the filters: their IDs are added to
 * *gone, the bytes of their own files to *freed.  One that another command
 * works on stays.
 */
int container_prune(const struct store *s, const struct strv *filters,
		    struct strv *gone, uint64_t *freed, struct err *e);

#endif
