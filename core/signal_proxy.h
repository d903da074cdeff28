#ifndef RL_SIGNAL_PROXY_H
#define RL_SIGNAL_PROXY_H
/*
 * signal_proxy.h - signals sent to us, passed on to a container's program.
 *
 * All signals are blocked and read from a signalfd, but for SIGTTIN and
 * SIGTTOU: a read or write from the background must stop us (termios(3)).
 */
#include "core/base/err.h"

struct signal_proxy {
	int  fd;       /* signalfd; -1 before signal_proxy_open() */
	int  pidfd;    /* of the program, borrowed; -1: none yet */
	bool running;  /* it has begun: what ends us before ends it */
	bool enabled;  /* --sig-proxy */
	bool detached; /* nobody's terminal: only asked to end */
	bool deaf;     /* signals are for us: only SIGWINCH is caught */
	bool init;     /* our own small init is its pid 1 */
	bool killed;   /* it was sent SIGKILL */
	int  impatience;
};

#define SIGNAL_PROXY_INIT { .fd = -1, .pidfd = -1 }

/* Block signals and open `fd`. */
int signal_proxy_open(struct signal_proxy *p, struct err *e);
/*
 * `fd` is readable: act on one signal.  Returns it if the caller has to do
 * something too (SIGWINCH), else 0.
 */
int signal_proxy_take(struct signal_proxy *p, struct err *e);
/* Pass a signal on. */
void signal_proxy_forward(const struct signal_proxy *p, int sig);
/* End the program for good. */
void signal_proxy_kill(struct signal_proxy *p);

#endif
