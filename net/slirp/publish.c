/* publish.c - connections joined, datagrams passed in and out. */
#include "net/slirp/publish.h"

#include "net/slirp/maker.h"
#include "net/slirp/relay.h"
#include "net/tap.h"

#define ACCEPT_BATCH 32
#define DATAGRAM_BATCH 32
#define SETS 256
#define WAYS 4
#define FLOW_IDLE_MS 180000
#define PORT_TRIES 64

/* A published port: the socket on the host. */
struct door {
	struct watch watch;
	struct wire_port port;
};

/* A client of a UDP port, and who it is to the guest. */
struct flow {
	struct door *door;  /* NULL: a free place */
	struct sockaddr_storage client;
	socklen_t client_len;
	struct in_addr addr;
	uint16_t port;
	int64_t used_ms;
};

struct publisher {
	struct door **doors;
	size_t n_doors;
	struct flow flows[SETS][WAYS];
};

void publish_add(struct child *c, const struct wire_port *port, int fd)
{
	struct publisher *p = c->publisher;
	struct door *d = xcalloc(1, sizeof(*d));

	if (!p)
		p = c->publisher = xcalloc(1, sizeof(*p));
	d->watch.fd = fd;
	d->port = *port;
	p->doors = xrealloc(p->doors, p->n_doors + 1, sizeof(*p->doors));
	p->doors[p->n_doors++] = d;
}

bool publish_needs_maker(const struct child *c)
{
	const struct publisher *p = c->publisher;

	for (size_t i = 0; p && i < p->n_doors; i++)
		if (p->doors[i]->port.protocol == IPPROTO_TCP)
			return true;
	return false;
}

/* ---- who the client is inside ---- */

/* An IPv4 address that the guest can answer; the gateway's for others. */
static struct in_addr inner_address(const struct child *c,
				    const struct sockaddr_storage *client)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)client;
	uint32_t a = ntohl(in->sin_addr.s_addr), m = c->config.mask.s_addr;

	if (client->ss_family != AF_INET || a >> 24 == 127 || a >> 24 == 0 ||
	    (in->sin_addr.s_addr & m) == (c->config.addr.s_addr & m))
		return c->config.gateway;
	return in->sin_addr;
}

static uint16_t client_port(const struct sockaddr_storage *client)
{
	return ntohs(client->ss_family == AF_INET ?
		     ((const struct sockaddr_in *)client)->sin_port :
		     ((const struct sockaddr_in6 *)client)->sin6_port);
}

/* ---- TCP ---- */

static bool inner_ipv6(const struct child *c,
		       const struct sockaddr_storage *client)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)client;

	return c->config.ipv6 && client->ss_family == AF_INET6 &&
	       !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
}

/* Its own port, else any: two clients may share one behind the gateway. */
static void take_address(int fd, struct sockaddr *a, in_port_t *port,
			 socklen_t n)
{
	if (bind(fd, a, n) == 0)
		return;
	*port = 0;
	bind(fd, a, n);
}

static int connect6(struct child *c, int fd, uint16_t port,
		    const struct sockaddr_storage *client)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
		.sin6_addr = c->config.addr6,
	};
	struct sockaddr_in6 from = *(const struct sockaddr_in6 *)client;

	if (IN6_IS_ADDR_LOOPBACK(&from.sin6_addr))
		from.sin6_addr = c->config.gateway6;
	if (c->maker->transparent)
		take_address(fd, (struct sockaddr *)&from, &from.sin6_port,
			     sizeof(from));
	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static int connect4(struct child *c, int fd, uint16_t port,
		    const struct sockaddr_storage *client)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = c->config.addr,
	};
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_port = htons(client_port(client)),
		.sin_addr = inner_address(c, client),
	};

	if (c->maker->transparent)
		take_address(fd, (struct sockaddr *)&from, &from.sin_port,
			     sizeof(from));
	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static void admit(struct child *c, const struct door *d, int outer,
		  const struct sockaddr_storage *client)
{
	bool six = inner_ipv6(c, client);
	int inner = maker_socket(c->maker, six ? AF_INET6 : AF_INET), r;

	if (inner < 0) {
		close(outer);
		return;
	}
	r = six ? connect6(c, inner, d->port.port, client) :
		  connect4(c, inner, d->port.port, client);
	if (r < 0 && errno != EINPROGRESS) {
		close(inner);
		close(outer);
		return;
	}
	relay_start(c, outer, inner);
}

static void on_connection(struct child *c, struct watch *w,
			  uint32_t events UNUSED)
{
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage client;
		socklen_t n = sizeof(client);
		int fd = accept4(w->fd, (struct sockaddr *)&client, &n,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		admit(c, (struct door *)w, fd, &client);
	}
}

