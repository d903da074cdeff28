/* policy.c - rules of what may be reached, and what names resolved to. */
#include "net/policy.h"

#include "core/base/str.h"

#include <arpa/inet.h>

/*
 * What was learned, in sets of a few places each: a guest that looks up
 * without end only pushes out its own older answers.
 */
#define SETS 256
#define WAYS 8
#define TTL_LEAST 60
#define TTL_MOST 86400

struct policy_learned {
	struct {
		char *name; /* NULL: a free place */
		struct in6_addr addr;
		int64_t until_ms;
	} e[SETS][WAYS];
};

void policy_release(struct policy *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		free(p->rules[i].name);
	for (size_t i = 0; p->learned && i < SETS; i++)
		for (size_t k = 0; k < WAYS; k++)
			free(p->learned->e[i][k].name);
	free(p->learned);
	free(p->rules);
	*p = (struct policy){ 0 };
}

/* ---- the grammar ---- */

static bool parse_address(char *text, struct policy_rule *r)
{
	char *slash = strchr(text, '/');
	struct in_addr four;
	uint64_t bits;
	int width;

	if (slash)
		*slash++ = '\0';
	if (inet_pton(AF_INET, text, &four) == 1) {
		r->addr = (struct in6_addr){
			.s6_addr = { [10] = 0xff, [11] = 0xff } };
		memcpy(r->addr.s6_addr + 12, &four, sizeof(four));
		width = 32;
	} else if (inet_pton(AF_INET6, text, &r->addr) == 1) {
		width = 128;
	} else {
		if (slash)
			slash[-1] = '/';
		return false;
	}
	bits = width;
	if (slash && !parse_u64(slash, width, &bits)) {
		slash[-1] = '/';
		return false;
	}
	r->bits = 128 - width + bits;
	return true;
}

static bool parse_name(const char *text, struct policy_rule *r)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";
	const char *name = skip_prefix(text, "*.");
	size_t n;

	r->below = name != NULL;
	if (!name)
		name = text;
	n = strlen(name);
	if (n && name[n - 1] == '.')
		n--;
	if (!n || n >= POLICY_NAME_MAX || *name == '.' ||
	    strspn(name, chars) < n)
		return false;
	r->name = xstrndup(name, n);
	for (char *c = r->name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	return true;
}

/* Cut ":PORT" off; a bare IPv6 address has colons of its own. */
static bool cut_port(char *text, struct policy_rule *r, char **ret_host)
{
	char *colon = strrchr(text, ':');
	uint64_t port;

	*ret_host = text;
	if (*text == '[') {
		char *end = strchr(text, ']');

		if (!end)
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
		if (end[1] && !colon)
			return false;
		*end = '\0';
		*ret_host = text + 1;
	} else if (colon && strchr(text, ':') != colon) {
		return true;
	}
	if (!colon)
		return true;
	if (!parse_u64(colon + 1, 65535, &port) || port == 0)
		return false;
	*colon = '\0';
	r->port = port;
	return true;
}

int policy_allow(struct policy *p, const char *text, struct err *e)
{
	auto_free char *copy = xstrdup(text);
	struct policy_rule r = { 0 };
	char *host;

	p->closed = true;
	if (streq(text, "none"))
		return 0;
	if (p->n_rules == POLICY_RULES_MAX)
		return err_set(e, E2BIG, "--net-allow: more than %d rules",
			       POLICY_RULES_MAX);
	if (!cut_port(copy, &r, &host))
		return err_set(e, EINVAL, "--net-allow '%s': the port is 1 to "
			       "65535, an IPv6 address before it in brackets",
			       text);
	if (!parse_address(host, &r) && !parse_name(host, &r))
		return err_set(e, EINVAL, "--net-allow '%s': it is a name, "
			       "*.NAME, an address or ADDRESS/BITS, then :PORT "
			       "or nothing", text);
	p->rules = xrealloc(p->rules, p->n_rules + 1, sizeof(*p->rules));
	p->rules[p->n_rules++] = r;
	return 0;
}

