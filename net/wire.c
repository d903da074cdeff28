/* wire.c - typed messages, with fds, between rl and rl-slirp. */
#include "net/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

union control {
	char buf[CMSG_SPACE(WIRE_FDS * sizeof(int))];
	struct cmsghdr align;
};

int wire_send(int sock, enum wire_type type, const void *data, size_t n,
	      const int *fds, size_t n_fds, struct err *e)
{
	uint32_t t = type;
	struct iovec iov[2] = {
		{ &t, sizeof(t) }, { (void *)data, n },
	};
	struct msghdr h = { .msg_iov = iov, .msg_iovlen = 2 };
	union control control = { 0 };
	ssize_t r;

	if (n_fds) {
		struct cmsghdr *c;

		h.msg_control = control.buf;
		h.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	do
		r = sendmsg(sock, &h, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r < 0 ? err_sys(e, "talk to the network program") : 0;
}

static void take_fds(struct msghdr *h, int fds[WIRE_FDS])
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	size_t n;

	for (int i = 0; i < WIRE_FDS; i++)
		fds[i] = -1;
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	n = c->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(c), n);
}

static bool whole(const struct wire_msg *m, size_t n)
{
	switch (m->type) {
	case WIRE_CONFIG:
		return n == sizeof(m->config);
	case WIRE_PORT:
		return n == sizeof(m->port);
	case WIRE_ERROR:
		return n == sizeof(m->err);
	case WIRE_ALLOW:
	case WIRE_RESOLV:
		return n <= WIRE_DATA_MAX;
	case WIRE_TAP:
		return n == sizeof(m->tap);
	case WIRE_WANT_RESOLV:
	case WIRE_JOIN:
	case WIRE_READY:
		return n == 0;
	}
	return false;
}

int wire_recv(int sock, struct wire_msg *ret, int fds[WIRE_FDS],
	      struct err *e)
{
	uint32_t t;
	struct iovec iov[2] = {
		{ &t, sizeof(t) }, { ret->text, WIRE_DATA_MAX },
	};
	union control control;
	struct msghdr h = {
		.msg_iov = iov, .msg_iovlen = 2,
		.msg_control = control.buf, .msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(e, "hear from the other side of the network");
	if (n <= 0)
		return 0;
	take_fds(&h, fds);
	n -= sizeof(t);
	ret->type = t;
	if (n < 0 || (h.msg_flags & MSG_TRUNC) || !whole(ret, n))
		return err_set(e, EPROTO, "a network message was cut short");
	if (ret->type == WIRE_ERROR)
		ret->err.text[sizeof(ret->err.text) - 1] = '\0';
	else if (ret->type == WIRE_ALLOW || ret->type == WIRE_RESOLV)
		ret->text[n] = '\0';
	return 1;
}
