#ifndef RL_CREDENTIAL_HELPER_H
#define RL_CREDENTIAL_HELPER_H
/*
 * credential_helper.h - programs docker-credential-NAME that keep secrets.
 *
 * Their protocol (docker-credential-helpers): the verb is argv[1], the
 * server's URL or a JSON object comes on stdin, JSON on stdout.  The user
 * name "<token>" means that the secret is an identity token.
 */
#include "fs/transfer/credential.h"

/* 1: found, 0: the helper knows nothing of this server. */
int credential_helper_get(const char *helper, const char *server,
			  struct credential *ret, struct err *e);
int credential_helper_store(const char *helper, const char *server,
			    const struct credential *c, struct err *e);
int credential_helper_erase(const char *helper, const char *server,
			    struct err *e);

#endif