/* ---- judging ---- */

static bool name_matches(const struct policy_rule *r, const char *name)
{
	size_t n, k;

	if (!r->name)
		return false;
	if (!r->below)
		return streq(r->name, name);
	n = strlen(name);
	k = strlen(r->name);
	return n > k + 1 && name[n - k - 1] == '.' &&
	       streq(name + n - k, r->name);
}

bool policy_name(const struct policy *p, const char *name)
{
	for (size_t i = 0; p->closed && i < p->n_rules; i++)
		if (name_matches(&p->rules[i], name))
			return true;
	return !p->closed;
}

static bool address_matches(const struct policy_rule *r,
			    const struct in6_addr *a)
{
	int whole = r->bits / 8, rest = r->bits % 8;

	if (r->name || memcmp(&r->addr, a, whole) != 0)
		return false;
	return !rest || (r->addr.s6_addr[whole] ^ a->s6_addr[whole]) >>
				(8 - rest) == 0;
}

static size_t set_of(const struct in6_addr *a)
{
	uint32_t h = 0;

	for (int i = 0; i < 16; i++)
		h = h * 31 + a->s6_addr[i];
	return h * 2654435761u >> 24;
}

void policy_learn(struct policy *p, const char *name, struct in6_addr addr,
		  uint32_t ttl, int64_t now_ms)
{
	size_t set = set_of(&addr), at = 0;
	struct policy_learned *l = p->learned;

	if (!l)
		l = p->learned = xcalloc(1, sizeof(*l));
	ttl = ttl < TTL_LEAST ? TTL_LEAST : ttl > TTL_MOST ? TTL_MOST : ttl;
	for (size_t k = 0; k < WAYS; k++) {
		bool same = streq(l->e[set][k].name, name) &&
			    memcmp(&l->e[set][k].addr, &addr, 16) == 0;

		if (same || !l->e[set][k].name) {
			at = k;
			break;
		}
		if (l->e[set][k].until_ms < l->e[set][at].until_ms)
			at = k;
	}
	free(l->e[set][at].name);
	l->e[set][at].name = xstrdup(name);
	l->e[set][at].addr = addr;
	l->e[set][at].until_ms = now_ms + ttl * 1000LL;
}

/* Is there a rule for this port whose name led to the address? */
static bool learned_allows(const struct policy *p, const struct in6_addr *addr,
			   uint16_t port, int64_t now_ms)
{
	size_t set = set_of(addr);

	for (size_t k = 0; p->learned && k < WAYS; k++) {
		const char *name = p->learned->e[set][k].name;

		if (!name || p->learned->e[set][k].until_ms < now_ms ||
		    memcmp(&p->learned->e[set][k].addr, addr, 16) != 0)
			continue;
		for (size_t i = 0; i < p->n_rules; i++)
			if (name_matches(&p->rules[i], name) &&
			    (!port || !p->rules[i].port ||
			     p->rules[i].port == port))
				return true;
	}
	return false;
}

bool policy_connect(const struct policy *p, const struct in6_addr *addr,
		    uint16_t port, int64_t now_ms)
{
	if (!p->closed)
		return true;
	for (size_t i = 0; i < p->n_rules; i++)
		if (address_matches(&p->rules[i], addr) &&
		    (!port || !p->rules[i].port || p->rules[i].port == port))
			return true;
	return learned_allows(p, addr, port, now_ms);
}

const char *policy_name_of(const struct policy *p, const struct in6_addr *addr)
{
	size_t set = set_of(addr);
	const char *name = NULL;
	int64_t latest = 0;

	for (size_t k = 0; p->learned && k < WAYS; k++)
		if (p->learned->e[set][k].name &&
		    p->learned->e[set][k].until_ms > latest &&
		    memcmp(&p->learned->e[set][k].addr, addr, 16) == 0) {
			name = p->learned->e[set][k].name;
			latest = p->learned->e[set][k].until_ms;
		}
	return name;
}
