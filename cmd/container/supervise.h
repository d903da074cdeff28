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
 * Start a container that is there, as its record says: takes it over into
 * `a`, of which only the store is open.  -EBUSY: it runs, or another command
 * works on it.
 */
int supervise_again(struct assembly *a, struct container *c, int *ret_sock,
		    struct err *e);

#endif
