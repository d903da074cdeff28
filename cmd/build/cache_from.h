#ifndef RL_BUILD_CACHE_FROM_H
#define RL_BUILD_CACHE_FROM_H
/*
 * cache_from.h - --cache-from: steps that were made elsewhere.
 *
 * What steps a source has is read when the build begins; the layer of a step
 * is fetched when that step is reached.  A source that cannot be read is told
 * and not used: it is a cache.
 */
#include "cmd/build/build.h"

/* Are the options' texts sound?  -EINVAL. */
int cache_from_check(const struct build_options *o, struct err *e);
/* Read all sources; fails only where the whole build has to. */
int cache_from_open(struct build *b, struct err *e);
/*
 * True: a source has the step, its layer is here now, unpacked and claimed,
 * and a record of it in the store.
 */
bool cache_from_find(struct build *b, const char *key,
		     struct build_record *ret);
void cache_from_close(struct build *b);

#endif
