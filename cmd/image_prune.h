#ifndef RL_IMAGE_PRUNE_H
#define RL_IMAGE_PRUNE_H
/*
 * image_prune.h - images that no container uses, removed.
 */
#include "cmd/image_remove.h"

/* Are these filters of prune (until=, label=, label!=, dangling=)? */
int image_prune_check(const struct strv *filters, struct err *e);
/*
 * Remove those without a name, or `all`, that fit the filters, and the blobs
 * and layers that nothing needs any more: their bytes are added to *freed.
 */
int image_prune(const struct store *s, const struct strv *filters, bool all,
		struct image_removal *done, uint64_t *freed, struct err *e);
/* What was done, as docker lists it, and an empty line; or nothing. */
void image_prune_print(const struct image_removal *done);

#endif
