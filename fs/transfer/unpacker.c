/* unpacker.c - the process that starts a worker for each layer. */
#include "fs/transfer/unpacker.h"

#include "core/base/file.h"
#include "fs/transfer/confine.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define WORKERS_MAX 64
#define FDS_MAX 2

/*
 * Over a SEQPACKET socket: a request with two fds (input, report) is answered
 * by a struct err with the worker's pidfd, or with none and the error.  The
 * socket's end ends the unpacker; its workers die with it.
 */
struct worker {
	pid_t pid;
	int pidfd, report;
};

struct server {
	int sock;
	struct worker workers[WORKERS_MAX];
	size_t n;
};

/* ---- messages ---- */

static int send_fds(int sock, const void *data, size_t n, const int *fds,
		    size_t n_fds)
{
	union {
		char buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)data, n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t r;

	if (n_fds > 0) {
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
	return r < 0 ? -1 : 0;
}

/* The length of the message; what fds did not come are -1. */
static ssize_t recv_fds(int sock, void *data, size_t n, int *fds, size_t n_fds)
{
	union {
		char buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { data, n };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t r;

	for (size_t i = 0; i < n_fds; i++)
		fds[i] = -1;
	do
		r = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
	while (r < 0 && errno == EINTR);
	c = r < 0 ? NULL : CMSG_FIRSTHDR(&h);
	if (c && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len <= CMSG_LEN(n_fds * sizeof(int)))
		memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	return r;
}

/* ---- the unpacker's own process ---- */

/* Nothing of the program that forked us stays open but the socket. */
static int close_others(int *sock, struct err *e)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_sys(e, "open /dev/null");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return err_sys(e, "prepare the unpacker");
	if (*sock != 3 && dup3(*sock, 3, O_CLOEXEC) < 0)
		return err_sys(e, "prepare the unpacker");
	*sock = 3;
	if (syscall(SYS_close_range, 4, ~0U, 0) < 0)
		return err_sys(e, "close the unpacker's files");
	return 0;
}

/* A host may have no more net, ipc or pid namespaces to give. */
static pid_t clone_worker(int *ret_pidfd)
{
	int flags = CLONE_NEWNS | CLONE_PIDFD | SIGCHLD;
	pid_t pid = syscall(SYS_clone, flags | CLONE_NEWPID | CLONE_NEWNET |
			    CLONE_NEWIPC, NULL, ret_pidfd, NULL, NULL);

	if (pid < 0 && (errno == ENOSPC || errno == EINVAL))
		pid = syscall(SYS_clone, flags, NULL, ret_pidfd, NULL, NULL);
	return pid;
}

static int start_worker(struct server *s, const struct unpack_request *r,
			const int fds[FDS_MAX], struct err *e)
{
	struct worker *w = &s->workers[s->n];

	if (s->n == WORKERS_MAX)
		return err_set(e, EAGAIN, "too many layers are being unpacked");
	w->pid = clone_worker(&w->pidfd);
	if (w->pid < 0)
		return err_sys(e, "start a process for a layer");
	if (w->pid == 0)
		unpack_worker(r, fds[0], fds[1]);
	w->report = fcntl(fds[1], F_DUPFD_CLOEXEC, 4);
	s->n++;
	return w->pidfd;
}

/* One request; false at the end of the socket. */
static bool serve(struct server *s)
{
	struct unpack_request r;
	struct err e = { 0 };
	int fds[FDS_MAX], pidfd;

	if (recv_fds(s->sock, &r, sizeof(r), fds, FDS_MAX) != sizeof(r))
		return false;
	pidfd = start_worker(s, &r, fds, &e);
	send_fds(s->sock, &e, sizeof(e), &pidfd, pidfd < 0 ? 0 : 1);
	for (size_t i = 0; i < FDS_MAX; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return true;
}

/* A worker that was killed could not report: we do. */
static void bury(struct worker *w)
{
	struct unpack_report r = { .failed = true };
	int status = 0;

	waitpid(w->pid, &status, 0);
	if (WIFSIGNALED(status)) {
		err_set(&r.e, EIO, "the process that unpacks it died: %s",
			strsignal(WTERMSIG(status)));
		if (write(w->report, &r, sizeof(r)) < 0)
			r.failed = true; /* nobody waits for it any more */
	}
	close(w->report);
	close(w->pidfd);
}

static int serve_all(void *arg, struct err *e)
{
	struct server s = { .sock = *(int *)arg };
	struct pollfd p[WORKERS_MAX + 1];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* the terminal's ^C is for our parent */
	prctl(PR_SET_NAME, "rl-unpacker");
	TRY(close_others(&s.sock, e));
	confine_prepare();
	for (;;) {
		p[0] = (struct pollfd){ s.sock, POLLIN, 0 };
		for (size_t i = 0; i < s.n; i++)
			p[i + 1] = (struct pollfd){ s.workers[i].pidfd, POLLIN,
						    0 };
		if (poll(p, s.n + 1, -1) < 0 && errno != EINTR)
			return err_sys(e, "wait for layers");
		for (size_t i = s.n; i-- > 0;)
			if (p[i + 1].revents) {
				bury(&s.workers[i]);
				s.workers[i] = s.workers[--s.n];
			}
		if (p[0].revents && !serve(&s))
			return 0;
	}
}

/* ---- the program's side ---- */

int unpacker_start(const struct store *s, const struct idmap *map,
		   struct unpacker **ret, struct err *e)
{
	auto_close int theirs = -1, ours = -1;
	struct idmap_child child;
	struct unpacker *u;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	TRY(idmap_start_inside(map, serve_all, &theirs, &child, e));
	u = xcalloc(1, sizeof(*u));
	u->s = s;
	u->map = map;
	u->child = child;
	u->sock = steal_fd(ours);
	*ret = u;
	return 0;
}

void unpacker_stop(struct unpacker *u)
{
	struct err ignored;

	if (!u)
		return;
	close(u->sock);
	idmap_wait_inside(&u->child, &ignored);
	free(u);
}

int unpacker_ask(struct unpacker *u, const struct unpack_request *r, int in,
		 int report, struct err *e)
{
	const int fds[FDS_MAX] = { in, report };
	struct err answer;
	int pidfd;

	if (send_fds(u->sock, r, sizeof(*r), fds, FDS_MAX) < 0)
		return err_sys(e, "ask for a layer to be unpacked");
	if (recv_fds(u->sock, &answer, sizeof(answer), &pidfd, 1) !=
	    sizeof(answer))
		return err_set(e, EPIPE, "the unpacker died");
	if (pidfd >= 0)
		return pidfd;
	*e = answer;
	return e->code ? -e->code :
	       err_set(e, EMFILE, "no free file descriptor for a layer");
}
