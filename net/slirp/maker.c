/* maker.c - the process inside that makes sockets, and its customer. */
#include "net/slirp/maker.h"

#include "net/slirp/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

/* CAP_NET_RAW is what IP_TRANSPARENT wants: ip(7). */
#define KEEP (1ULL << CAP_NET_RAW)

/* Where the maker's own fds start. */
#define KEPT_FDS 10

/* The request is one byte, 0 or 1: the family. */
struct reply {
	union {
		char buf[CMSG_SPACE(MAKER_BATCH * sizeof(int))];
		struct cmsghdr align;
	};
};

/* ---- inside ---- */

static int make_one(int family, bool transparent)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!transparent)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof(one));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &one,
			   sizeof(one));
	return fd;
}

static bool send_batch(int sock, const int *fds, size_t n)
{
	struct reply r = { 0 };
	char one = 1;
	struct iovec iov = { &one, 1 };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = r.buf,
		.msg_controllen = CMSG_SPACE(n * sizeof(int)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	return sendmsg(sock, &h, MSG_NOSIGNAL) == 1;
}

static void serve(int sock, bool transparent)
{
	char family;

	while (recv(sock, &family, 1, 0) == 1) {
		int fds[MAKER_BATCH], n = 0;
		bool sent;

		while (n < MAKER_BATCH &&
		       (fds[n] = make_one(family ? AF_INET6 : AF_INET,
					  transparent)) >= 0)
			n++;
		sent = n && send_batch(sock, fds, n);
		while (n)
			close(fds[--n]);
		if (!sent)
			return;
	}
}

/* Close every fd but these, which move; 0 to 2 lead nowhere as it is. */
static int keep_only(int sock, int *userns, int *netns)
{
	/* behind all that are open: nothing is overwritten */
	int s = fcntl(sock, F_DUPFD_CLOEXEC, KEPT_FDS);
	int u = fcntl(*userns, F_DUPFD_CLOEXEC, s + 1);
	int n = fcntl(*netns, F_DUPFD_CLOEXEC, u + 1);

	syscall(SYS_close_range, 3, s - 1, 0);
	syscall(SYS_close_range, s + 1, u - 1, 0);
	syscall(SYS_close_range, u + 1, n - 1, 0);
	syscall(SYS_close_range, n + 1, ~0u, 0);
	*userns = u;
	*netns = n;
	return s;
}

static void maker_main(int sock, int userns, int netns, bool transparent)
{
	struct err e;

	/* first of all: the published ports are not to be held here too */
	sock = keep_only(sock, &userns, &netns);
	send(sock, "", 1, MSG_NOSIGNAL);
	prctl(PR_SET_NAME, "rl-slirp-maker");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setns(userns, CLONE_NEWUSER) < 0 || setns(netns, CLONE_NEWNET) < 0 ||
	    sandbox_empty_root(false, &e) < 0)
		_exit(1);
	syscall(SYS_close_range, sock + 1, ~0u, 0);
	if (sandbox_drop_rights(transparent ? KEEP : 0, &e) < 0 ||
	    sandbox_filter_maker(&e) < 0)
		_exit(1);
	serve(sock, transparent);
	_exit(0);
}

/* ---- outside ---- */

int maker_start(struct maker *m, int userns, int netns, bool transparent,
		struct err *e)
{
	struct timeval patience = { .tv_sec = 2 };
	int pair[2];
	char hello;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	pid = fork();
	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0)
		maker_main(pair[1], userns, netns, transparent);
	close(pair[1]);
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	/* once it has let go of the ports, ending is ours alone to tell */
	if (recv(pair[0], &hello, 1, 0) != 1)
		return err_set(e, EPIPE, "the maker of sockets died");
	m->sock = pair[0];
	m->transparent = transparent;
	return 0;
}

static void refill(struct maker *m, int six)
{
	struct reply r;
	char family = six, one;
	struct iovec iov = { &one, 1 };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = r.buf,
		.msg_controllen = sizeof(r.buf),
	};
	struct cmsghdr *c;

	if (send(m->sock, &family, 1, MSG_NOSIGNAL) != 1 ||
	    recvmsg(m->sock, &h, MSG_CMSG_CLOEXEC) != 1) {
		close(steal_fd(m->sock));
		return;
	}
	c = CMSG_FIRSTHDR(&h);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return;
	m->n[six] = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(m->pool[six], CMSG_DATA(c), m->n[six] * sizeof(int));
}

int maker_socket(struct maker *m, int family)
{
	int six = family == AF_INET6;

	if (!m->n[six] && m->sock >= 0)
		refill(m, six);
	return m->n[six] ? m->pool[six][--m->n[six]] : -1;
}
