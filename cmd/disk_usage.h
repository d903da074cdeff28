#ifndef RL_DISK_USAGE_H
#define RL_DISK_USAGE_H
/*
 * disk_usage.h - what a tree takes on the disk.
 *
 * Blocks are counted, not lengths, and a file with several links in the tree
 * once.  Folders that belong to mapped ids are entered as their owners' root,
 * in a user namespace with the map that made them.
 */
#include "core/idmap.h"

/*
 * Add the bytes of the tree at the absolute `path` to *bytes.  `map` may be
 * NULL: what we may not read is left out.  A tree that is gone counts 0.
 */
int disk_usage(const char *path, const struct idmap *map, uint64_t *bytes,
	       struct err *e);

#endif
