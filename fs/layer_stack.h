#ifndef RL_LAYER_STACK_H
#define RL_LAYER_STACK_H
/*
 * layer_stack.h - all layers of an image, unpacked and locked.
 */
#include "core/idmap.h"
#include "fs/image.h"

struct layer_stack {
	struct strv paths; /* the uppermost first */
	int   *locks;      /* fds, flock'ed: the layers stay while they do */
	size_t n_locks;
};

/*
 * Lock the layers of `img` for the id map; what is missing is unpacked.  They
 * are added to *ret, which is to be released even after a failure.
 */
int layer_stack_open(const struct store *s, const struct image *img,
		     const struct idmap *map, struct layer_stack *ret,
		     struct err *e);
/* Free the paths, give the locks back. */
void layer_stack_release(struct layer_stack *st);

#endif
