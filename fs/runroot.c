/* runroot.c - the folder of what ends with the boot, and sockets in it. */
#include "fs/runroot.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

/* More than one attaches at once seldom. */
#define BACKLOG 16

void runroot_release(struct runroot *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	*r = (struct runroot)RUNROOT_INIT;
}

/* Ours, and nobody else's: in /tmp anybody may have made it first. */
static int open_own(const char *path, struct err *e)
{
	auto_close int fd = -1;
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "create the folder %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, "open the folder %s", path);
	if (st.st_uid != geteuid())
		return err_set(e, EPERM, "%s belongs to user %u", path,
			       st.st_uid);
	if ((st.st_mode & 077) && fchmod(fd, 0700) < 0)
		return err_sys(e, "make %s private", path);
	return steal_fd(fd);
}

static bool try_path(char *path, struct runroot *ret, struct err *e)
{
	int fd = open_own(path, e);

	if (fd < 0) {
		free(path);
		return false;
	}
	ret->fd = fd;
	ret->path = path;
	return true;
}

/* A variable's folder, where it is set and absolute. */
static bool try_env(const char *name, const char *sub, struct runroot *ret,
		    struct err *e)
{
	const char *dir = getenv(name);

	return dir && *dir == '/' &&
	       try_path(xasprintf("%s%s", dir, sub), ret, e);
}

int runroot_open(struct runroot *ret, struct err *e)
{
	unsigned int uid = geteuid();
	char own[32];

	snprintf(own, sizeof(own), "/rl-%u", uid);
	if (getenv("RL_RUNROOT")) {
		TRY(mkdir_parents(AT_FDCWD, getenv("RL_RUNROOT"), 0700, e));
		return try_path(xstrdup(getenv("RL_RUNROOT")), ret, e) ?
			       0 : -e->code;
	}
	if (try_env("XDG_RUNTIME_DIR", "/rl", ret, e) ||
	    try_path(xasprintf("/run/user/%u/rl", uid), ret, e) ||
	    try_env("SLURM_TMPDIR", own, ret, e) ||
	    try_env("TMPDIR", own, ret, e) ||
	    try_path(xasprintf("/tmp%s", own), ret, e))
		return 0;
	err_wrap(e, "no folder for sockets (set RL_RUNROOT to one that is "
		 "yours)");
	return -e->code;
}

/* ---- sockets ---- */

/* By way of the folder's fd: a socket's path holds 107 bytes, unix(7). */
static int make_address(int dirfd, const char *name, struct sockaddr_un *ret,
			struct err *e)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path),
		     "/proc/self/fd/%d/%s", dirfd, name);
	if (n >= (int)sizeof(ret->sun_path))
		return err_set(e, ENAMETOOLONG, "the socket's name %s is too "
			       "long", name);
	return 0;
}

int runroot_listen(const struct runroot *r, const char *name, char **ret_path,
		   struct err *e)
{
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;

	TRY(make_address(r->fd, name, &a, e));
	unlinkat(r->fd, name, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return err_sys(e, "listen on %s/%s", r->path, name);
	*ret_path = xasprintf("%s/%s", r->path, name);
	return steal_fd(fd);
}

int runroot_connect(const char *path, struct err *e)
{
	auto_close int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	auto_free char *folder = xstrdup(path);
	char *name = strrchr(folder, '/');
	auto_close int dir = -1;
	struct sockaddr_un a;

	if (!name)
		return err_set(e, EINVAL, "'%s' is no socket's path", path);
	*name++ = '\0';
	dir = dir_open(AT_FDCWD, folder, e);
	if (dir < 0)
		return dir;
	TRY(make_address(dir, name, &a, e));
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_sys(e, "connect to %s", path);
	return steal_fd(fd);
}

char *runroot_socket_name(const char *id)
{
	return xasprintf("%s.sock", id);
}

void runroot_drop_socket(const char *id)
{
	auto_runroot struct runroot r = RUNROOT_INIT;
	auto_free char *name = runroot_socket_name(id);
	struct err ignored;

	if (runroot_open(&r, &ignored) == 0)
		unlinkat(r.fd, name, 0);
}
