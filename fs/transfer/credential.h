#ifndef RL_CREDENTIAL_H
#define RL_CREDENTIAL_H
/*
 * credential.h - what a registry wants to know of its user.
 *
 * Read, in this order, from
 *	the file of --authfile or $REGISTRY_AUTH_FILE alone, if given; else
 *	$DOCKER_CONFIG/config.json alone, if set; else
 *	$XDG_RUNTIME_DIR/containers/auth.json,
 *	$XDG_CONFIG_HOME/containers/auth.json,
 *	~/.docker/config.json, ~/.dockercfg
 * as containers-auth.json(5) and docker's config file have them: credHelpers,
 * then auths by the longest path that fits, then credsStore.  `login` writes
 * docker's file, or the one named.
 */
#include "core/base/err.h"

struct credential {
	char *user, *secret; /* NULL when there is a token */
	char *token;         /* an identity token: an OAuth2 refresh token */
};

/* Overwrite a string and free it.  NULL is fine. */
void secret_free(char *s);
/* The same for all that it holds. */
void credential_release(struct credential *c);

/*
 * Find what is known for `path` ("docker.io/library/busybox" or a host).
 * 1: found, 0: nothing.  `authfile` may be NULL.
 */
int credential_find(const char *authfile, const char *path,
		    struct credential *ret, struct err *e);
/*
 * Keep what the user gave for a registry ("docker.io", "host:5000").
 * *ret_where (the caller frees) names the file or the helper.
 */
int credential_store(const char *authfile, const char *registry,
		     const struct credential *c, char **ret_where,
		     struct err *e);
/* Forget it.  1: it was there, 0: not. */
int credential_erase(const char *authfile, const char *registry,
		     struct err *e);

/* ---- pieces ---- */

/* "user:secret" out of base64 text, split at the first colon. */
int credential_decode(const char *base64, struct credential *ret,
		      struct err *e);
/* The value of an Authorization header: "Basic ...".  Caller wipes, frees. */
char *credential_basic(const struct credential *c);
/*
 * The key of `auths` that a configured key stands for: no scheme, no /v1/
 * or /v2/ behind, and docker.io for all of its names.  Caller frees.
 */
char *credential_key(const char *key);

#endif
