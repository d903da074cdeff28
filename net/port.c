/* port.c - the grammar of published ports. */
#include "net/port.h"

#include "core/base/str.h"

#include <arpa/inet.h>
#include <stdio.h>

struct range {
	uint16_t first, last;
};

void port_list_release(struct port_list *l)
{
	free(l->p);
	*l = (struct port_list){ 0 };
}

const char *port_protocol(const struct port *p)
{
	return p->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

void port_text(const struct port *p, char ret[64])
{
	char ip[INET6_ADDRSTRLEN] = "0.0.0.0";
	bool four = IN6_IS_ADDR_V4MAPPED(&p->addr);

	if (!p->any && four)
		inet_ntop(AF_INET, p->addr.s6_addr + 12, ip, sizeof(ip));
	else if (!p->any)
		inet_ntop(AF_INET6, &p->addr, ip, sizeof(ip));
	snprintf(ret, 64, p->any || four ? "%s:%u/%s" : "[%s]:%u/%s", ip,
		 p->host, port_protocol(p));
}

/* ---- fields ---- */

static int bad(const char *text, const char *field, const char *value,
	       const char *is, struct err *e)
{
	return err_set(e, EINVAL, "publish '%s': invalid %s '%s': it is %s",
		       text, field, value, is);
}

static bool parse_range(const char *s, struct range *ret)
{
	auto_free char *copy = xstrdup(s);
	char *dash = strchr(copy, '-');
	uint64_t first, last;

	if (dash)
		*dash++ = '\0';
	if (!parse_u64(copy, 65535, &first) || first == 0)
		return false;
	last = first;
	if (dash && (!parse_u64(dash, 65535, &last) || last < first))
		return false;
	*ret = (struct range){ first, last };
	return true;
}

/* "8082-8080" */
static bool is_reversed(const char *s)
{
	auto_free char *copy = xstrdup(s);
	char *dash = strchr(copy, '-');
	uint64_t first, last;

	if (!dash)
		return false;
	*dash++ = '\0';
	return parse_u64(copy, 65535, &first) &&
	       parse_u64(dash, 65535, &last) && last < first;
}

static int bad_range(const char *text, const char *field, const char *value,
		     const char *is, struct err *e)
{
	return bad(text, field, value, is_reversed(value) ?
		   "reversed: the lower port comes first" : is, e);
}

/* On the host, nothing and 0 stand for any free one. */
static bool parse_host(const char *s, struct range *ret)
{
	*ret = (struct range){ 0, 0 };
	return !*s || streq(s, "0") || parse_range(s, ret);
}

static int set_protocol(const char *text, const char *v, struct port *p,
			struct err *e)
{
	if (strcasecmp(v, "tcp") == 0)
		p->protocol = IPPROTO_TCP;
	else if (strcasecmp(v, "udp") == 0)
		p->protocol = IPPROTO_UDP;
	else
		return bad(text, "protocol", v, strcasecmp(v, "sctp") == 0 ?
			   "tcp or udp (a user-mode network has no sctp)" :
			   "tcp or udp", e);
	return 0;
}

static int set_address(const char *text, const char *v, struct port *p,
		       struct err *e)
{
	struct in_addr a;

	p->any = false;
	if (inet_pton(AF_INET6, v, &p->addr) == 1)
		return 0;
	if (inet_pton(AF_INET, v, &a) != 1)
		return bad(text, "IP address", v, "such as 127.0.0.1 or [::1]",
			   e);
	memset(&p->addr, 0, sizeof(p->addr));
	p->addr.s6_addr[10] = p->addr.s6_addr[11] = 0xff;
	memcpy(p->addr.s6_addr + 12, &a, sizeof(a));
	return 0;
}

/* ---- the list ---- */

static int add(const char *text, const struct port *like, struct range inside,
	       struct range host, struct port_list *l, struct err *e)
{
	size_t n = inside.last - inside.first + 1;
	size_t hosts = host.last - host.first + 1;

	/* one port inside takes the first free one of a range outside */
	if (host.first && n != 1 && n != hosts)
		return err_set(e, EINVAL, "publish '%s': the ranges %u-%u "
			       "outside and %u-%u inside differ in length",
			       text, host.first, host.last, inside.first,
			       inside.last);
	if (l->n + n > PORTS_MAX)
		return err_set(e, E2BIG, "publish '%s': more than %d ports",
			       text, PORTS_MAX);
	l->p = xrealloc(l->p, l->n + n, sizeof(*l->p));
	for (size_t i = 0; i < n; i++) {
		struct port *p = &l->p[l->n++];

		*p = *like;
		p->inside = inside.first + i;
		if (!host.first)
			continue;
		p->host = host.first + i;
		p->host_end = n == 1 ? host.last : p->host;
	}
	return 0;
}

/* The key's value replaces what `ret` holds. */
static int take_key(const char *text, char *word, char *fields[4],
		    struct err *e)
{
	static const char *const names[] = {
		"target", "published", "protocol", "host_ip",
	};
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; value && i < ARRAY_LEN(names); i++)
		if (streq(word, names[i])) {
			fields[i] = value;
			return 0;
		}
	if (value && streq(word, "mode"))
		return 0; /* of swarm services */
	return bad(text, "field", word,
		   "target, published, protocol or host_ip", e);
}

