#ifndef RL_REMOVE_H
#define RL_REMOVE_H
/*
 * remove.h - deleting trees that belong to mapped ids.
 */
#include "core/idmap.h"

/*
 * Delete `name` below the folder fd: as we are, and where that is refused as
 * root of a user namespace with the id map `map` (NULL: the user's own).
 */
int remove_mapped(int dirfd, const char *name, const struct idmap *map,
		  struct err *e);

#endif
