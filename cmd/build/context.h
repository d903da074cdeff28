#ifndef RL_BUILD_CONTEXT_H
#define RL_BUILD_CONTEXT_H
/*
 * context.h - the folder that is built, and its Dockerfile.
 *
 *	FOLDER    -f FILE is a path of its own; the default is in the folder
 *	-         a tar on stdin, with the Dockerfile in it; or a Dockerfile
 *	-f -      the Dockerfile on stdin
 */
#include "cmd/build/build.h"

/* Fills context, ignore and d. */
int build_context_open(struct build *b, const char *context, struct err *e);
/* Close it; what came on stdin is removed. */
void build_context_close(struct build *b);

#endif