/* ---- UDP ---- */

static struct flow *flow_set(struct publisher *p, struct in_addr a,
			     uint16_t port)
{
	uint32_t h = (ntohl(a.s_addr) ^ port) * 2654435761u;

	return p->flows[h / (UINT32_MAX / SETS + 1)];
}

static struct flow *find_flow(struct publisher *p, struct in_addr a,
			      uint16_t port, uint16_t inside)
{
	struct flow *set = flow_set(p, a, port);

	for (int i = 0; i < WAYS; i++)
		if (set[i].door && set[i].addr.s_addr == a.s_addr &&
		    set[i].port == port && set[i].door->port.port == inside)
			return &set[i];
	return NULL;
}

static struct flow *oldest(struct flow *set)
{
	struct flow *f = set;

	for (int i = 0; i < WAYS; i++) {
		if (!set[i].door)
			return &set[i];
		if (set[i].used_ms < f->used_ms)
			f = &set[i];
	}
	return f;
}

static bool same_client(const struct flow *f, const struct door *d,
			const struct sockaddr_storage *client, socklen_t n)
{
	return f->door == d && f->client_len == n &&
	       memcmp(&f->client, client, n) == 0;
}

/* Clients that share an address inside get different ports there. */
static struct flow *flow_of(struct child *c, struct door *d,
			    const struct sockaddr_storage *client, socklen_t n)
{
	struct in_addr a = inner_address(c, client);
	uint16_t port = client_port(client);
	struct flow *f = NULL;

	for (int i = 0; i < PORT_TRIES; i++, port = port == 65535 ? 1024 :
						    port + 1) {
		f = find_flow(c->publisher, a, port, d->port.port);
		if (!f)
			break;
		if (same_client(f, d, client, n))
			return f;
		if (c->now_ms - f->used_ms > FLOW_IDLE_MS)
			break;
	}
	if (!f)
		f = oldest(flow_set(c->publisher, a, port));
	*f = (struct flow){ .door = d, .client = *client, .client_len = n,
			    .addr = a, .port = port };
	return f;
}

static void on_datagram(struct child *c, struct watch *w,
			uint32_t events UNUSED)
{
	struct door *d = (struct door *)w;
	struct frame_path path = {
		.dst_mac = TAP_MAC, .src_mac = { 0x52, 0x55 },
		.dst = c->config.addr, .dport = d->port.port,
	};

	memcpy(path.src_mac + 2, &c->config.gateway, 4);
	for (int i = 0; i < DATAGRAM_BATCH; i++) {
		struct sockaddr_storage client = { 0 };
		socklen_t len = sizeof(client);
		ssize_t n = recvfrom(w->fd, c->reply + FRAME_UDP_HEAD,
				     c->config.mtu - FRAME_UDP_HEAD, MSG_TRUNC,
				     (struct sockaddr *)&client, &len);
		struct flow *f;

		if (n < 0)
			return;
		if (n > (ssize_t)(c->config.mtu - FRAME_UDP_HEAD))
			continue; /* the link does not carry it */
		f = flow_of(c, d, &client, len);
		f->used_ms = c->now_ms;
		path.src = f->addr;
		path.sport = f->port;
		child_send(c, c->reply, frame_udp(c->reply, &path, n));
	}
}

bool publish_answer(struct child *c, const struct frame *f)
{
	struct publisher *p = c->publisher;
	struct in_addr a;
	struct flow *flow;

	if (!p || f->family != AF_INET || f->protocol != IPPROTO_UDP ||
	    f->fragment)
		return false;
	memcpy(&a, f->dst.s6_addr + 12, sizeof(a));
	flow = find_flow(p, a, f->dport, f->sport);
	if (!flow)
		return false;
	flow->used_ms = c->now_ms;
	sendto(flow->door->watch.fd, f->payload, f->len, MSG_DONTWAIT,
	       (struct sockaddr *)&flow->client, flow->client_len);
	return true;
}

int publish_start(struct child *c, struct err *e)
{
	struct publisher *p = c->publisher;

	for (size_t i = 0; p && i < p->n_doors; i++) {
		struct door *d = p->doors[i];

		d->watch.ready = d->port.protocol == IPPROTO_TCP ?
					 on_connection : on_datagram;
		if (child_watch(c, &d->watch, EPOLLIN) < 0)
			return err_sys(e, "watch a published port");
	}
	return 0;
}

void publish_stop(struct child *c)
{
	struct publisher *p = c->publisher;

	for (size_t i = 0; p && i < p->n_doors; i++)
		close(steal_fd(p->doors[i]->watch.fd));
}
