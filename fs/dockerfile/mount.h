#ifndef RL_DOCKERFILE_MOUNT_H
#define RL_DOCKERFILE_MOUNT_H
/*
 * mount.h - RUN --mount=type=bind|cache|tmpfs|secret|ssh,...
 *
 * Defaults of what is not given, as the reference has them:
 *	bind    read-only; `from` is the build context
 *	cache   id is the target's clean path; sharing=shared; 0755, 0:0
 *	tmpfs   no limit
 *	secret  target /run/secrets/ID; 0400, 0:0
 *	ssh     id "default"; target /run/buildkit/ssh_agent.N; 0600, 0:0
 */
#include "fs/dockerfile/dockerfile.h"

/* Gives the text that stands for `word`: *ret is the caller's. */
typedef int df_value_fn(void *arg, const char *word, char **ret,
			struct err *e);

/*
 * Read what stands behind "--mount=".  `value` (may be NULL) expands each
 * value but that of `from`, where a variable is an error; without it values
 * that have a "$" are left for later.
 */
int df_mount_parse(const char *text, df_value_fn *value, void *arg,
		   struct df_mount *ret, struct err *e);
void df_mount_release(struct df_mount *m);

#endif
