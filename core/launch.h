#ifndef RL_LAUNCH_H
#define RL_LAUNCH_H
/*
 * launch.h - the user's end of a container that a supervisor watches: its
 * output on our stdout and stderr, our stdin and signals for it, until it
 * ends or the detach keys are typed.
 */
#include "core/detach_keys.h"
#include "core/hub_wire.h"

struct launch {
	int  sock;      /* to the hub; the caller's */
	bool terminal;  /* the container has one */
	bool in;        /* pass stdin on */
	bool out, err;  /* show its stdout, its stderr */
	bool sig_proxy;
	bool foreground; /* what ends us ends the container */
	bool init;      /* our own small init is its pid 1 */
	struct detach_keys keys; /* with a terminal and stdin */
};

struct launch_end {
	bool detached;
	int  exit_code; /* unless detached */
};

/*
 * Stay attached until the end.  -errno and *e when the container could not
 * start (then ret->exit_code is 125, 126 or 127) or its supervisor was
 * killed.
 */
int launch_attach(const struct launch *l, struct launch_end *ret,
		  struct err *e);
/* Only wait until the container has started, or could not. */
int launch_await_start(int sock, struct launch_end *ret, struct err *e);

#endif
