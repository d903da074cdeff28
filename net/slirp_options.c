/* slirp_options.c - mtu, cidr, ipv6 and allow_host_loopback. */
#include "net/slirp_options.h"

#include <arpa/inet.h>

#define MTU_DEFAULT 65520
#define MTU_LEAST 1280 /* of IPv6: RFC 8200, section 5 */
#define MTU_MOST 65521 /* libslirp's IF_MTU_MAX */
/* What is added to the network's address. */
enum { GATEWAY = 2, DNS = 3, CONTAINER = 100 };
#define PREFIX_MOST 25 /* .100 must fit */

static void set_network(struct wire_config *c, uint32_t net, uint32_t mask)
{
	c->mask.s_addr = htonl(mask);
	c->gateway.s_addr = htonl(net + GATEWAY);
	c->dns.s_addr = htonl(net + DNS);
	c->addr.s_addr = htonl(net + CONTAINER);
}

void slirp_options_init(struct net *ret)
{
	struct wire_config *c = &ret->config;

	c->mtu = MTU_DEFAULT;
	c->prefix6 = 64;
	set_network(c, 0x0a000200, 0xffffff00);
	inet_pton(AF_INET6, "fd00:726c::2", &c->gateway6);
	inet_pton(AF_INET6, "fd00:726c::64", &c->addr6);
	ret->auto6 = true;
}

static int set_mtu(const char *v, struct net *n, struct err *e)
{
	uint64_t mtu;

	if (!parse_u64(v, MTU_MOST, &mtu) || mtu < MTU_LEAST)
		return err_set(e, EINVAL, "mtu=%s: it is %d to %d", v,
			       MTU_LEAST, MTU_MOST);
	n->config.mtu = mtu;
	return 0;
}

static int set_cidr(const char *v, struct net *n, struct err *e)
{
	auto_free char *copy = xstrdup(v);
	char *slash = strchr(copy, '/');
	struct in_addr a;
	uint64_t bits;
	uint32_t mask;

	if (slash)
		*slash = '\0';
	if (!slash || inet_pton(AF_INET, copy, &a) != 1 ||
	    !parse_u64(slash + 1, PREFIX_MOST, &bits) || bits < 8)
		return err_set(e, EINVAL, "cidr=%s: it is an IPv4 network such "
			       "as 10.0.2.0/24, of 8 to %d bits", v,
			       PREFIX_MOST);
	mask = UINT32_MAX << (32 - bits);
	if (ntohl(a.s_addr) & ~mask)
		return err_set(e, EINVAL, "cidr=%s: the address has bits set "
			       "behind its first %d", v, (int)bits);
	if (a.s_addr == 0 || ntohl(a.s_addr) >> 24 == 127 ||
	    ntohl(a.s_addr) >> 28 >= 0xe)
		return err_set(e, EINVAL, "cidr=%s: not a network of hosts", v);
	set_network(&n->config, ntohl(a.s_addr), mask);
	return 0;
}

static int truth(const char *key, const char *v, bool *ret, struct err *e)
{
	if (streq(v, "true") || streq(v, "1"))
		*ret = true;
	else if (streq(v, "false") || streq(v, "0"))
		*ret = false;
	else
		return err_set(e, EINVAL, "%s=%s: it is true or false", key, v);
	return 0;
}

static int set_ipv6(const char *v, struct net *n, struct err *e)
{
	n->auto6 = streq(v, "auto");
	return n->auto6 ? 0 : truth("ipv6", v, &n->config.ipv6, e);
}

static int set_loopback(const char *v, struct net *n, struct err *e)
{
	return truth("allow_host_loopback", v, &n->config.host_loopback, e);
}

static const struct {
	const char *key;
	int (*set)(const char *value, struct net *n, struct err *e);
} keys[] = {
	{ "mtu", set_mtu }, { "cidr", set_cidr }, { "ipv6", set_ipv6 },
	{ "enable_ipv6", set_ipv6 }, { "allow_host_loopback", set_loopback },
};

static int set_one(char *text, struct net *n, struct err *e)
{
	char *value = strchr(text, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; value && i < ARRAY_LEN(keys); i++)
		if (streq(keys[i].key, text))
			return keys[i].set(value, n, e);
	return err_set(e, EINVAL, "'%s': the options are mtu=, cidr=, ipv6= "
		       "and allow_host_loopback=", text);
}

int slirp_options_parse(const char *text, struct net *ret, struct err *e)
{
	auto_strv struct strv words = { 0 };

	strv_split(&words, text, ',');
	for (size_t i = 0; i < words.n; i++)
		if (set_one(words.v[i], ret, e) < 0)
			return err_wrap(e, "--network %s:%s", ret->ops->name,
					text);
	return 0;
}
