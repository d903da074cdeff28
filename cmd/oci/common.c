/* common.c - what several of the OCI commands do. */
#include "cmd/oci/oci.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/caps.h"
#include "fs/runroot.h"

#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

int oci_root(const struct oci_globals *g, struct err *e)
{
	auto_runroot struct runroot r = RUNROOT_INIT;

	if (g->root && *g->root)
		return dir_make(AT_FDCWD, g->root, 0700, e);
	TRY(runroot_open(&r, e));
	return dir_make(r.fd, "oci", 0700, e);
}

enum oci_manager oci_manager(const struct oci_globals *g)
{
	if (g->systemd || streq(g->manager, "systemd"))
		return OCI_SYSTEMD;
	return streq(g->manager, "disabled") ? OCI_DISABLED : OCI_CGROUPFS;
}

/*
 * What a folder says is its owner's: the pid that is signalled, the hooks
 * that are run.  Root, as Slurm's stepd is, does it as that user.
 */
static int act_as_owner(int root, const char *id, struct err *e)
{
	struct stat st;

	if (fstatat(root, id, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_uid == geteuid())
		return 0;
	if (geteuid() == 0 && setgroups(1, &st.st_gid) == 0 &&
	    setresgid(st.st_gid, st.st_gid, st.st_gid) == 0 &&
	    setresuid(st.st_uid, st.st_uid, st.st_uid) == 0)
		return 0;
	return err_set(e, EPERM, "container %.100s belongs to user %u", id,
		       st.st_uid);
}

int oci_find(const struct oci_globals *g, const char *id,
	     struct oci_state *ret, struct err *e)
{
	int root; /* kept open: the process is short */

	TRY(oci_state_check_id(id, e));
	root = g->root && *g->root ? dir_open(AT_FDCWD, g->root, e) :
				     oci_root(g, e);
	if (root == -ENOENT)
		return err_set(e, ENOENT, "container %s: container does not "
			       "exist", id);
	TRY(root);
	TRY(act_as_owner(root, id, e));
	return oci_state_open(root, id, ret, e);
}

/* systemd's: they come before those of --preserve-fds, sd_listen_fds(3). */
static int64_t listen_fds(void)
{
	const char *text = getenv("LISTEN_FDS");
	uint64_t n;

	return text && parse_u64(text, 1000, &n) ? (int64_t)n : 0;
}

int oci_close_fds(int64_t *preserve, struct err *e)
{
	int64_t n = *preserve + listen_fds();

	if (*preserve < 0 || *preserve > 1000)
		return err_set(e, EINVAL, "--preserve-fds: 0 to 1000");
	for (int fd = 3; fd < 3 + n; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			return err_sys(e, "--preserve-fds: fd %d", fd);
	if (syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) < 0)
		return err_sys(e, "mark fds to be closed");
	*preserve = n;
	return 0;
}

int oci_write_pid(const char *path, pid_t pid, struct err *e)
{
	auto_free char *text = xasprintf("%d", (int)pid);

	if (!path || !*path)
		return 0;
	return file_swap(AT_FDCWD, path, text, strlen(text), 0644, e);
}

/* ---- sockets of callers ---- */

static int connect_to(const char *path, struct err *e)
{
	auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	auto_free char *folder = xstrdup(path), *base = xstrdup(path);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	auto_close int dir = open(dirname(folder), O_PATH | O_DIRECTORY |
				  O_CLOEXEC);
	int n = snprintf(a.sun_path, sizeof(a.sun_path),
			 "/proc/self/fd/%d/%s", dir, basename(base));

	if (n >= (int)sizeof(a.sun_path))
		return err_set(e, ENAMETOOLONG, "%s: the socket's name is too "
			       "long", path);
	if (fd < 0 || dir < 0 ||
	    connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_sys(e, "connect to %s", path);
	return steal_fd(fd);
}

/* An fd beside a text. */
static int send_fd(int sock, int fd, const char *text, struct err *e)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { (void *)text, strlen(text) };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(sock, &h, MSG_NOSIGNAL) < (ssize_t)iov.iov_len)
		return err_sys(e, "hand over an fd");
	return 0;
}

int oci_send_console(const char *path, int master, struct err *e)
{
	auto_close int sock = connect_to(path, e);

	if (sock < 0)
		return err_wrap(e, "--console-socket");
	return send_fd(sock, master, "/dev/ptmx", e);
}

/* containerd's and the spec's "ContainerProcessState". */
int oci_send_listener(const struct oci_state *s, const struct oci_config *c,
		      int fd, struct err *e)
{
	auto_close int sock = -1;
	auto_json json_t *v = json_object();
	auto_free char *text = NULL;

	if (!c->listener_path)
		return err_set(e, EINVAL, "linux.seccomp.listenerPath: it is "
			       "missing, for SCMP_ACT_NOTIFY");
	TRY(sock = connect_to(c->listener_path, e));
	json_object_set_new(v, "ociVersion", json_string(OCI_VERSION));
	json_object_set_new(v, "fds", json_pack("[s]", "seccompFd"));
	json_object_set_new(v, "pid", json_integer(s->pid));
	json_object_set_new(v, "metadata", json_from_bytes(c->listener_metadata));
	json_object_set_new(v, "state", oci_state_json(s, OCI_CREATING));
	text = json_text(v);
	return send_fd(sock, fd, text, e);
}

/* ---- this host ---- */

void oci_host_read(const char *bundle, struct oci_host *ret)
{
	uint64_t caps = caps_effective();
	uint64_t ids = 1u << CAP_SETUID | 1u << CAP_SETGID;

	*ret = (struct oci_host){
		.bundle = bundle,
		.privileged = caps >> CAP_SYS_ADMIN & 1,
		.can_set_ids = (caps & ids) == ids,
		.apparmor = access("/proc/self/attr/apparmor/exec", F_OK) == 0,
		.selinux = access("/sys/fs/selinux/enforce", F_OK) == 0,
	};
}
