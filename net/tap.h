#ifndef RL_NET_TAP_H
#define RL_NET_TAP_H
/*
 * tap.h - the container's end of the network: a tap in its network
 * namespace, with addresses and routes.
 */
#include "net/wire.h"

/* The one MAC address inside: every container has a link of its own. */
#define TAP_MAC { 0x02, 0x72, 0x6c, 0x00, 0x02, 0x64 }
#define TAP_NAME "eth0"

/* Bring `lo` up in the current network namespace. */
int tap_loopback_up(struct err *e);
/*
 * Make the tap in the current network namespace, set it and `lo` up with the
 * config's addresses and default routes.  *ret_fd (caller closes) moves one
 * Ethernet frame a read or write and does not block.  -ENOENT, -EACCES,
 * -EPERM: the host has no /dev/net/tun for us.
 */
int tap_make(const struct wire_config *c, int *ret_fd, struct err *e);

#define TAP_RANGES_MAX 32

/* Ports first to last. */
struct port_range {
	uint16_t first, last;
};

/*
 * Route what is sent from these TCP ports of the container's address back
 * into the namespace: so connections that are made inside with a stranger's
 * address as theirs are answered.  At most TAP_RANGES_MAX.
 */
int tap_answer_inside(const struct wire_config *c, const struct port_range *r,
		      size_t n, struct err *e);
/* Can this host's /dev/net/tun be opened?  0, or why not. */
int tap_possible(struct err *e);

#endif
