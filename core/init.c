/* init.c - the container's first process: the step table, then execve. */
#include "core/init.h"

#include "core/base/file.h"
#include "core/copy_up.h"
#include "core/emulate.h"
#include "core/rlimit.h"
#include "core/rootpath.h"
#include "core/sync.h"
#include "core/terminal.h"

#include <grp.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#define PROC_ROOT_INODE 1 /* of every proc filesystem */

/* ---- identity and namespaces ---- */

/* The signal state of a fresh program: nothing blocked, nothing ignored. */
static void reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < SIGRTMIN; sig++)
		sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Now, while /proc/self is ours: a process that is not dumpable owns none. */
int init_oom_score(const struct spec *s, struct err *e)
{
	char text[16];

	if (!s->oom_score_adj)
		return 0;
	snprintf(text, sizeof(text), "%d", *s->oom_score_adj);
	if (file_poke(AT_FDCWD, "/proc/self/oom_score_adj", text, e) == 0)
		return 0;
	return err_set(e, e->code, "set oom_score_adj to %s: %s (without root "
		       "it can only be raised)", text, strerror(e->code));
}

static int step_start(struct init *in, struct err *e)
{
	reset_signals();
	if (in->spec->join < 0 && in->spec->share < 0 &&
	    in->spec->ns[NS_USER].mode != NS_PATH)
		TRY(init_oom_score(in->spec, e));
	TRY(init_open_labels(in, e));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(e, "ask to die with the supervisor");
	return 0;
}

static int step_propagation(struct init *in, struct err *e)
{
	if (in->staged)
		return 0;
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	return 0;
}

/* Rooted in the group that we were started in. */
static int step_own_cgroup(struct init *in, struct err *e)
{
	if (in->staged || !in->hooks->cgroup ||
	    in->spec->ns[NS_CGROUP].mode != NS_PRIVATE)
		return 0;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return err_sys(e, "make a cgroup namespace");
	return 0;
}

/* Two thirds of what clone3 takes, and it needs no ids. */
static int step_own_network(struct init *in, struct err *e)
{
	if (in->staged || in->spec->ns[NS_NET].mode != NS_PRIVATE)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return err_sys(e, "make a network namespace (is "
			       "user.max_net_namespaces 0?)");
	return 0;
}

static int make_rootfs(struct init *in, struct err *e)
{
	if (in->rootfs >= 0)
		return 0;
	return in->hooks->rootfs(in->hooks->rootfs_arg, &in->rootfs, e);
}

/* What needs no ids is done while the helpers still write the maps. */
static int step_rootfs_early(struct init *in, struct err *e)
{
	return in->hooks->rootfs_early ? make_rootfs(in, e) : 0;
}

int init_wait_mapped(struct init *in, struct err *e)
{
	if (in->mapped)
		return 0;
	TRY(sync_expect(in->sock, SYNC_MAPPED, e));
	in->mapped = true;
	/* a map without 0 (--userns host) leaves us who we are */
	if (in->spec->idmap.uid.e[0].inside != 0 &&
	    (in->spec->idmap.kind == IDMAP_SINGLE || in->spec->plain))
		return 0;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(e, "become root inside");
	return 0;
}

static int step_mapped(struct init *in, struct err *e)
{
	TRY(init_wait_mapped(in, e));
	/*
	 * Until execve nobody inside may read this process's memory, its fds
	 * or its executable: ptrace(2), "Ptrace access mode checking".
	 * A change of ids has cleared the death signal: prctl(2).
	 */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(e, "protect the starting process");
	return 0;
}

static int step_rootfs(struct init *in, struct err *e)
{
	return make_rootfs(in, e);
}

static int step_session(struct init *in, struct err *e)
{
	if (setsid() < 0 && errno != EPERM)
		return err_sys(e, "start a session");
	/* the caller's keys stay outside; a kernel without keyrings is fine */
	if (!in->spec->keep_keyring)
		syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	umask(0);
	return 0;
}

static int step_hostname(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;

	if (s->ns[NS_UTS].mode == NS_HOST)
		return 0;
	if (s->hostname && sethostname(s->hostname, strlen(s->hostname)) < 0)
		return err_sys(e, "set the hostname '%s'", s->hostname);
	if (s->domainname &&
	    setdomainname(s->domainname, strlen(s->domainname)) < 0)
		return err_sys(e, "set the domain name '%s'", s->domainname);
	return 0;
}

