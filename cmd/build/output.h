#ifndef RL_BUILD_OUTPUT_H
#define RL_BUILD_OUTPUT_H
/*
 * output.h - what a build leaves: an image in the store, an archive, a tree.
 *
 *	type=image           the store (the default)
 *	type=docker|oci      and an archive, dest=FILE or "-"
 *	type=local,dest=DIR  the files alone, as the user's own
 *	type=tar,dest=FILE   the same as a tar, with their owners
 *	DIR, -               short for local and for a tar on stdout
 */
#include "cmd/build/build.h"

/* Is -o what it may be?  -EINVAL.  A name in it becomes a tag. */
int output_check(struct build_options *o, struct err *e);
/* Make of the stage what the options want. */
int output_make(struct build *b, struct stage *st, struct err *e);

#endif
