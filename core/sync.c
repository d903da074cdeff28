/* sync.c - typed messages, with an fd, over a SEQPACKET socket. */
#include "core/sync.h"

#include <stdio.h>
#include <sys/socket.h>

int sync_pair(int ret[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return err_sys(e, "make a socket pair");
	return 0;
}

static int send_msg(int sock, const struct sync_msg *m, size_t n, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)m, .iov_len = n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t r;

	if (fd >= 0) {
		struct cmsghdr *c;

		h.msg_control = control.buf;
		h.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	do
		r = sendmsg(sock, &h, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

int sync_send(int sock, enum sync_type type, int fd, struct err *e)
{
	struct sync_msg m = { .type = type };

	if (send_msg(sock, &m, offsetof(struct sync_msg, step), fd) < 0)
		return err_sys(e, "talk to the other side of the start");
	return 0;
}

int sync_send_error(int sock, const char *step, const struct err *err)
{
	struct sync_msg m = { .type = SYNC_ERROR, .err = *err };

	snprintf(m.step, sizeof(m.step), "%s", step);
	return send_msg(sock, &m, sizeof(m), -1);
}

int sync_recv(int sock, struct sync_msg *ret, int *ret_fd, struct err *e)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = ret, .iov_len = sizeof(*ret) };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n;

	*ret_fd = -1;
	memset(ret, 0, sizeof(*ret));
	/*
	 * A peer that ends without reading what we sent resets the socket;
	 * the kernel tells that once, before what the peer had sent.
	 */
	do
		n = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return err_sys(e, "hear from the starting container");
	if (n == 0)
		return 0;
	c = CMSG_FIRSTHDR(&h);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
	if ((size_t)n < offsetof(struct sync_msg, step) ||
	    (ret->type == SYNC_ERROR && (size_t)n != sizeof(*ret)))
		return err_set(e, EPROTO, "a start message was cut short");
	return 1;
}

int sync_expect(int sock, enum sync_type type, struct err *e)
{
	auto_close int fd = -1;
	struct sync_msg m;
	int r = sync_recv(sock, &m, &fd, e);

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, EPIPE, "the other side of the start died");
	if (m.type == SYNC_ERROR) {
		*e = m.err;
		return -e->code;
	}
	if (m.type != type)
		return err_set(e, EPROTO, "start message %d instead of %d",
			       m.type, type);
	return 0;
}
