/* emulate_owner.c - notes of owners on files, where there is one id only. */
#include "core/emulate_owner.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define NOTE "user.containers.override_stat"
#define PAGE 4096

struct owner_notes {
	pid_t pid;
	int sock;
};

bool owner_call_is(int nr)
{
#ifdef SYS_chown
	if (nr == SYS_chown || nr == SYS_lchown)
		return true;
#endif
	return nr == SYS_fchown || nr == SYS_fchownat;
}

/* ---- what is asked ---- */

/* Page by page, since the next one may not be there. */
static int read_path(pid_t pid, uint64_t from, char *to, size_t size)
{
	for (size_t n = 0; n < size;) {
		size_t chunk = PAGE - (from + n) % PAGE;
		struct iovec here = { to + n, chunk < size - n ? chunk :
								 size - n };
		struct iovec there = { (void *)(uintptr_t)(from + n),
				       here.iov_len };
		ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);

		if (got <= 0)
			return -EFAULT;
		if (memchr(to + n, '\0', got))
			return 0;
		n += got;
	}
	return -ENAMETOOLONG;
}

static int open_proc(pid_t pid, const char *what)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -ESRCH : fd;
}

static int take_fd(pid_t pid, int number)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), fd, r;

	if (pidfd < 0)
		return -ESRCH;
	fd = syscall(SYS_pidfd_getfd, pidfd, number, 0);
	r = fd < 0 ? -errno : fd;
	close(pidfd);
	return r;
}

static int open_at(pid_t pid, int dirfd)
{
	return dirfd == AT_FDCWD ? open_proc(pid, "cwd") : take_fd(pid, dirfd);
}

static int read_fd(pid_t pid, int number, struct owner_call *c)
{
	c->is_fd = true;
	c->at = open_at(pid, number);
	return c->at < 0 ? c->at : 0;
}

static int read_at(pid_t pid, int dirfd, uint64_t path, bool empty,
		   struct owner_call *c)
{
	int r = read_path(pid, path, c->path, sizeof(c->path));

	if (r < 0)
		return r;
	if (!*c->path)
		return empty ? read_fd(pid, dirfd, c) : -ENOENT;
	c->at = open_at(pid, *c->path == '/' ? AT_FDCWD : dirfd);
	c->root = open_proc(pid, "root");
	return c->at < 0 ? c->at : c->root < 0 ? c->root : 0;
}

int owner_call_read(const struct seccomp_notif *q, struct owner_call *ret)
{
	const __u64 *a = q->data.args;
	int flags = a[4];

	*ret = (struct owner_call){ .at = -1, .root = -1 };
	if (q->data.nr == SYS_fchownat) {
		ret->uid = a[2];
		ret->gid = a[3];
		ret->follow = !(flags & AT_SYMLINK_NOFOLLOW);
		return read_at(q->pid, a[0], a[1], flags & AT_EMPTY_PATH, ret);
	}
	ret->uid = a[1];
	ret->gid = a[2];
	if (q->data.nr == SYS_fchown)
		return read_fd(q->pid, a[0], ret);
#ifdef SYS_chown
	ret->follow = q->data.nr == SYS_chown;
#endif
	return read_at(q->pid, AT_FDCWD, a[0], false, ret);
}

void owner_call_release(struct owner_call *c)
{
	if (c->at >= 0)
		close(c->at);
	if (c->root >= 0)
		close(c->root);
	c->at = c->root = -1;
}

/* ---- the process that writes ---- */

static ssize_t get_note(const struct owner_call *c, char *to, size_t n)
{
	return c->is_fd ? fgetxattr(c->at, NOTE, to, n) :
	       c->follow ? getxattr(c->path, NOTE, to, n) :
			   lgetxattr(c->path, NOTE, to, n);
}

static int set_note(const struct owner_call *c, const char *text)
{
	size_t n = strlen(text);

	return c->is_fd ? fsetxattr(c->at, NOTE, text, n, 0) :
	       c->follow ? setxattr(c->path, NOTE, text, n, 0) :
			   lsetxattr(c->path, NOTE, text, n, 0);
}

static void remove_note(const struct owner_call *c)
{
	(void)!(c->is_fd ? fremovexattr(c->at, NOTE) :
		c->follow ? removexattr(c->path, NOTE) :
			    lremovexattr(c->path, NOTE));
}

