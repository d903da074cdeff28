#ifndef RL_BUILD_CACHE_TO_H
#define RL_BUILD_CACHE_TO_H
/*
 * cache_to.h - --cache-to: the steps of this build, for others.
 */
#include "cmd/build/build.h"

/* Are the options' texts sound?  -EINVAL. */
int cache_to_check(const struct build_options *o, struct err *e);
/* type=inline: into the configuration of the image. */
void cache_to_inline(const struct build *b, struct stage *target);
/* All others. */
int cache_to_write(struct build *b, const struct stage *target, struct err *e);

#endif
