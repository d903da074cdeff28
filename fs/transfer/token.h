#ifndef RL_TOKEN_H
#define RL_TOKEN_H
/*
 * token.h - bearer tokens, from the server that a registry's challenge
 * names (the distribution project's token and OAuth2 specifications).
 */
#include "fs/transfer/challenge.h"
#include "fs/transfer/credential.h"
#include "fs/transfer/http.h"

struct token_request {
	const char *realm, *service, *scope; /* service, scope: or NULL */
	const struct credential *credential; /* may be empty */
	const char *registry;                /* host that sent the challenge */
	bool plain_allowed, insecure;        /* for that registry */
};

/* Get one.  *ret is the caller's to wipe and free.  -EACCES: refused. */
int token_get(struct http *h, const struct token_request *t, char **ret,
	      struct err *e);

/*
 * May credentials go to this realm?  Only over HTTPS, or in plain HTTP to
 * the very host that was allowed it; and not to an address of this machine
 * or link unless the registry is there too.
 */
int token_realm_check(const char *realm, const char *registry,
		      bool plain_allowed, struct err *e);

#endif
