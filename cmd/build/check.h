#ifndef RL_BUILD_CHECK_H
#define RL_BUILD_CHECK_H
/*
 * check.h - build checks: fs/dockerfile/lint.h, as docker shows them.
 */
#include "cmd/build/build.h"

/*
 * Look at the Dockerfile.  -EINVAL: a bad directive, or one that makes errors
 * of the warnings that there are.
 */
int check_dockerfile(struct build *b, struct err *e);
/* --check: all that was found, with its lines.  1: something was. */
int check_show(const struct build *b);
/* Behind a build: a line each. */
void check_summary(const struct build *b);

#endif
