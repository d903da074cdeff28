#ifndef RL_SLIRP_RELAY_H
#define RL_SLIRP_RELAY_H
/*
 * relay.h - bytes between two connected TCP sockets, both ways, until both
 * ways have ended.
 *
 * What one side does not take waits in the relay, and the other side is not
 * read meanwhile.  An end of stream is passed on as one; an error ends both
 * sides with a reset.
 */
#include "net/slirp/child.h"

/* Join them.  The fds are the relay's; `inner` may still be connecting. */
void relay_start(struct child *c, int outer, int inner);
/* Free the relays that have ended; call it when no event is pending. */
void relay_sweep(struct child *c);

#endif
