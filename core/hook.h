#ifndef RL_HOOK_H
#define RL_HOOK_H
/*
 * hook.h - programs that a container's caller has run at moments of its
 * life: OCI runtime-spec, config.md, "POSIX-platform Hooks".
 *
 * A hook has the container's state (JSON) on its stdin and no fds but 0, 1
 * and 2; what it says is kept for the error.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/types.h>

struct hook {
	char *path; /* absolute */
	struct strv args, env;
	int64_t timeout_s; /* 0: as long as it takes */
};

struct hook_list {
	struct hook *h;
	size_t n;
};

/* Free every hook; the list is empty after. */
void hook_list_release(struct hook_list *l);
/*
 * Run them one after the other.  `confine` (may be NULL) runs in each child
 * right before its execve.  The first that fails, or is not done in its time
 * and was killed, is the error.
 */
int hook_list_run(const struct hook_list *l, const char *kind,
		  const char *state,
		  int (*confine)(void *arg, struct err *e), void *arg,
		  struct err *e);
/*
 * The state that they read: `known` is the inside of a JSON object, without
 * what changes.  Caller frees.
 */
char *hook_state(const char *known, const char *status, pid_t pid);

#endif
