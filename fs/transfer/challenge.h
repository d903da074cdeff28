#ifndef RL_CHALLENGE_H
#define RL_CHALLENGE_H
/*
 * challenge.h - what a 401 asks for: the WWW-Authenticate header.
 *
 * RFC 9110 11.6.1; the Bearer parameters are those of the distribution
 * project's token authentication.
 */
#include "core/base/base.h"

enum challenge_kind { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_kind kind;
	char *realm, *service, *scope; /* NULL when absent */
};

/*
 * Read one header's value, which may hold several challenges.  `ret` is
 * replaced when a better one is found (Bearer, then Basic, then none), so a
 * caller hands all headers to the same `ret`.
 */
void challenge_parse(const char *header, struct challenge *ret);
void challenge_release(struct challenge *c);

#endif
