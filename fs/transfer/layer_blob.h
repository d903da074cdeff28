#ifndef RL_LAYER_BLOB_H
#define RL_LAYER_BLOB_H
/*
 * layer_blob.h - a layer's tar that a child process writes, stored as a blob.
 */
#include "core/idmap.h"
#include "fs/store.h"

/*
 * fn(arg, out) writes it, as root of the map's user namespace.  1: the blob
 * is stored and claimed; 0: nothing was written.
 */
int layer_blob_make(const struct store *s, const struct idmap *map,
		    int (*fn)(void *arg, int out, struct err *e), void *arg,
		    struct lease *l, struct descriptor *ret, struct err *e);

#endif
