#ifndef RL_SLIRP_DNS_H
#define RL_SLIRP_DNS_H
/*
 * dns.h - DNS messages (RFC 1035), as far as a forwarder reads them: the
 * question of a query, the addresses of an answer.
 *
 * Names are read in a loop, in at most DNS_NAME_MAX bytes, lower-cased,
 * without the final dot.  What is no letter, digit, '-' or '_' in a label
 * makes the name unreadable.
 */
#include "core/base/base.h"

#include <netinet/in.h>

#define DNS_HEAD 12
#define DNS_NAME_MAX 256
#define DNS_ADDRESSES 64

struct dns_question {
	uint16_t id, type;
	char name[DNS_NAME_MAX];
	size_t end; /* of the question section: where answers begin */
};

struct dns_address {
	struct in6_addr addr; /* IPv4: mapped */
	uint32_t ttl;         /* seconds */
};

/* A query of one question.  False: it is no such thing. */
bool dns_parse_query(const uint8_t *msg, size_t n, struct dns_question *ret);
/* Does `msg` answer this query: same id, same question? */
bool dns_answers(const uint8_t *msg, size_t n, const uint8_t *query,
		 size_t query_n);
/*
 * The addresses in an answer, up to DNS_ADDRESSES, of whatever name: a
 * resolver follows aliases in the same message.  How many.
 */
size_t dns_addresses(const uint8_t *msg, size_t n,
		     struct dns_address ret[DNS_ADDRESSES]);
/*
 * The query in `buf` becomes its own refusal with this code (2: the server
 * failed, 3: no such name).  The length to send.
 */
enum { DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3 };
size_t dns_refuse(uint8_t *buf, size_t n, int rcode);

#endif