/* Paths are those of whoever asks. */
static int enter(const struct owner_call *c)
{
	if (c->is_fd)
		return 0;
	if (fchdir(c->root) < 0 || chroot(".") < 0 || fchdir(c->at) < 0)
		return -errno;
	return 0;
}

/*
 * Without any note both are 0, the one id there is.  What cannot have one is
 * passed over, as before there were notes.
 */
static int note(const struct owner_call *c)
{
	unsigned int uid = 0, gid = 0;
	char text[64] = "";
	struct stat st;

	if (enter(c) < 0)
		return 0;
	/* /proc is not that of this process */
	if ((c->is_fd ? fstat(c->at, &st) : fstatat(AT_FDCWD, c->path, &st,
			c->follow ? 0 : AT_SYMLINK_NOFOLLOW)) < 0)
		return skip_prefix(c->path, "/proc/") ? 0 : -errno;
	if (get_note(c, text, sizeof(text) - 1) > 0 &&
	    sscanf(text, "%u:%u", &uid, &gid) != 2)
		uid = gid = 0;
	uid = c->uid == UINT32_MAX ? uid : c->uid;
	gid = c->gid == UINT32_MAX ? gid : c->gid;
	if (!uid && !gid) {
		if (*text)
			remove_note(c);
		return 1;
	}
	snprintf(text, sizeof(text), "%u:%u:%o", uid, gid, st.st_mode);
	return set_note(c, text) < 0 && errno == EROFS ? -EROFS : 0;
}

/* *c with its fds; 0: there will be no more. */
static int receive(int sock, struct owner_call *c)
{
	union {
		char buf[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} u;
	struct iovec v = { c, sizeof(*c) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = &u, .msg_controllen = sizeof(u) };
	struct cmsghdr *h;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != sizeof(*c))
		return 0;
	h = CMSG_FIRSTHDR(&m);
	c->at = c->root = -1;
	if (h && h->cmsg_len >= CMSG_LEN(sizeof(int)))
		memcpy(&c->at, CMSG_DATA(h), sizeof(int));
	if (h && h->cmsg_len >= CMSG_LEN(2 * sizeof(int)))
		memcpy(&c->root, CMSG_DATA(h) + sizeof(int), sizeof(int));
	return 1;
}

static NORETURN void serve(pid_t pid, int sock)
{
	struct owner_call c;
	char path[64];
	int user, ok;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	user = open(path, O_RDONLY | O_CLOEXEC);
	ok = user >= 0 && setns(user, CLONE_NEWUSER) == 0 ? 0 : -EPERM;
	close_range(0, sock - 1, 0);
	close_range(sock + 1, ~0U, 0);
	while (receive(sock, &c)) {
		int r = ok < 0 ? 0 : note(&c);

		owner_call_release(&c);
		if (send(sock, &r, sizeof(r), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* ---- the supervisor ---- */

static struct owner_notes *start(pid_t pid)
{
	struct owner_notes *n = xcalloc(1, sizeof(*n));
	int s[2] = { -1, -1 };

	n->sock = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) < 0)
		return n;
	n->pid = fork();
	if (n->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(s[0]);
		serve(pid, s[1]);
	}
	close(s[1]);
	n->sock = s[0];
	return n;
}

static bool ask(const struct owner_notes *n, const struct owner_call *c)
{
	int fds[2] = { c->at, c->root };
	size_t size = (c->root < 0 ? 1 : 2) * sizeof(int);
	union {
		char buf[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr align;
	} u = { 0 };
	struct iovec v = { (void *)c, sizeof(*c) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = &u,
			    .msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(h), fds, size);
	return sendmsg(n->sock, &m, MSG_NOSIGNAL) == sizeof(*c);
}

int owner_notes_put(struct owner_notes **notes, pid_t pid,
		    const struct owner_call *c)
{
	int r = 0;

	if (!*notes)
		*notes = start(pid);
	if ((*notes)->sock < 0 || !ask(*notes, c) ||
	    recv((*notes)->sock, &r, sizeof(r), 0) != sizeof(r))
		return 0;
	return r;
}

void owner_notes_free(struct owner_notes *n)
{
	if (!n)
		return;
	if (n->sock >= 0)
		close(n->sock);
	if (n->pid > 0)
		while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
			;
	free(n);
}
