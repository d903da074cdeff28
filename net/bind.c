/* bind.c - sockets for published ports. */
#include "net/bind.h"

#include "core/base/str.h"
#include "net/holder.h"

#include <sys/resource.h>
#include <sys/socket.h>

#define BACKLOG 4096

void binding_list_release(struct binding_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->b[i].fd >= 0)
			close(l->b[i].fd);
	free(l->b);
	*l = (struct binding_list){ 0 };
}

static int bind_failed(const struct port *p, int code, pid_t *ret_holder,
		       struct err *e)
{
	char where[64], who[256] = "";

	port_text(p, where);
	if (code == EADDRINUSE) {
		*ret_holder = holder_text(p, who, sizeof(who));
		return err_set(e, code, "publish %s: the port is taken%s",
			       where, who);
	}
	if (code == EACCES || code == EPERM)
		return err_set(e, code, "publish %s: a port under 1024 needs "
			       "'sudo sysctl -w net.ipv4.ip_unprivileged_port_"
			       "start=%u' on this host, or another such as "
			       "-p %u:%u", where, p->host, p->host + 8000,
			       p->inside);
	if (code == EADDRNOTAVAIL)
		return err_set(e, code, "publish %s: this host does not have "
			       "the address", where);
	errno = code;
	return err_sys(e, "publish %s", where);
}

/* One socket; *port 0 becomes the number it got.  -errno without an err. */
static int open_socket(int family, const struct port *p, uint16_t *port)
{
	int type = p->protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
	auto_close int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
				   0);
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(*port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(*port) };
	bool four = family == AF_INET;
	struct sockaddr *a = four ? (void *)&in : (void *)&in6;
	socklen_t n = four ? sizeof(in) : sizeof(in6);
	int one = 1;

	if (fd < 0)
		return -errno;
	if (!p->any && four)
		memcpy(&in.sin_addr, p->addr.s6_addr + 12, 4);
	else if (!p->any)
		in6.sin6_addr = p->addr;
	if (!four)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, a, n) < 0 ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG) < 0) ||
	    getsockname(fd, a, &n) < 0)
		return -errno;
	*port = ntohs(four ? in.sin_port : in6.sin6_port);
	return steal_fd(fd);
}

static void add(struct binding_list *l, int fd, int family,
		const struct port *p, uint16_t host)
{
	l->b = xrealloc(l->b, l->n + 1, sizeof(*l->b));
	l->b[l->n++] = (struct binding){
		.fd = fd, .host = host,
		.port = { family, p->protocol, p->inside },
	};
}

/* Both families where the address is "any"; a host may lack the second. */
static int bind_one(struct port *p, struct binding_list *l)
{
	bool four = p->any || IN6_IS_ADDR_V4MAPPED(&p->addr);
	uint16_t host = p->host;
	int fd = open_socket(four ? AF_INET : AF_INET6, p, &host), fd6;

	if (fd < 0)
		return fd;
	if (p->any) {
		fd6 = open_socket(AF_INET6, p, &host);
		if (fd6 == -EADDRINUSE) {
			close(fd);
			return fd6;
		}
		if (fd6 >= 0)
			add(l, fd6, AF_INET6, p, host);
	}
	add(l, fd, four ? AF_INET : AF_INET6, p, host);
	p->host = p->host_end = host;
	return 0;
}

/* The first free port of a range; of all, some tries where one family's
 * choice is taken in the other. */
static int bind_first(struct port *p, struct binding_list *l, struct err *e)
{
	struct port try = *p;
	int r = 0;

	for (int i = 0; i <= (p->host ? p->host_end - p->host : 16); i++) {
		try.host = p->host ? p->host + i : 0;
		r = bind_one(&try, l);
		if (r != -EADDRINUSE)
			break;
	}
	if (r < 0)
		return bind_failed(&try, -r, &l->holder, e);
	p->host = p->host_end = try.host;
	return 0;
}

/* Two sockets a port, and as many again on the way to rl-slirp. */
static void allow_fds(size_t ports)
{
	struct rlimit l;
	rlim_t want = 4 * ports + 256;

	if (ports < 64 || getrlimit(RLIMIT_NOFILE, &l) < 0 ||
	    l.rlim_cur >= want)
		return;
	l.rlim_cur = want < l.rlim_max ? want : l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

int bind_ports(struct port_list *ports, struct binding_list *ret,
	       struct err *e)
{
	allow_fds(ports->n);
	for (size_t i = 0; i < ports->n; i++)
		TRY(bind_first(&ports->p[i], ret, e));
	return 0;
}
