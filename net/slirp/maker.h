#ifndef RL_SLIRP_MAKER_H
#define RL_SLIRP_MAKER_H
/*
 * maker.h - sockets inside the container's network namespace.
 *
 * A socket belongs for life to the namespace it was made in.  The maker is a
 * small process that has entered the container's namespaces (with an empty
 * root, two capabilities and four system calls) and does nothing but make
 * TCP sockets there, on request; the stack connects them itself.
 */
#include "core/base/err.h"

#define MAKER_BATCH 32

struct maker {
	int sock;          /* to the process; -1: none */
	int pool[2][MAKER_BATCH]; /* by family: IPv4, IPv6 */
	int n[2];
	bool transparent;  /* they may be bound to any address */
};

#define MAKER_INIT { .sock = -1 }

/*
 * Start it from the namespaces' fds, before the caller closes itself in.
 * With `transparent`, its sockets may take their peers' addresses.
 */
int maker_start(struct maker *m, int userns, int netns, bool transparent,
		struct err *e);
/* A TCP socket of AF_INET or AF_INET6, non-blocking; -1: none to be had. */
int maker_socket(struct maker *m, int family);

#endif
