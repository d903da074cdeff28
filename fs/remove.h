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
/*
 * The same in the user namespace `userns_fd`, whose owner we are: setns(2).
 */
int remove_in_userns(int dirfd, const char *name, int userns_fd,
		     struct err *e);

#endif
