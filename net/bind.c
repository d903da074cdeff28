/* bind.c - sockets for published ports, and who holds them already. */
#include "net/bind.h"

#include "core/base/file.h"
#include "core/base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BACKLOG 4096
#define TABLE_MAX (16 << 20)
#define TCP_LISTEN 10

void binding_list_release(struct binding_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->b[i].fd >= 0)
			close(l->b[i].fd);
	free(l->b);
	*l = (struct binding_list){ 0 };
}

/* ---- who holds it ---- */

/* The inode of the socket on this port in one of proc(5)'s net tables. */
static uint64_t find_inode(const char *table, unsigned int port, bool tcp)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, table, TABLE_MAX, &text, NULL, &ignored) < 0)
		return 0;
	for (char *line = strchr(text, '\n'); line;
	     line = strchr(line + 1, '\n')) {
		unsigned int local, state;
		uint64_t inode;

		if (sscanf(line + 1, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x "
			   "%*x:%*x %*x:%*x %*x %*u %*u %" SCNu64, &local,
			   &state, &inode) == 3 &&
		    local == port && (!tcp || state == TCP_LISTEN))
			return inode;
	}
	return 0;
}

/* Does the process `pid` have this socket open? */
static bool has_socket(int proc, const char *pid, const char *link)
{
	auto_free char *path = xasprintf("%s/fd", pid);
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *ent;
	char target[64];

	while (d && (ent = readdir(d))) {
		ssize_t n = readlinkat(fd, ent->d_name, target,
				       sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (streq(target, link))
			return true;
	}
	return false;
}

static void describe(int proc, const char *pid, char *ret, size_t n)
{
	auto_free char *path = xasprintf("%s/cmdline", pid), *text = NULL;
	struct err ignored;
	size_t len;

	snprintf(ret, n, ": process %.10s holds it", pid);
	if (file_read(proc, path, 1 << 20, &text, &len, &ignored) < 0 || !len)
		return;
	for (size_t i = 0; i + 1 < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	snprintf(ret, n, ": process %.10s holds it (%.100s)", pid, text);
}

static void find_holder(const struct port *p, char *ret, size_t n)
{
	bool tcp = p->protocol == IPPROTO_TCP;
	uint64_t inode = find_inode(tcp ? "/proc/net/tcp" : "/proc/net/udp",
				    p->host, tcp);
	auto_free char *link = NULL;
	auto_dir DIR *d = opendir("/proc");
	struct dirent *ent;

	*ret = '\0';
	if (!inode)
		inode = find_inode(tcp ? "/proc/net/tcp6" : "/proc/net/udp6",
				   p->host, tcp);
	link = xasprintf("socket:[%" PRIu64 "]", inode);
	while (d && inode && (ent = readdir(d)))
		if (*ent->d_name >= '1' && *ent->d_name <= '9' &&
		    has_socket(dirfd(d), ent->d_name, link)) {
			describe(dirfd(d), ent->d_name, ret, n);
			return;
		}
	if (inode)
		snprintf(ret, n, ": a process of another user holds it");
}

/* ---- binding ---- */

static int bind_failed(const struct port *p, int code, struct err *e)
{
	char where[64], who[256] = "";

	port_text(p, where);
	if (code == EADDRINUSE) {
		find_holder(p, who, sizeof(who));
		return err_set(e, code, "publish %s: the port is taken%s",
			       where, who);
	}
	if (code == EACCES || code == EPERM)
		return err_set(e, code, "publish %s: a port under 1024 needs "
			       "'sudo sysctl -w net.ipv4.ip_unprivileged_port_"
			       "start=%u' on this host, or another such as "
			       "-p %u:%u", where, p->host, p->host + 8000,
			       p->inside);
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
		return bind_failed(&try, -r, e);
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
