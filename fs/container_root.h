#ifndef RL_CONTAINER_ROOT_H
#define RL_CONTAINER_ROOT_H
/*
 * container_root.h - going into a container's root filesystem, whether it
 * runs or not.
 *
 * A child process gets there: of one that runs, into its user and mount
 * namespaces (a mount namespace of our own is made of that one, so what we
 * mount there is ours); of one that does not, into new ones where its driver
 * mounts its tree.  There "/", every link and every ".." are the container's:
 * whatever it swaps meanwhile leads nowhere else.  The child is not dumpable,
 * so that nobody inside may look at it: ptrace(2).
 *
 * One that does not run is locked as long as the struct lives: it cannot be
 * started meanwhile.
 */
#include "fs/container_state.h"
#include "fs/driver.h"
#include "fs/image.h"
#include "fs/layer_stack.h"

struct container_root {
	const struct store *s;
	struct container *c;     /* borrowed */
	bool with_mounts;        /* volumes and other mounts are seen */
	bool readonly;           /* the container's root is read-only */
	int  pidfd;              /* of one that runs; or -1: */
	struct idmap idmap;
	struct container_state state;
	json_t *record;
	struct image image;      /* empty with --rootfs */
	struct layer_stack layers;
	const struct driver_ops *driver; /* NULL: of the ladder */
	struct rootfs rootfs;
	char *mountpoints, *folder;
};
#define CONTAINER_ROOT_INIT { .pidfd = -1 }

/*
 * Take it; `with_mounts` shows what is mounted in it too.  -EBUSY: another
 * command works on it.  Release it also after a failure.
 */
int container_root_open(const struct store *s, struct container *c,
			bool with_mounts, struct container_root *ret,
			struct err *e);
void container_root_release(struct container_root *r);
static inline void auto_container_root_p(struct container_root *r)
{
	container_root_release(r);
}
#define auto_container_root __attribute__((cleanup(auto_container_root_p)))

/*
 * Start fn(arg, root) in such a child; `root` is a readable fd of the
 * container's root folder.  Ended by idmap_wait_inside().
 */
int container_root_start(struct container_root *r,
			 int (*fn)(void *arg, int root, struct err *e),
			 void *arg, struct idmap_child *ret, struct err *e);
/* The same, and wait for its end. */
int container_root_run(struct container_root *r,
		       int (*fn)(void *arg, int root, struct err *e),
		       void *arg, struct err *e);

/*
 * The layers of its image and its own upper folder, for fs/changes.h: opens
 * no root and locks nothing but the layers.  -EINVAL: it has none (--rootfs).
 */
int container_root_layers(const struct store *s, struct container *c,
			  struct container_root *ret, struct err *e);
/* Did the copy driver make it: is upper/ the whole tree? */
bool container_root_copied(const struct container *c);

#endif
