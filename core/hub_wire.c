/* hub_wire.c - packets between a supervisor and those who attach. */
#include "core/hub_wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

union fd_room {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void put_fd(struct msghdr *m, union fd_room *room, int fd)
{
	struct cmsghdr *c;

	m->msg_control = room->buf;
	m->msg_controllen = sizeof(room->buf);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
}

int hub_send(int sock, enum hub_type type, const void *data, size_t n, int fd,
	     bool wait, struct err *e)
{
	uint32_t head = type;
	struct iovec iov[2] = {
		{ &head, sizeof(head) }, { (void *)data, n },
	};
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n ? 2 : 1 };
	int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
	union fd_room room = { { 0 } };
	ssize_t r;

	if (fd >= 0)
		put_fd(&m, &room, fd);
	do
		r = sendmsg(sock, &m, flags);
	while (r < 0 && errno == EINTR);
	if (r >= 0)
		return 0;
	return e ? err_sys(e, "talk to the container's supervisor") : -errno;
}

static int take_fd(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len >= CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/*
 * A peer that closes with something unread resets the connection, which is
 * told once, and before what it had sent: unix(7).
 */
static ssize_t receive(int sock, struct msghdr *m)
{
	ssize_t n;

	for (int resets = 0;;) {
		n = recvmsg(sock, m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n >= 0 || (errno != EINTR && errno != ECONNRESET))
			return n;
		if (errno == ECONNRESET && resets++)
			return n;
	}
}

int hub_recv(int sock, struct hub_msg *ret, int *ret_fd)
{
	struct iovec iov = { ret, sizeof(*ret) };
	union fd_room room;
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room.buf,
		.msg_controllen = sizeof(room.buf),
	};
	ssize_t n;

	*ret_fd = -1;
	n = receive(sock, &m);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	*ret_fd = take_fd(&m);
	if (n < (ssize_t)sizeof(ret->type))
		return -EPIPE;
	return n - sizeof(ret->type);
}
