#ifndef RL_BUILD_CACHE_IMAGE_H
#define RL_BUILD_CACHE_IMAGE_H
/*
 * cache_image.h - records of steps that travel: in the config of an image,
 * whose layers are theirs.
 *
 *	"rl.cache.v1": [{"key": "sha256:...", "created": "...", "layer": 2}]
 *
 * "layer" counts rootfs.diff_ids; a step that changed nothing has none.  The
 * image is that of the build (--cache-to type=inline) or one that is nothing
 * but a cache.
 */
#include "core/base/json.h"
#include "fs/build/cache.h"
#include "fs/image.h"

#define CACHE_ENTRIES_MAX 10000

struct cache_entry {
	char key[DIGEST_MAX];
	struct build_record record;
};

struct cache_entries {
	struct cache_entry *v;
	size_t n;
};

/* Add one, if its key is not there yet. */
void cache_entries_add(struct cache_entries *l, const char *key,
		       const struct build_record *r);
void cache_entries_extend(struct cache_entries *l,
			  const struct cache_entries *more);
/* NULL: it has none. */
const struct build_record *cache_entries_find(const struct cache_entries *l,
					      const char *key);
void cache_entries_release(struct cache_entries *l);

/* What an image carries, added to *ret; none is no error. */
int cache_image_read(const struct image *img, struct cache_entries *ret,
		     struct err *e);
/*
 * Put those records into an image's config whose layers it has; others are
 * left out.
 */
void cache_image_inline(json_t *config, const struct cache_entries *l);
/* An image of the records' layers alone.  Two new references. */
void cache_image_new(const struct cache_entries *l, json_t **ret_config,
		     json_t **ret_layers);

#endif
