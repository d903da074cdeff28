#ifndef RL_BUILD_SQUASH_H
#define RL_BUILD_SQUASH_H
/*
 * squash.h - --squash: the layers that a build made become one.
 */
#include "cmd/build/build.h"

/*
 * The image of `st` gets one layer on its base's, and as docker has it a
 * history in which that is an entry of its own.  The steps' own layers stay in
 * the cache.
 */
int build_squash(struct build *b, struct stage *st, struct err *e);

#endif