static int step_network(struct init *in, struct err *e)
{
	if (in->spec->ns[NS_NET].mode != NS_PRIVATE || !in->hooks->network)
		return 0;
	return in->hooks->network(in->hooks->network_arg, e);
}

/* ---- the file tree ---- */

/*
 * The mount is attached over a folder nobody else looks at: pivot_root(2)
 * wants a mount point.
 */
static int step_attach_root(struct init *in, struct err *e)
{
	auto_close int at = open(in->hooks->mountpoint,
				 O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (at < 0)
		return err_sys(e, "open %s", in->hooks->mountpoint);
	TRY(mount_make_spare(&in->mounts, at, in->hooks->mountpoint, e));
	TRY(mount_attach(in->rootfs, at, in->hooks->mountpoint, e));
	in->mounts.root = in->rootfs;
	return 0;
}

static int step_copy_up(struct init *in, struct err *e)
{
	return copy_up_volumes(in->mounts.root, &in->spec->mounts, e);
}

static int step_mounts(struct init *in, struct err *e)
{
	const struct mount_list *l = &in->spec->mounts;

	for (size_t i = 0; i < l->n; i++)
		TRY(mount_apply(&in->mounts, &l->m[i], e));
	return 0;
}

static int step_devices(struct init *in, struct err *e)
{
	for (size_t i = 0; i < in->spec->n_devices; i++) {
		const struct device_spec *d = &in->spec->devices[i];
		struct mount m = {
			.kind = MOUNT_BIND, .source = d->source,
			.dest = d->dest, .recursive = true,
		};
		struct stat st;

		if (d->type) {
			TRY(init_device(in, d, e));
			continue;
		}
		if (stat(d->source, &st) < 0)
			return err_sys(e, "device %s", d->source);
		if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode) &&
		    !S_ISDIR(st.st_mode))
			return err_set(e, ENODEV, "%s is not a device node",
				       d->source);
		TRY(mount_apply(&in->mounts, &m, e));
	}
	return 0;
}

static int refused_sysctl(const struct sysctl_spec *s, struct err *e)
{
	return err_set(e, e->code, "sysctl %s=%s: %s (what can be set is of the "
		       "container's own namespaces: net.*, fs.mqueue.*, "
		       "kernel.msg*, kernel.sem, kernel.shm*)", s->key,
		       s->value, strerror(e->code));
}

/*
 * A name below the root of a real /proc, without a link or another mount in
 * any place: the write reaches what it is meant for (CVE-2025-52881).
 */
