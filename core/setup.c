/* setup.c - the staged start: namespaces entered, then fork init. */
#include "core/init.h"

#include "core/base/file.h"
#include "core/sync.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/sched.h>

/* The order in which namespaces are entered: the user one is made already. */
static const enum ns_type order[] = {
	NS_MOUNT, NS_IPC, NS_UTS, NS_NET, NS_CGROUP, NS_PID, NS_TIME,
};

static int join(const struct ns_spec *ns, enum ns_type t, struct err *e)
{
	auto_close int fd = open(ns->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "open the %s namespace %s", ns_name(t),
			       ns->path);
	if (setns(fd, ns_clone_flag(t)) < 0)
		return err_sys(e, "join the %s namespace %s", ns_name(t),
			       ns->path);
	return 0;
}

static int enter(const struct spec *s, enum ns_type t, struct err *e)
{
	const struct ns_spec *ns = &s->ns[t];

	if (ns->mode == NS_HOST || ns->mode == NS_SHARED)
		return 0;
	if (ns->mode == NS_PATH)
		return join(ns, t, e);
	if (unshare(ns_clone_flag(t)) < 0)
		return err_sys(e, "make a %s namespace", ns_name(t));
	return 0;
}

/* time_namespaces(7): offsets are set before the first process enters. */
static int set_time_offset(const struct spec *s, struct err *e)
{
	char text[96];

	if (!s->time_offset)
		return 0;
	if (s->time_offsets)
		return file_poke(AT_FDCWD, "/proc/self/timens_offsets",
				 s->time_offsets, e);
	snprintf(text, sizeof(text), "monotonic %lld 0\nboottime %lld 0\n",
		 (long long)s->time_offset_s, (long long)s->time_offset_s);
	if (file_poke(AT_FDCWD, "/proc/self/timens_offsets", text, e) == 0)
		return 0;
	return err_set(e, e->code, "move the clocks by %lld s: %s (the time "
		       "since boot cannot be negative, nor more than 146 "
		       "years)", (long long)s->time_offset_s,
		       strerror(e->code));
}

/*
 * A FUSE root filesystem is served by a child of setup, outside the new pid
 * namespace: setup stays until init has ended, and takes the child with it.
 */
static void outlive(struct init *in, int init_pidfd)
{
	struct pollfd p = { init_pidfd, POLLIN, 0 };

	close(in->sock);

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

/*
 * Init becomes the supervisor's own child (CLONE_PARENT), which can wait for
 * it; setup has nothing left to do and goes.
 */
static int fork_init(struct init *in, struct err *e)
{
	int pidfd = -1;
	struct clone_args a = {
		.flags = CLONE_PARENT | CLONE_PIDFD,
		.pidfd = (uintptr_t)&pidfd,
	};
	long pid = syscall(SYS_clone3, &a, sizeof(a));

	if (pid < 0)
		return err_sys(e, "fork the container's init");
	if (pid == 0) {
		in->staged = true;
		init_main(in);
	}
	TRY(sync_send(in->sock, SYNC_PID, pidfd, e));
	if (in->hooks->rootfs_process)
		outlive(in, pidfd);
	return 0;
}

/*
 * An exec: into the namespaces that the container has of its own, the user
 * namespace first; setns(2), "the pidfd".  From here on nobody inside may
 * look at us: ptrace(2).
 */
static int join_container(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;
	int flags = 0;

	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode != NS_HOST)
			flags |= ns_clone_flag(t);
	/* /proc inside is anything that somebody there made of it */
	TRY(init_oom_score(s, e));
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setns(s->join, flags) < 0)
		return err_sys(e, "enter the container's namespaces");
	TRY(init_wait_mapped(in, e));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	in->rootfs = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->rootfs < 0)
		return err_sys(e, "open the container's root");
	return fork_init(in, e);
}

/*
 * Another container's user namespace, and what else is shared with it.  From
 * here on somebody in there may see us, and must not look into us: ptrace(2).
 */
static int join_shared(const struct spec *s, struct err *e)
{
	int flags = CLONE_NEWUSER;

	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode == NS_SHARED)
			flags |= ns_clone_flag(t);
	TRY(init_oom_score(s, e));
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setns(s->share, flags) < 0)
		return err_sys(e, "enter the other container's namespaces");
	return 0;
}

/* By its file; the one that we are in already cannot be entered. */
static int join_user(const struct spec *s, struct err *e)
{
	struct stat ours, theirs;

	if (s->ns[NS_USER].mode != NS_PATH)
		return 0;
	if (stat("/proc/self/ns/user", &ours) == 0 &&
	    stat(s->ns[NS_USER].path, &theirs) == 0 &&
	    ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev)
		return 0;
	TRY(init_oom_score(s, e));
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_sys(e, "protect the starting process");
	return join(&s->ns[NS_USER], NS_USER, e);
}

static int setup(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (s->join >= 0)
		return join_container(in, e);
	if (s->share >= 0)
		TRY(join_shared(s, e));
	TRY(join_user(s, e));
	TRY(init_wait_mapped(in, e));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		TRY(enter(s, order[i], e));
	TRY(set_time_offset(s, e));
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	if (in->hooks->rootfs(in->hooks->rootfs_arg, &in->rootfs, e) < 0)
		return err_wrap(e, "rootfs");
	return fork_init(in, e);
}

NORETURN void setup_main(struct init *in)
{
	struct err e = { 0 };

	if (setup(in, &e) < 0) {
		sync_send_error(in->sock, skip_prefix(e.text, "rootfs: ") ?
				"setup-rootfs" :
				skip_prefix(e.text, "make a net namespace") ?
				"setup-network" : "setup", &e);
		_exit(125);
	}
	_exit(0);
}
