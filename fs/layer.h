#ifndef RL_LAYER_H
#define RL_LAYER_H
/*
 * layer.h - unpacked layers: found on the hot path, made by rl-transfer.
 *
 * layers/MAP/HEX is complete when it has that name (but for a power loss:
 * fs/layer_sync.h).  Who uses a layer holds
 * flock(LOCK_SH) on the folder's fd; who removes one takes LOCK_EX first, so
 * a layer that some container stands on is never pulled from under it.
 * Inside: a plain tree.  A whiteout is a character device 0/0, an opaque
 * folder carries user.overlay.opaque=y (overlayfs(5), option userxattr).
 * A file whose owner the id map cannot hold carries the xattr
 * user.containers.override_stat "UID:GID:MODE" (octal mode).
 */
#include "core/idmap.h"
#include "fs/image.h"

/* The MAP part of the path: "one" for a single id, else a hash of the map. */
void layer_map_name(const struct idmap *map, char buf[static 24]);

/*
 * Open a layer and lock it shared.  -ENOENT when it is not unpacked for this
 * map.  `maps_fd` is layers/MAP (layer_dir_open).
 */
int layer_open(int maps_fd, const char *diff_id, struct err *e);
/* Open (make on first use) layers/MAP. */
int layer_dir_open(const struct store *s, const struct idmap *map,
		   struct err *e);
/* Remove a layer's tree, as its owners' user namespace if need be. */
int layer_remove(int maps_fd, const char *name, struct err *e);
/* The id map that a folder layers/MAP was made for. */
int layer_map_read(int maps_fd, struct idmap *ret, struct err *e);
/*
 * Unpack every layer of `img` that is missing for this map, by running
 * rl-transfer.  The hot path calls it only after layer_open failed.
 */
int layer_unpack_missing(const struct store *s, const struct image *img,
			 const struct idmap *map, struct err *e);

#endif
