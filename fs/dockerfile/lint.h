#ifndef RL_DOCKERFILE_LINT_H
#define RL_DOCKERFILE_LINT_H
/*
 * lint.h - build checks: what a Dockerfile may say but better would not.
 *
 * Rules have BuildKit's names and words
 * (https://docs.docker.com/reference/build-checks/); those that need values
 * of variables or the context are not here.
 */
#include "fs/dockerfile/dockerfile.h"

struct df_warning {
	const char *rule;
	size_t line;
	char *text;
};

struct df_warnings {
	struct df_warning *v;
	size_t n;
	bool error;       /* "# check=error=true": there must be none */
	struct strv skip; /* rules, or "all" */
};

/*
 * By the file's "# check=skip=RULE,RULE;error=true".  -EINVAL: no such key or
 * rule.  *ret, in the order of lines, is to be released also after a failure.
 */
int dockerfile_lint(const struct dockerfile *d, struct df_warnings *ret,
		    struct err *e);
void df_warnings_release(struct df_warnings *w);

#endif
