#ifndef RL_BUILD_COPY_HIDE_H
#define RL_BUILD_COPY_HIDE_H
/*
 * copy_hide.h - what an ignore file leaves out of a context, as a layer that
 * hides it: to be mounted over the context by overlayfs.
 */
#include "fs/dockerfile/ignore.h"

/*
 * Make whiteouts in the empty folder `out` for what of `source` is left out.
 * *ret: there are some.
 */
int copy_hide(const struct ignore *g, int source, int out, bool *ret,
	      struct err *e);

#endif
