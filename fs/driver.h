#ifndef RL_DRIVER_H
#define RL_DRIVER_H
/*
 * driver.h - root filesystem drivers: a ladder of ways to put a writable
 * tree over read-only layers.
 *
 *	overlay         the kernel's, in our user namespace (5.11 and later)
 *	fuse-overlayfs  the installed program, where /dev/fuse can be opened
 *	copy            a tree of its own, by reflink where the disk can
 *	dir             --rootfs DIR: that folder itself
 *
 * mount() runs as root of the container's new user and mount namespaces.
 */
#include "core/base/err.h"
#include "core/base/str.h"

struct rootfs {
	/*
	 * Paths, not fds: an fd from before the new mount namespace leads
	 * into the old one, whose mounts cannot be used here.
	 */
	struct strv layers; /* borrowed; the uppermost first */
	const char *path;   /* the container's folder: upper/ and work/ */
	const char *source; /* the dir driver's folder */
	bool   volatile_upper; /* nothing in it needs to outlive a power cut */
	/* Empty mount points, to lie below all layers (overlay); or NULL. */
	const char *mountpoints;
};

struct driver_ops {
	const char *name;
	bool early;      /* works before the id maps are written */
	bool process;    /* leaves a process behind */
	/* *ret_fd is a detached mount of the tree; the caller's to close. */
	int (*mount)(struct rootfs *r, int *ret_fd, struct err *e);
	/*
	 * In the supervisor, once the program runs: take away early what
	 * mount() left behind and nobody needs any more.  May be NULL.
	 */
	void (*settled)(const struct rootfs *r);
};

extern const struct driver_ops driver_overlay, driver_fuse, driver_copy,
	driver_dir;

/* Open every layer in this mount namespace; *ret has r->layers.n fds. */
int driver_open_layers(const struct rootfs *r, int **ret, struct err *e);

/* The ladder, best first, NULL-ended; `dir` is not on it. */
extern const struct driver_ops *const driver_ladder[];
/* By name (fuse-overlayfs or fuse); NULL if unknown. */
const struct driver_ops *driver_find(const char *name);

#endif
