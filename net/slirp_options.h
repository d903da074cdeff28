#ifndef RL_SLIRP_OPTIONS_H
#define RL_SLIRP_OPTIONS_H
/*
 * slirp_options.h - the addresses of a user-mode network, and its options:
 * mtu=N, cidr=A.B.C.D/N, ipv6=auto|true|false, allow_host_loopback=BOOL.
 */
#include "net/net.h"

/* 10.0.2.0/24: the gateway is .2, the name server .3, the container .100. */
void slirp_options_init(struct net *ret);
/* Comma-separated key=value.  -EINVAL names the key and what it takes. */
int slirp_options_parse(const char *text, struct net *ret, struct err *e);

#endif
