#ifndef RL_CERTS_H
#define RL_CERTS_H
/*
 * certs.h - the certificates of one registry: HOST[:PORT]/ below
 * ~/.config/containers/certs.d, /etc/containers/certs.d and
 * /etc/docker/certs.d; *.crt are authorities besides the system's, NAME.cert
 * with NAME.key is the client's own (containers-certs.d(5)).
 */
#include "fs/transfer/http.h"

/* Fill `ret` for a host; what is not there stays empty. */
int certs_load(const char *host, bool insecure, struct http_tls *ret,
	       struct err *e);

#endif
