#ifndef RL_UNPACK_H
#define RL_UNPACK_H
/*
 * unpack.h - a layer's tar becomes a folder of the store.
 *
 * The bytes are a stranger's, so they are read by a child that is root of a
 * new user namespace and nothing else: pivoted into the folder that it
 * writes (no other path exists for it), no network, few capabilities,
 * no_new_privs.  See fs/layer.h for what the tree looks like.
 */
#include "core/idmap.h"
#include "fs/store.h"

/*
 * Unpack the blob that `fd` reads, for this map, unless the layer is there.
 * The plain tar's digest must be `diff_id`.  `fd` stays the caller's and may
 * be a pipe.
 */
int unpack_layer(const struct store *s, const struct idmap *map,
		 const char *diff_id, int fd, struct err *e);

#endif
