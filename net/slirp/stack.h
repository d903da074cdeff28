#ifndef RL_SLIRP_STACK_H
#define RL_SLIRP_STACK_H
/*
 * stack.h - libslirp between a tap and the host's sockets.
 *
 * One thread, one poll loop.  Frames from the tap are read in batches; each
 * is judged (net/slirp/judge.h) before libslirp sees it.
 */
#include "net/wire.h"

struct child; /* net/slirp/child.h: everything that rl-slirp knows */

/* Make the stack; frames may be written to the tap from now on. */
int stack_start(struct child *c, struct err *e);
/* Serve until the control socket ends; 0 then. */
int stack_run(struct child *c, struct err *e);

#endif
