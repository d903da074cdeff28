#ifndef RL_ATTACH_H
#define RL_ATTACH_H
/*
 * attach.h - this command's stdio on a container that a supervisor watches.
 */
#include "core/launch.h"
#include "fs/container_state.h"

struct attach_how {
	bool tty, init;     /* what the container has */
	bool in, out, err;
	bool sig_proxy;
	bool foreground;    /* it goes when we are killed */
	const char *keys;   /* --detach-keys, or NULL */
};

/*
 * Stay attached over `sock` until the container ends: its exit code, 0 when
 * detached, or -errno.  The error of a program that could not be executed is
 * reported here: 126 or 127.
 */
int attach_stay(int sock, const struct attach_how *how, struct err *e);
/*
 * Report how a start or an attachment ended: prints the error of a program
 * that could not be executed.  Returns the exit code or -errno.
 */
int attach_outcome(int code, const struct launch_end *end,
		   const struct err *e);
/*
 * Only wait until it has started: 0, or as above.
 */
int attach_await(int sock, struct err *e);
/*
 * Connect to the supervisor of a container that runs; the socket is the
 * caller's to close.  *how gets what the container has; `in` stays only
 * where it has a stdin.
 */
int attach_connect(const struct container *c,
		   const struct container_state *st, struct attach_how *how,
		   struct err *e);

#endif
