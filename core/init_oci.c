/* init_oci.c - steps of init that only the OCI command line asks for. */
#include "core/init.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "core/sync.h"

#include <grp.h>
#include <libgen.h>
#include <linux/sched/types.h>
#include <signal.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define IOPRIO_WHO_PROCESS 1

/* ---- labels ---- */

static int open_label(const char *label, const char *path, int *ret,
		      struct err *e)
{
	if (!label)
		return 0;
	*ret = open(path, O_WRONLY | O_CLOEXEC);
	return *ret < 0 ? err_sys(e, "open %s", path) : 0;
}

int init_open_labels(struct init *in, struct err *e)
{
	const struct attributes *a = &in->spec->attributes;

	TRY(open_label(a->apparmor, "/proc/self/attr/apparmor/exec",
		       &in->labels[0], e));
	return open_label(a->selinux, "/proc/self/attr/exec", &in->labels[1],
			  e);
}

static int write_labels(struct init *in, struct err *e)
{
	const struct attributes *a = &in->spec->attributes;
	auto_free char *profile = NULL;

	if (a->apparmor) {
		profile = xasprintf("exec %s", a->apparmor);
		if (fd_write_all(in->labels[0], profile, strlen(profile)) < 0)
			return err_sys(e, "ask for the AppArmor profile %s",
				       a->apparmor);
	}
	if (a->selinux && fd_write_all(in->labels[1], a->selinux,
				       strlen(a->selinux)) < 0)
		return err_sys(e, "ask for the SELinux label %s", a->selinux);
	return 0;
}

/* ---- devices ---- */

static mode_t type_bits(char type)
{
	return type == 'p' ? S_IFIFO : type == 'b' ? S_IFBLK : S_IFCHR;
}

/* Somebody else's node, at the same place outside. */
static int bind_device(struct init *in, const struct device_spec *d,
		       struct err *e)
{
	auto_close int fd = -1, target = -1;
	struct stat st;

	fd = mount_clone(AT_FDCWD, d->dest, false, e);
	if (fd < 0)
		return err_wrap(e, "device %s: it takes root to make it, and",
				d->dest);
	if (fstat(fd, &st) < 0 ||
	    (st.st_mode & S_IFMT) != type_bits(d->type) ||
	    st.st_rdev != makedev(d->major, d->minor))
		return err_set(e, ENODEV, "device %s: this host's is another "
			       "than %c %u:%u, which it takes root to make",
			       d->dest, d->type, d->major, d->minor);
	target = root_make(in->mounts.root, d->dest, true, e);
	return target < 0 ? target : mount_attach(fd, target, d->dest, e);
}

static bool is_device(int parent, const char *name,
		      const struct device_spec *d)
{
	struct stat st;

	return fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (st.st_mode & S_IFMT) == type_bits(d->type) &&
	       st.st_rdev == makedev(d->major, d->minor);
}

