#ifndef RL_BUILD_CACHE_H
#define RL_BUILD_CACHE_H
/*
 * cache.h - what steps of earlier builds made: STORE/cache/KEY, a file of
 * JSON that names a layer, or another key.  KEY is the digest of the key of the step before
 * and of all that this step depends on: words, environment, bytes copied.
 *
 * A record keeps its layer from garbage collection.  There is no limit but
 * `rl builder prune`.
 */
#include "core/idmap.h"
#include "fs/store.h"

#define BUILD_TIME_MAX 64

#define BUILD_TYPE_MAX 80

struct build_record {
	bool     empty;  /* the step changed nothing */
	char     digest[DIGEST_MAX]; /* its layer's diffID */
	/* the layer's blob; another where --cache-from brought it compressed */
	char     blob[DIGEST_MAX];
	char     type[BUILD_TYPE_MAX]; /* the blob's media type */
	uint64_t size;
	char     created[BUILD_TIME_MAX]; /* when, as history has it */
};

/* `key` becomes the key of a step behind it that depends on `text`. */
void build_key_add(char key[static DIGEST_MAX], const char *text);
/* True: there is one, and its layer is here, claimed and unpacked for `map`. */
bool build_cache_find(const struct store *s, const struct idmap *map,
		      struct lease *l, const char *key,
		      struct build_record *ret);
/*
 * A key that is quick to compute leads to the one that stands for content, if
 * that was found out before.
 */
bool build_cache_alias(const struct store *s, const char *quick,
		       char ret_key[static DIGEST_MAX]);
int build_cache_put_alias(const struct store *s, const char *quick,
			  const char *key, struct err *e);
int build_cache_put(const struct store *s, const char *key,
		    const struct build_record *r, struct err *e);
/* Remove all records; *ret_n: how many there were. */
int build_cache_clear(const struct store *s, size_t *ret_n, struct err *e);

#endif
