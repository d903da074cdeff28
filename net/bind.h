#ifndef RL_BIND_H
#define RL_BIND_H
/*
 * bind.h - the host's side of published ports: sockets, bound before the
 * container starts, so that a conflict is known in time.
 */
#include "net/port.h"
#include "net/wire.h"

#include <sys/types.h>

/* One bound socket and what it leads to. */
struct binding {
	int fd;
	struct wire_port port;
	uint16_t host; /* the number it got */
};

struct binding_list {
	struct binding *b;
	size_t n;
	pid_t holder; /* who has the port that was taken; 0: not known */
};

/* Close the sockets; the list is empty after. */
void binding_list_release(struct binding_list *l);
/*
 * Bind every port; those that any free one will do for get their number in
 * the list.  The error of a port that is taken names the process that holds
 * it where /proc tells, that of a forbidden one the line that allows it.
 */
int bind_ports(struct port_list *ports, struct binding_list *ret,
	       struct err *e);

#endif
