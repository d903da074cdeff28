#ifndef RL_VOLUME_PRUNE_H
#define RL_VOLUME_PRUNE_H
/*
 * volume_prune.h - volumes that no container uses, removed.
 */
#include "fs/store.h"

/*
 * Remove anonymous ones, or `all`, that fit the filters (label=, label!=):
 * their names are added to *gone, their bytes to *freed.
 */
int volume_prune(const struct store *s, const struct strv *filters, bool all,
		 struct strv *gone, uint64_t *freed, struct err *e);

#endif
