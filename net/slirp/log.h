#ifndef RL_SLIRP_LOG_H
#define RL_SLIRP_LOG_H
/*
 * log.h - the connection log: one JSON object a line.
 *
 *	{"time":"2026-01-31T12:00:00.123Z","protocol":"tcp",
 *	 "address":"192.0.2.1","port":443,"name":"example.org","allowed":true}
 *
 * protocol is tcp, udp, icmp, or dns for a name that may not be looked up;
 * `name` is there when a lookup led to the address.  Datagrams of one flow
 * are one line.  At most LOG_RATE lines a second are written; how many were
 * left out is the next line's "dropped".
 */
#include "net/slirp/child.h"

#define LOG_RATE 1000

/* A connection was asked for and judged. */
void log_connection(struct child *c, const struct frame *f, bool allowed);
/* A name was refused. */
void log_name(struct child *c, const char *name);

#endif
