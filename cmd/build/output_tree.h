#ifndef RL_BUILD_OUTPUT_TREE_H
#define RL_BUILD_OUTPUT_TREE_H
/*
 * output_tree.h - a stage's files, without an image around them.
 */
#include "cmd/build/build.h"

/* Into a folder, which is made: all of it the user's own. */
int output_folder(struct build *b, struct stage *st, const char *dest,
		  struct err *e);
/* As a tar, with the owners that they have inside; "-": to stdout. */
int output_tar(struct build *b, struct stage *st, const char *dest,
	       struct err *e);

#endif
