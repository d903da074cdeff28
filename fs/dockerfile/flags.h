#ifndef RL_DOCKERFILE_FLAGS_H
#define RL_DOCKERFILE_FLAGS_H
/*
 * flags.h - the --options in front of an instruction's arguments.
 */
#include "fs/dockerfile/dockerfile.h"

/* What was written; NULL: not. */
struct df_flags {
	char *platform, *from, *chown, *chmod, *checksum;
	char *network, *security;
	char *interval, *timeout, *start_period, *start_interval, *retries;
	char *link, *parents, *keep_git_dir, *unpack; /* "true" or "false" */
	struct strv mounts, excludes;
};

/*
 * Take the flags in front of `s` that instruction `k` has; *ret_rest is what
 * is behind them.  -EINVAL, and the nearest known one, for any other.
 */
int df_flags_read(enum df_kind k, const char *s, struct df_flags *ret,
		  const char **ret_rest, struct err *e);
void df_flags_release(struct df_flags *f);

#endif
