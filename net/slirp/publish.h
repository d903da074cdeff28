#ifndef RL_SLIRP_PUBLISH_H
#define RL_SLIRP_PUBLISH_H
/*
 * publish.h - published ports: what arrives at the host's sockets goes in.
 *
 * TCP does not pass through libslirp: a connection taken on the host is
 * joined to one made inside (net/slirp/maker.h), and bytes move between the
 * two.  The inner one has the client's address as its own where it can, so a
 * server sees who calls; a client of the host's loopback is the gateway.
 * UDP datagrams become frames, with the same addresses; the answers are
 * taken out of the guest's frames again.
 */
#include "net/slirp/child.h"

/* Take over a bound socket.  The fd is the publisher's. */
void publish_add(struct child *c, const struct wire_port *port, int fd);
/* TCP needs sockets made inside. */
bool publish_needs_maker(const struct child *c);
/* Start to take connections and datagrams. */
int publish_start(struct child *c, struct err *e);
/* Let go of the host's ports: others may want them at once. */
void publish_stop(struct child *c);
/* A datagram of the guest: is it an answer to a client?  Then it is sent. */
bool publish_answer(struct child *c, const struct frame *f);

#endif
