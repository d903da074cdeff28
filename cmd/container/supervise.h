#ifndef RL_SUPERVISE_H
#define RL_SUPERVISE_H
/*
 * supervise.h - a container with a supervisor of its own: a process that
 * outlives the command which starts it, keeps the log, serves those who
 * attach and starts the program again as --restart says.
 */
#include "cmd/container/assembly.h"
#include "core/launch.h"

/*
 * Fork the supervisor of `a`, whose plan is complete; it does not return.
 * *ret_sock leads to its hub, the caller's to close.  `foreground`: the
 * container goes when the caller is killed.  After this the caller only
 * releases `a`.
 */
int supervise(struct assembly *a, bool foreground, int *ret_sock,
	      struct err *e);

/*
 * Report how a start or an attachment ended: prints the error of a program
 * that could not be executed.  Returns the exit code or -errno.
 */
int supervise_outcome(int code, const struct launch_end *end,
		      const struct err *e);

#endif
