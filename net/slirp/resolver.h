#ifndef RL_SLIRP_RESOLVER_H
#define RL_SLIRP_RESOLVER_H
/*
 * resolver.h - the name server at the container's DNS address: a forwarder
 * to whatever the host's resolv.conf names at the moment.
 *
 * The file itself is out of reach in here.  When what is known of it is older
 * than a second, a query first makes rl send it again; rl reads it, so the
 * file may be replaced, and its servers may be on the host's loopback.
 * Without a server there, it is 127.0.0.1, as resolv.conf(5) has it.
 */
#include "net/slirp/child.h"

/* A forwarder that knows no server yet. */
void resolver_init(struct child *c);
/* The text of a resolv.conf; queries that waited for it go out. */
void resolver_conf(struct child *c, const char *text);
/* A datagram to the DNS address: forward it, answer it in time. */
void resolver_query(struct child *c, const struct frame *f);
/* What has waited too long goes to the next server, or fails. */
void resolver_tick(struct child *c);
/* Milliseconds until the next tick is due; INT64_MAX: none is. */
int64_t resolver_due(const struct child *c);
/* The first server's address, for a connection over TCP. */
const struct sockaddr_storage *resolver_server(const struct child *c);

#endif
