#ifndef RL_COPY_UP_H
#define RL_COPY_UP_H
/*
 * copy_up.h - an empty volume starts with what the image has in its place.
 *
 * For every mount of a volume (mount.h: `volume`, and `copy_up`), before any
 * of them is mounted.  Runs as root of the new namespaces; both trees may be
 * somebody else's work, and the volume may be changed by a container that
 * runs on it meanwhile: every folder is opened by openat2(2) below the two
 * roots, without links, and names are used in an open folder only.
 */
#include "core/mount.h"

/*
 * Fill the empty volumes of `l` from the tree `root`.  -ENOTDIR: there is a
 * file where a volume is to be.
 */
int copy_up_volumes(int root, const struct mount_list *l, struct err *e);

/* Copy what is in the folder `from` into the empty folder `to`. */
int copy_up_tree(int from, int to, struct err *e);

#endif
