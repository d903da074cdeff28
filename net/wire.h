#ifndef RL_WIRE_H
#define RL_WIRE_H
/*
 * wire.h - what rl and its network program rl-slirp say to each other, over
 * a SOCK_SEQPACKET pair that is rl-slirp's fd 0.
 *
 *	rl (init: the container's first process)   rl-slirp
 *	----------------------------------------   --------
 *	WIRE_CONFIG  (fd: the connection log)   ->
 *	WIRE_PORT    (fd: a bound socket), each ->
 *	WIRE_ALLOW   HOST[:PORT], each          ->
 *	WIRE_RESOLV  text of resolv.conf        ->
 *	init: WIRE_TAP (fds: the tap, a pipe;
 *	      the user and the network
 *	      namespace where there are ports)  ->  closes itself in, writes a
 *	                                            byte to the pipe, serves
 *	                                        <-  WIRE_WANT_RESOLV, at times
 *	WIRE_RESOLV                             ->
 *	                                        <-  WIRE_ERROR, then it ends
 *
 * Its end of file ends rl-slirp; rl sees rl-slirp's as the network's death.
 */
#include "core/base/err.h"

#include <netinet/in.h>

enum wire_type {
	WIRE_CONFIG = 1, WIRE_PORT, WIRE_ALLOW, WIRE_RESOLV, WIRE_TAP,
	WIRE_WANT_RESOLV, WIRE_ERROR,
	WIRE_JOIN, WIRE_READY, /* net/external.c */
};

/* The largest text sent: a resolv.conf. */
#define WIRE_DATA_MAX 16384
#define WIRE_FDS 4

/* The addresses inside; those of the family 6 count when ipv6 is set. */
struct wire_config {
	struct in_addr addr, mask, gateway, dns;
	struct in6_addr addr6, gateway6;
	uint32_t prefix6; /* bits */
	uint32_t mtu;
	bool ipv6;
	bool host_loopback; /* the gateway is the host's 127.0.0.1 */
	bool closed;        /* only what WIRE_ALLOW names may be reached */
	bool log;           /* an fd for the log came with it */
};

/* A published port: the socket that came with it leads to `port` inside. */
struct wire_port {
	uint16_t family;  /* AF_INET, AF_INET6: of the socket */
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t port;
};

/* What was arranged in the namespace that the tap is in. */
struct wire_tap {
	bool transparent; /* published connections may keep their addresses */
};

struct wire_msg {
	enum wire_type type;
	union {
		struct wire_config config;
		struct wire_port port;
		struct wire_tap tap;
		struct err err;
		char text[WIRE_DATA_MAX + 1]; /* NUL-terminated */
	};
};

/* Send `n` bytes of `data`, with `n_fds` fds. */
int wire_send(int sock, enum wire_type type, const void *data, size_t n,
	      const int *fds, size_t n_fds, struct err *e);
/*
 * Receive one message; fds are the caller's, -1 where there is none.  A
 * message that is not whole is -EPROTO.  1: a message, 0: end of file.
 */
int wire_recv(int sock, struct wire_msg *ret, int fds[WIRE_FDS],
	      struct err *e);

#endif
