#ifndef RL_POLICY_H
#define RL_POLICY_H
/*
 * policy.h - what a container may reach: --net-allow, as rules and the
 * addresses that allowed names were resolved to.
 *
 *	NAME  *.NAME  ADDRESS  ADDRESS/BITS     each with :PORT, or any port
 *
 * "*.example.org" is every name below example.org, not that name itself; an
 * IPv6 address with a port stands in brackets.  "none" allows nothing.
 * Addresses are IPv6, IPv4 in its mapped form.  Nothing here does any I/O.
 */
#include "core/base/err.h"

#include <netinet/in.h>

#define POLICY_RULES_MAX 1024
#define POLICY_NAME_MAX 256

struct policy_rule {
	char *name;           /* NULL: an address */
	bool below;           /* *.name */
	struct in6_addr addr;
	int bits;             /* of 128 */
	uint16_t port;        /* 0: any */
};

struct policy_learned;

struct policy {
	bool closed;          /* false: everything is allowed */
	struct policy_rule *rules;
	size_t n_rules;
	struct policy_learned *learned;
};

/* Free what the policy holds; it is open and empty after. */
void policy_release(struct policy *p);
/* Add a rule; `text` "none" adds nothing.  The policy is closed after. */
int policy_allow(struct policy *p, const char *text, struct err *e);
/* May this name (lower case, no final dot) be looked up? */
bool policy_name(const struct policy *p, const char *name);
/*
 * `name` was resolved to this address, for `ttl` seconds; it is kept for at
 * least a minute.  `now_ms` is any steady clock.
 */
void policy_learn(struct policy *p, const char *name, struct in6_addr addr,
		  uint32_t ttl, int64_t now_ms);
/* May this be connected to?  Port 0: is anything there allowed? */
bool policy_connect(const struct policy *p, const struct in6_addr *addr,
		    uint16_t port, int64_t now_ms);
/* The name that led to the address, or NULL.  Owned by the policy. */
const char *policy_name_of(const struct policy *p, const struct in6_addr *addr);

#endif
