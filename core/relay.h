#ifndef RL_RELAY_H
#define RL_RELAY_H
/*
 * relay.h - bytes from one fd to another, from a poll loop.
 *
 * Neither end is switched to O_NONBLOCK: a terminal's description is shared
 * with the user's shell.  poll(2) says when a read or a small write is ready.
 */
#include "core/base/base.h"

#include <poll.h>

#define RELAY_BUF 16384

struct relay {
	int    in, out;    /* -1: finished */
	bool   close_out;  /* at the end of input */
	size_t off, len;
	char   buf[RELAY_BUF];
};

/* Fill in what to wait for: the input when empty, the output when not. */
void relay_poll(const struct relay *r, struct pollfd *p);
/* Act on poll's answer.  False once this relay is finished. */
bool relay_step(struct relay *r, const struct pollfd *p);
/* Move what is there to be had at once, to the input's end. */
void relay_drain(struct relay *r);

#endif