static int open_sysctl(struct init *in, const char *key, struct err *e)
{
	auto_close int proc = root_open(in->mounts.root, "/proc",
					O_PATH | O_DIRECTORY, e);
	auto_free char *path = xasprintf("sys/%s", key);
	struct statfs fs;
	struct stat st;
	int fd;

	if (proc < 0)
		return proc;
	if (fstatfs(proc, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC ||
	    fstat(proc, &st) < 0 || st.st_ino != PROC_ROOT_INODE)
		return err_set(e, ENOTSUP, "the container's /proc is no proc "
			       "filesystem");
	fd = root_open_same(proc, path, O_WRONLY);
	return fd < 0 ? err_sys(e, "open /proc/%s", path) : fd;
}

static int step_sysctls(struct init *in, struct err *e)
{
	for (size_t i = 0; i < in->spec->n_sysctls; i++) {
		const struct sysctl_spec *s = &in->spec->sysctls[i];
		auto_close int fd = open_sysctl(in, s->key, e);

		if (fd < 0)
			return refused_sysctl(s, e);
		if (fd_write_all(fd, s->value, strlen(s->value)) < 0) {
			e->code = errno;
			return refused_sysctl(s, e);
		}
	}
	return 0;
}

static int step_masks(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;

	for (size_t i = 0; i < s->readonly_paths.n; i++)
		TRY(mount_readonly(&in->mounts, s->readonly_paths.v[i], e));
	for (size_t i = 0; i < s->masked_paths.n; i++)
		TRY(mount_mask(&in->mounts, s->masked_paths.v[i], e));
	return 0;
}

static int step_pivot(struct init *in, struct err *e)
{
	/* pivot_root(2): with both at "." the old root ends on top of it */
	if (fchdir(in->rootfs) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(e, "make the root filesystem the root");
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return err_sys(e, "leave the host's root filesystem");
	if (in->spec->readonly_root)
		TRY(mount_attr(in->rootfs, MOUNT_ATTR_RDONLY, 0, 0, false, e));
	if (in->spec->propagation)
		return mount_attr(in->rootfs, 0, 0, in->spec->propagation &
				  ~(uint64_t)MS_REC, in->spec->propagation &
				  MS_REC, e);
	return 0;
}

/* ---- the program's surroundings ---- */

static int step_terminal(struct init *in, struct err *e)
{
	auto_close int slave = -1;

	if (!in->spec->terminal)
		return 0;
	slave = terminal_open(in->sock, &in->spec->size, in->spec->join < 0, e);
	if (slave < 0)
		return slave;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return err_sys(e, "take the terminal");
	return 0;
}

static int step_stdio(struct init *in, struct err *e)
{
	if (in->spec->terminal)
		return 0;
	if (!in->spec->interactive) {
		auto_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (null < 0 || dup2(null, 0) < 0)
			return err_sys(e, "open /dev/null");
	}
	for (int fd = 0; fd <= 2; fd++)
		if (in->stdio[fd] >= 0 && dup2(in->stdio[fd], fd) < 0)
			return err_sys(e, "take over fd %d", fd);
	return 0;
}

/* What stands in for a cpuset. */
static int set_affinity(const char *list, struct err *e)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (const char *at = list; *at; at += *at == ',') {
		char *end;
		unsigned long a = strtoul(at, &end, 10), b = a;

		if (*end == '-')
			b = strtoul(end + 1, &end, 10);
		for (; a <= b && a < CPU_SETSIZE; a++)
			CPU_SET(a, &set);
		if (end == at)
			break;
		at = end;
	}
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		return err_sys(e, "bind to the processors %s", list);
	return 0;
}

static int refused_limit(const struct rlimit_spec *l, struct err *e)
{
	struct rlimit now = { 0 };
	int code = errno;

	getrlimit(l->resource, &now);
	return err_set(e, code, "ulimit %s=%llu:%llu: %s (the hard limit is "
		       "%llu here, and only root raises it)", rlimit_name(l->resource),
		       (unsigned long long)l->value.rlim_cur,
		       (unsigned long long)l->value.rlim_max, strerror(code),
		       (unsigned long long)now.rlim_max);
}

static int step_limits(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;

	if (s->affinity)
		TRY(set_affinity(s->affinity, e));
	for (size_t i = 0; i < s->n_rlimits; i++) {
		/* of no effect in Linux, and taken: core/emulate.c */
		if (s->rlimits[i].resource == RLIMIT_LOCKS)
			continue;
		if (setrlimit(s->rlimits[i].resource, &s->rlimits[i].value) < 0)
			return refused_limit(&s->rlimits[i], e);
	}
	return init_attributes(in, e);
}

static int step_user(struct init *in, struct err *e)
{
	auto_free char *passwd = NULL, *group = NULL;
	const struct user_spec *u = &in->spec->user;

	TRY(container_file_read("/etc/passwd", &passwd, e));
	TRY(container_file_read("/etc/group", &group, e));
	TRY(container_user_resolve(u->text, &u->groups, passwd, group,
				   &in->user, e));
	strv_extend(&in->env, strv_list(&in->spec->env));
	if (!env_get(&in->env, "HOME"))
		env_set(&in->env, "HOME", in->user.home ? in->user.home : "/");
	return 0;
}

/* After pivot "/" is the container's: its symlinks lead nowhere else. */
static int step_workdir(struct init *in, struct err *e)
{
	const char *cwd = in->spec->cwd ? in->spec->cwd : "/";
	auto_close int fd = -1;

	fd = in->spec->join < 0 ?
		     root_mkdir(in->rootfs, cwd, 0755, e) :
		     root_open(in->rootfs, cwd, O_PATH | O_DIRECTORY, e);
	if (fd == -ENOTDIR)
		return err_set(e, ENOTDIR, "Cannot mkdir: %s is not a "
			       "directory", cwd);
	if (fd < 0 && in->spec->join >= 0)
		return err_wrap(e, "chdir to cwd (\"%s\")", cwd);
	if (fd < 0)
		return err_wrap(e, "working directory");
	if (fchdir(fd) < 0)
		return err_sys(e, "enter the working directory %s", cwd);
	umask(in->spec->umask);
	return 0;
}

/* ---- rights ---- */

/* With one id, chown, set*id and the like are answered, not done. */
static int step_emulate(struct init *in, struct err *e)
{
	auto_close int listener = -1;

	if (in->spec->idmap.kind != IDMAP_SINGLE || in->spec->plain)
		return 0;
	TRY(emulate_install(in->spec->idmap.uid.e[0].inside,
			    in->spec->idmap.gid.e[0].inside,
			    in->spec->note_owners, &listener, e));
	if (listener < 0)
		return 0;
	return sync_send(in->sock, SYNC_NOTIFY, listener, e);
}

static int step_caps_plan(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;

	if (s->caps) {
		in->caps = *s->caps;
		TRY(caps_limit(&in->caps, e));
		return caps_bound(&in->caps, e);
	}
	TRY(caps_plan(strv_list(&s->cap_add), strv_list(&s->cap_drop),
		      s->privileged, in->user.uid, &in->caps, e));
	return caps_bound(&in->caps, e);
}

static int install_seccomp(struct init *in, struct err *e)
{
	const struct spec *s = in->spec;
	struct seccomp_filter f = { 0 };
	int r;

	if (s->seccomp_unconfined || (s->privileged && !s->seccomp_json))
		return 0;
	r = s->seccomp_json ?
		    seccomp_from_json(s->seccomp_json, &in->caps, &f, e) :
		    seccomp_default(&in->caps, &f, e);
	if (r < 0 && s->seccomp_file)
		err_wrap(e, "%s", s->seccomp_file);
	if (r == 0)
		r = seccomp_install(&f, e);
	seccomp_filter_release(&f);
	return r;
}

/*
 * Without no_new_privs the filter needs CAP_SYS_ADMIN, which the next steps
 * drop; with it, it is set first.  seccomp(2).
 */
static int step_seccomp(struct init *in, struct err *e)
{
	if (in->spec->plain)
		return 0; /* init_become() */
	if (in->spec->no_new_privs &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, "set no_new_privs");
	return install_seccomp(in, e);
}

/*
 * With one id the supervisor answers, and has to read the list from this
 * process.  Nothing else runs inside yet, so nobody there can use the moment
 * in which that is possible.
 */
static int set_groups(const struct container_user *u, bool single,
		      struct err *e)
{
	int r;

	if (single && !u->n_groups && !u->uid && !u->gid)
		return 0;
	if (single)
		prctl(PR_SET_DUMPABLE, 1);
	r = setgroups(u->n_groups, u->groups);
	if (r < 0)
		err_sys(e, "set the supplementary groups");
	if (single)
		prctl(PR_SET_DUMPABLE, 0);
	return r < 0 ? -e->code : 0;
}

static int step_ids(struct init *in, struct err *e)
{
	const struct container_user *u = &in->user;
	bool single = in->spec->idmap.kind == IDMAP_SINGLE;

	if (in->spec->plain)
		return init_plain_ids(in, e);
	if (single && u->uid != 0) {
		/* really still root inside: let execve give it no rights */
		unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;

		if (prctl(PR_SET_SECUREBITS, bits) < 0)
			return err_sys(e, "set the securebits");
	}
	if (single && u->uid == in->spec->idmap.uid.e[0].inside &&
	    u->gid == in->spec->idmap.gid.e[0].inside && !u->n_groups)
		return caps_apply(&in->caps, e); /* that is who we are */
	TRY(set_groups(u, single, e));
	if (u->gid && setresgid(u->gid, u->gid, u->gid) < 0)
		return err_sys(e, "become group %u (is it in this user's "
			       "range of /etc/subgid?)", u->gid);
	/* setresuid clears the capabilities unless they are kept */
	if (u->uid && !single && prctl(PR_SET_KEEPCAPS, 1) < 0)
		return err_sys(e, "keep capabilities");
	if (u->uid && setresuid(u->uid, u->uid, u->uid) < 0)
		return err_sys(e, "become user %u (is it in this user's range "
			       "of /etc/subuid?)", u->uid);
	TRY(caps_apply(&in->caps, e));
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_sys(e, "ask to die with the supervisor");
	return 0;
}

/* ---- the program ---- */

/* execve for each folder of the container's PATH, as a shell would. */
static int exec_in_path(const char *name, char **argv, char **env)
{
	const char *path = NULL;
	int found = ENOENT;

	for (char **v = env; *v; v++)
		if (skip_prefix(*v, "PATH="))
			path = *v + 5;
	if (strchr(name, '/') || !path) {
		execve(name, argv, env);
		return errno;
	}
	while (*path) {
		size_t n = strcspn(path, ":");
		auto_free char *file = xasprintf("%.*s%s%s", (int)n, path,
						 n ? "/" : "./", name);

		execve(file, argv, env);
		if (errno != ENOENT && errno != ENOTDIR)
			found = errno;
		path += n + (path[n] == ':');
	}
	return found;
}

int init_exec_failed(const char *name, int code, struct err *e)
{
	if (code == ENOENT && !strchr(name, '/'))
		return err_set(e, code, "exec: \"%s\": executable file not "
			       "found in $PATH", name);
	if (code == ENOEXEC)
		return err_set(e, code, "exec: \"%s\": exec format error (built "
			       "for another platform, or a script without "
			       "#!)", name);
	errno = code;
	return err_sys(e, "exec: \"%s\"", name);
}

/*
 * Nothing else waits for execve to close it: in the middle of that a process
 * inside with CAP_SYS_PTRACE may look at our fds.
 */
static int close_all_but_sock(struct init *in, struct err *e)
{
	int last = 3 + (int)in->spec->preserve_fds;

	if (in->sock != last && dup3(in->sock, last, O_CLOEXEC) < 0)
		return err_sys(e, "move the socket");
	in->sock = last;
	if (syscall(SYS_close_range, last + 1, ~0u, 0) < 0)
		return err_sys(e, "close fds");
	while (--last >= 3)
		if (fcntl(last, F_SETFD, 0) < 0)
			return err_sys(e, "pass on fd %d", last);
	return 0;
}

static int step_exec(struct init *in, struct err *e)
{
	char **argv = strv_list(&in->spec->argv), **env = strv_list(&in->env);
	int code;

	if (in->spec->outlives && prctl(PR_SET_PDEATHSIG, 0) < 0)
		return err_sys(e, "outlive who started us");
	TRY(sync_send(in->sock, SYNC_READY, -1, e));
	if (in->spec->plain)
		TRY(init_become(in, e));
	TRY(close_all_but_sock(in, e));
	if (in->spec->init) {
		pid_t pid = fork();

		if (pid < 0)
			return err_sys(e, "fork");
		if (pid > 0)
			reaper_main(in->sock, pid);
		setsid();
		if (in->spec->terminal)
			ioctl(0, TIOCSCTTY, 1);
	}
	code = exec_in_path(argv[0], argv, env);
	return init_exec_failed(argv[0], code, e);
}

static const struct {
	const char *name;
	int (*run)(struct init *in, struct err *e);
	bool exec; /* an exec takes it too */
} steps[] = {
	{ "start", step_start, true },
	{ "propagation", step_propagation },
	{ "own-cgroup", step_own_cgroup },
	{ "own-network", step_own_network },
	{ "rootfs-early", step_rootfs_early },
	{ "id-map", step_mapped, true },
	{ "rootfs", step_rootfs },
	{ "session", step_session, true },
	{ "hostname", step_hostname },
	{ "network", step_network },
	{ "attach-root", step_attach_root },
	{ "copy-up", step_copy_up },
	{ "mounts", step_mounts },
	{ "devices", step_devices },
	{ "hooks", init_hooks },
	{ "sysctls", step_sysctls },
	{ "masks", step_masks },
	{ "pivot", step_pivot },
	{ "terminal", step_terminal, true },
	{ "limits", step_limits, true },
	{ "user", step_user, true },
	{ "workdir", step_workdir, true },
	{ "emulate", step_emulate, true },
	{ "capabilities", step_caps_plan, true },
	{ "seccomp", step_seccomp, true },
	{ "ids", step_ids, true },
	{ "stdio", step_stdio, true },
	{ "lookup", init_lookup, true },
	{ "await-start", init_await_start },
	{ "start-hooks", init_start_hooks },
	{ "exec", step_exec, true },
};

const char *const *init_step_names(void)
{
	static const char *names[ARRAY_LEN(steps) + 1];

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		names[i] = steps[i].name;
	return names;
}

static int run_step(struct init *in, size_t i, struct err *e)
{
	if (in->hooks->debug)
		dprintf(2, "rl: step %s\n", steps[i].name);
#ifdef RL_FAULTS
	if (streq(getenv("RL_FAIL_AT"), steps[i].name))
		return err_set(e, EIO, "a failure was asked for");
#endif
	return steps[i].run(in, e);
}

NORETURN void init_main(struct init *in)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct err e = { 0 };

		if (in->spec->join >= 0 && !steps[i].exec)
			continue;
		if (run_step(in, i, &e) < 0) {
			sync_send_error(in->sock, steps[i].name, &e);
			_exit(125);
		}
	}
	_exit(125);
}