static int parse_long(const char *text, struct port_list *l, struct err *e)
{
	struct port p = { .any = true, .protocol = IPPROTO_TCP };
	struct range inside, host = { 0, 0 };
	auto_strv struct strv words = { 0 };
	char *f[4] = { NULL };

	strv_split(&words, text, ',');
	for (size_t i = 0; i < words.n; i++)
		TRY(take_key(text, words.v[i], f, e));
	if (!f[0] || !parse_range(f[0], &inside))
		return bad_range(text, "target", f[0] ? f[0] : "", "the port "
				 "inside, 1 to 65535", e);
	if (f[1] && !parse_host(f[1], &host))
		return bad_range(text, "published", f[1], "a port or range of "
				 "1 to 65535, or 0 for a free one", e);
	if (f[2])
		TRY(set_protocol(text, f[2], &p, e));
	if (f[3])
		TRY(set_address(text, f[3], &p, e));
	return add(text, &p, inside, host, l, e);
}

/* Cut the last ":field" off.  NULL: there is none. */
static char *cut_last(char *s)
{
	char *colon = strrchr(s, ':');

	if (!colon)
		return NULL;
	*colon = '\0';
	return colon + 1;
}

static int parse_ip(const char *text, char *ip, struct port *p, struct err *e)
{
	size_t n = strlen(ip);

	if (*ip == '[' && ip[n - 1] == ']') {
		ip[n - 1] = '\0';
		ip++;
	} else if (strchr(ip, ':')) {
		return bad(text, "IP address", ip, "in brackets for IPv6", e);
	}
	return set_address(text, ip, p, e);
}

static int parse_short(const char *text, struct port_list *l, struct err *e)
{
	struct port p = { .any = true, .protocol = IPPROTO_TCP };
	struct range inside, host = { 0, 0 };
	auto_free char *copy = xstrdup(text);
	char *slash = strchr(copy, '/'), *in, *out;

	if (slash) {
		*slash++ = '\0';
		TRY(set_protocol(text, slash, &p, e));
	}
	in = cut_last(copy);
	out = in ? cut_last(copy) : NULL;
	if (out && *copy)
		TRY(parse_ip(text, copy, &p, e));
	else if (out)
		return bad(text, "IP address", "", "not empty", e);
	if (!in)
		in = copy;
	else if (!out)
		out = copy;
	if (!parse_range(in, &inside))
		return bad_range(text, "containerPort", in, "a port or range "
				 "of 1 to 65535", e);
	if (out && !parse_host(out, &host))
		return bad_range(text, "hostPort", out, "a port or range of 1 "
				 "to 65535, or 0 for a free one", e);
	return add(text, &p, inside, host, l, e);
}

int port_parse(const char *text, struct port_list *l, struct err *e)
{
	return strchr(text, '=') ? parse_long(text, l, e) :
				   parse_short(text, l, e);
}

int port_check_expose(const char *text, struct err *e)
{
	size_t n = strcspn(text, "/");
	auto_free char *ports = xstrndup(text, n);
	const char *protocol = text[n] ? text + n + 1 : "tcp";
	struct range r;

	if (!parse_range(ports, &r))
		return err_set(e, EINVAL, "invalid range format for --expose: "
			       "%s: it is PORT[-END], of 1 to 65535", ports);
	if (strcasecmp(protocol, "tcp") != 0 &&
	    strcasecmp(protocol, "udp") != 0 &&
	    strcasecmp(protocol, "sctp") != 0)
		return err_set(e, EINVAL, "invalid protocol for --expose: %s: "
			       "it is tcp, udp or sctp", protocol);
	return 0;
}

int port_parse_expose(const char *text, struct port_list *l, struct err *e)
{
	if (strpbrk(text, ":=,"))
		return err_set(e, EINVAL, "expose '%s': it is PORT[-END]"
			       "[/tcp|udp]", text);
	return parse_short(text, l, e);
}
