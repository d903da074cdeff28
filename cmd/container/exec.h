#ifndef RL_EXEC_H
#define RL_EXEC_H
/*
 * exec.h - a further program in a container that runs: rl exec, and health
 * checks.  No supervisor is asked: who starts the program is its parent.
 */
#include "cmd/container/assembly.h"

/*
 * Make the container's spec one that joins it: spec->join (in *ret_pidfd, the
 * caller's to close) and what of its namespaces is not ours.  -ESRCH: it does
 * not run.
 */
int exec_join(struct assembly *a, int *ret_pidfd, struct err *e);
/*
 * In *ret: is a process in our own namespace of this kind, or is there no
 * such kind?  -ENOENT: it is gone.
 */
int exec_same_namespace(pid_t pid, enum ns_type t, bool *ret, struct err *e);
/*
 * The cgroup that the program starts in, near which we are then; with no path
 * if the container has none.  Released by the caller.  One that cannot be
 * reached is told on stderr: the program runs outside of it.
 */
void exec_cgroup(const struct assembly *a, struct cgroup *ret);
/* The program to be run, instead of the container's own. */
void exec_command(struct assembly *a, char *const *argv);
/*
 * docker's events of an exec whose ID is `id`: "exec_create", "exec_start"
 * (with the command), "exec_die" (with its exit code).
 */
void exec_event(const struct assembly *a, const char *id, const char *action,
		int exit_code);

#endif