/* 0: made; what is there already and is another gives way. */
static int make_node(int parent, const char *name, const struct device_spec *d)
{
	dev_t dev = d->type == 'p' ? 0 : makedev(d->major, d->minor);
	mode_t mode = type_bits(d->type) | d->mode;

	if (mknodat(parent, name, mode, dev) < 0) {
		if (errno != EEXIST || is_device(parent, name, d))
			return errno == EEXIST ? 0 : -errno;
		if (unlinkat(parent, name, 0) < 0 ||
		    mknodat(parent, name, mode, dev) < 0)
			return -errno;
	}
	if ((d->uid || d->gid) && fchownat(parent, name, d->uid, d->gid,
					   AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

int init_device(struct init *in, const struct device_spec *d, struct err *e)
{
	auto_free char *folder = xstrdup(d->dest), *base = xstrdup(d->dest);
	auto_close int parent = -1;
	int r;

	parent = root_make(in->mounts.root, dirname(folder), false, e);
	if (parent < 0)
		return parent;
	r = make_node(parent, basename(base), d);
	if (r == -EPERM || r == -EBUSY)
		return bind_device(in, d, e);
	errno = -r;
	return r < 0 ? err_sys(e, "make the device %s", d->dest) : 0;
}

/* ---- hooks ---- */

/* By the /proc of the host, which is still there. */
static pid_t outer_pid(void)
{
	char text[24];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? atoi(text) : getpid();
}

int init_hooks(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;
	auto_free char *state = NULL;

	if (s->runtime_hooks) {
		TRY(sync_send(in->sock, SYNC_HOOKS, -1, e));
		TRY(sync_expect(in->sock, SYNC_MAPPED, e));
	}
	if (!s->create_hooks.n)
		return 0;
	state = hook_state(s->hook_state, "creating", outer_pid());
	return hook_list_run(&s->create_hooks, "createContainer", state, NULL,
			     NULL, e);
}

/* The program's own rights, as its path is in its filesystem. */
static int confine_hook(void *arg, struct err *e)
{
	return init_become(arg, e);
}

int init_start_hooks(struct init *in, struct err *e)
{
	auto_free char *state = NULL;

	if (!in->spec->start_hooks.n)
		return 0;
	state = hook_state(in->spec->hook_state, "created", getpid());
	return hook_list_run(&in->spec->start_hooks, "startContainer", state,
			     confine_hook, in, e);
}

/* ---- scheduling ---- */

static int set_scheduler(const struct attributes *a, struct err *e)
{
	struct sched_attr attr = {
		.size = sizeof(attr), .sched_policy = a->scheduler.policy,
		.sched_flags = a->scheduler.flags,
		.sched_nice = a->scheduler.nice,
		.sched_priority = a->scheduler.priority,
		.sched_runtime = a->scheduler.runtime,
		.sched_deadline = a->scheduler.deadline,
		.sched_period = a->scheduler.period,
	};

	if (a->has_scheduler && syscall(SYS_sched_setattr, 0, &attr, 0) < 0)
		return err_sys(e, "set process.scheduler");
	return 0;
}

int init_attributes(struct init *in, struct err *e)
{
	const struct attributes *a = &in->spec->attributes;

	TRY(set_scheduler(a, e));
	if (a->has_io_priority && syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
					  a->io_priority) < 0)
		return err_sys(e, "set process.ioPriority");
	if (a->has_personality && personality(a->personality) < 0)
		return err_sys(e, "set linux.personality");
	return 0;
}

/* ---- the user ---- */

static bool groups_denied(void)
{
	auto_free char *text = NULL;
	struct err ignored;

	return container_file_read("/proc/self/setgroups", &text,
				   &ignored) == 0 && skip_prefix(text, "deny");
}

/*
 * Where groups cannot be set, as with one id, none is what a caller gets who
 * asks for none; the host's stay, and have no names inside.
 */
static int plain_groups(const struct init *in, struct err *e)
{
	const struct container_user *u = &in->user;

	if (in->spec->user.keep_groups ||
	    setgroups(u->n_groups, u->groups) == 0)
		return 0;
	if (errno == EPERM && !u->n_groups)
		return 0;
	return err_sys(e, "set process.user.additionalGids%s",
		       errno == EPERM && groups_denied() ?
		       " (with one id there are none to be had)" : "");
}

int init_plain_ids(struct init *in, struct err *e)
{
	const struct container_user *u = &in->user;

	TRY(plain_groups(in, e));
	if (setresgid(u->gid, u->gid, u->gid) < 0)
		return err_sys(e, "become group %u (is it in "
			       "linux.gidMappings?)", u->gid);
	if (prctl(PR_SET_KEEPCAPS, 1) < 0)
		return err_sys(e, "keep capabilities");
	if (setresuid(u->uid, u->uid, u->uid) < 0)
		return err_sys(e, "become user %u (is it in "
			       "linux.uidMappings?)", u->uid);
	/* changes of ids clear the one, and may set the other: prctl(2) */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(e, "protect the starting process");
	return 0;
}

/* ---- the start ---- */

static int usable(const char *file)
{
	struct stat st;

	if (stat(file, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(file, X_OK) < 0 ? errno : 0;
}

int init_lookup(struct init *in, struct err *e)
{
	const char *name = strv_list(&in->spec->argv)[0];
	const char *path = env_get(&in->env, "PATH");
	int found = ENOENT;

	if (in->spec->start_sock < 0)
		return 0;
	if (strchr(name, '/') || !path) {
		found = usable(name);
		return found ? init_exec_failed(name, found, e) : 0;
	}
	while (*path) {
		size_t n = strcspn(path, ":");
		auto_free char *file = xasprintf("%.*s%s%s", (int)n, path,
						 n ? "/" : "./", name);
		int code = usable(file);

		if (!code)
			return 0;
		if (code != ENOENT && code != ENOTDIR)
			found = code;
		path += n + (path[n] == ':');
	}
	return init_exec_failed(name, found, e);
}

int init_await_start(struct init *in, struct err *e)
{
	int sock;

	if (in->spec->start_sock < 0)
		return 0;
	/* one that nobody has written down must not outlive who made it */
	TRY(sync_send(in->sock, SYNC_WAITING, -1, e));
	TRY(sync_expect(in->sock, SYNC_MAPPED, e));
	if (prctl(PR_SET_PDEATHSIG, 0) < 0)
		return err_sys(e, "outlive who created us");
	TRY(sync_send(in->sock, SYNC_READY, -1, e));
	close(steal_fd(in->sock));
	do
		sock = accept4(in->spec->start_sock, NULL, NULL, SOCK_CLOEXEC);
	while (sock < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (sock < 0)
		return err_sys(e, "wait to be started");
	in->sock = sock;
	/* whoever comes now is told that it is too late */
	close(in->spec->start_sock);
	return 0;
}

/* ---- the last ---- */

static int install_filter(struct init *in, const struct seccomp_filter *f,
			  struct err *e)
{
	auto_close int listener = -1;

	TRY(seccomp_install_plain(f, &listener, e));
	if (listener >= 0)
		TRY(sync_send(in->sock, SYNC_NOTIFY, listener, e));
	return 0;
}

/* With no_new_privs the filter comes last, else before rights are dropped. */
static int become(struct init *in, const struct seccomp_filter *f,
		  struct err *e)
{
	bool last = in->spec->no_new_privs;

	if (last && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	/* it needs CAP_SYS_ADMIN, which a change of ids took out of use */
	if (!last && f->n && in->user.uid)
		TRY(caps_raise(e));
	if (!last && f->n)
		TRY(install_filter(in, f, e));
	TRY(caps_apply(&in->caps, e));
	return last && f->n ? install_filter(in, f, e) : 0;
}

int init_become(struct init *in, struct err *e)
{
	TRY(write_labels(in, e));
	return become(in, &in->spec->filter, e);
}
