/* supervisor.c - a container from clone to exit. */
#include "core/supervisor.h"

#include "core/base/file.h"
#include "core/base/resident.h"
#include "core/emulate.h"
#include "core/init.h"
#include "core/signal_proxy.h"
#include "core/streams.h"
#include "core/sync.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/sched.h>

/* A program that has run so long with nothing to do for us will go on. */
#define LASTS_MS 1000

struct supervisor {
	const struct spec *spec;
	const struct supervisor_hooks *hooks;
	struct supervisor_result *result;
	pid_t pid;              /* the process we wait for */
	pid_t setup;            /* staged start: its first stage; 0: not yet
				   a second; -1: waited for */
	int   pidfd, sock;
	struct signal_proxy signals;
	int   child_sock;
	int   network;          /* the hook's fd, -1 once it has ended */
	int   joined;           /* pidfd of an exec's container, or -1 */
	struct streams streams;
	bool  ready;            /* SYNC_READY seen */
	bool  patient;          /* hooks->started is still to be called */
	bool  gave_back;        /* what the start or a burst needed */
	bool  failed;           /* e holds the start's error */
	struct sync_msg failure;
	bool  ended;
	int   status;           /* of waitid: code and status */
	struct emulate *emulate;
};

/* ---- the start ---- */

/* Can one clone3 make everything, or must setup.c go step by step? */
static bool needs_setup(const struct supervisor *sv)
{
	if (sv->spec->join >= 0 || sv->spec->share >= 0 ||
	    sv->hooks->rootfs_process || sv->spec->time_offset)
		return true;
	for (int t = 0; t < NS_TYPES; t++)
		if (sv->spec->ns[t].mode == NS_PATH)
			return true;
	return false;
}

/*
 * All but the network's, which init makes while the id maps are written, and
 * that of a cgroup of its own: clone3 would root it in ours.
 */
static uint64_t namespace_flags(const struct supervisor *sv)
{
	uint64_t flags = CLONE_NEWNS;

	for (int t = 0; t < NS_TYPES; t++)
		if (t != NS_TIME && t != NS_USER && t != NS_NET &&
		    (t != NS_CGROUP || !sv->hooks->cgroup) &&
		    sv->spec->ns[t].mode == NS_PRIVATE)
			flags |= ns_clone_flag(t);
	return flags;
}

static NORETURN void child_main(struct supervisor *sv, bool staged)
{
	struct init in = {
		.spec = sv->spec, .hooks = sv->hooks, .sock = sv->child_sock,
		.rootfs = -1, .mounts = MOUNT_CTX_INIT, .labels = { -1, -1 },
	};

	memcpy(in.stdio, sv->streams.child, sizeof(in.stdio));
	close(sv->sock);
	if (staged)
		setup_main(&in);
	init_main(&in);
}

/*
 * One clone3 makes the user namespace first and all others inside it:
 * user_namespaces(7).  Namespaces cost less made together than one by one,
 * but a network namespace takes longer than all the others.
 */
static int start(struct supervisor *sv, struct err *e)
{
	bool joins = sv->spec->join >= 0 || sv->spec->share >= 0;
	bool staged = needs_setup(sv);
	struct clone_args a = {
		.flags = CLONE_PIDFD |
			 (joins || sv->spec->ns[NS_USER].mode != NS_PRIVATE ?
			  0 : CLONE_NEWUSER),
		.pidfd = (uintptr_t)&sv->pidfd,
		.exit_signal = SIGCHLD,
	};
	int pair[2];
	long pid;

	TRY(sync_pair(pair, e));
	sv->sock = pair[0];
	sv->child_sock = pair[1];
	if (!staged)
		a.flags |= namespace_flags(sv);
	if (sv->hooks->cgroup) {
		a.flags |= CLONE_INTO_CGROUP;
		a.cgroup = sv->hooks->cgroup->fd;
	}
	pid = syscall(SYS_clone3, &a, sizeof(a));
	if (pid < 0 && sv->hooks->cgroup && errno != ENOSPC)
		return err_sys(e, "start a process in the cgroup %s",
			       sv->hooks->cgroup->path);
	sv->result->network_failed = pid < 0 && (a.flags & CLONE_NEWNET);
	if (pid < 0)
		return err_sys(e, "make the container's namespaces (see rl "
			       "doctor: user namespaces may be switched off by "
			       "user.max_user_namespaces or a security module)");
	if (pid == 0)
		child_main(sv, staged);
	sv->pid = pid;
	sv->signals.pidfd = sv->pidfd;
	close(steal_fd(sv->child_sock));
	streams_given(&sv->streams);
	return 0;
}

/* For the caller: what is there as long as this process is, or it. */
static void open_userns(struct supervisor *sv)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)sv->pid);
	sv->result->userns_fd = open(path, O_RDONLY | O_CLOEXEC);
}

static int give_ids(struct supervisor *sv, struct err *e)
{
	if (sv->spec->join >= 0)
		return sync_send(sv->sock, SYNC_MAPPED, -1, e);
	if (sv->spec->share >= 0 ||
	    sv->spec->ns[NS_USER].mode != NS_PRIVATE) {
		if (sv->hooks->prepare)
			TRY(sv->hooks->prepare(sv->hooks->rootfs_arg, e));
		return sync_send(sv->sock, SYNC_MAPPED, -1, e);
	}
	TRY(idmap_write_and(sv->pid, &sv->spec->idmap, sv->hooks->prepare,
			    sv->hooks->rootfs_arg, e));
	TRY(sync_send(sv->sock, SYNC_MAPPED, -1, e));
	open_userns(sv);
	return 0;
}

/* ---- what init says ---- */

static int take_pid(struct supervisor *sv, int fd, struct err *e)
{
	auto_free char *info = NULL;
	const char *line;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	TRY(file_read(AT_FDCWD, path, 4096, &info, NULL, e));
	line = strstr(info, "Pid:");
	close(sv->pidfd);
	sv->setup = sv->pid;
	sv->pidfd = sv->signals.pidfd = fd;
	sv->pid = line ? atoi(line + 4) : -1;
	/* only now it is in there */
	if (sv->spec->share >= 0)
		open_userns(sv);
	return 0;
}

/* It leaves once the second stage is there; it counts as one of the cgroup. */
static void reap_setup(struct supervisor *sv)
{
	while (sv->setup > 0 && waitpid(sv->setup, NULL, 0) < 0 &&
	       errno == EINTR)
		;
	if (sv->setup > 0)
		sv->setup = -1;
}

/* The program runs, or has run (pid 0). */
static void on_start(struct supervisor *sv, pid_t pid)
{
	if (!sv->hooks->rootfs_process) /* else it stays: core/setup.c */
		reap_setup(sv);
	sv->patient = false;
	if (sv->hooks->started)
		sv->hooks->started(sv->hooks->started_arg, pid);
	if (sv->hooks->hub)
		hub_started(sv->hooks->hub, sv->pidfd);
}

static int hear(struct supervisor *sv, struct err *e)
{
	auto_close int fd = -1;
	struct sync_msg m;
	int r = sync_recv(sv->sock, &m, &fd, e);

	if (r < 0)
		return r;
	if (r == 0) {
		close(steal_fd(sv->sock));
		if (!sv->ready || sv->failed)
			return 0;
		sv->ended = sv->hooks->let_go;
		sv->result->pid = sv->pid;
		sv->patient = sv->hooks->patience_ms > 0;
		if (!sv->patient)
			on_start(sv, sv->pid);
		return 0;
	}
	switch (m.type) {
	case SYNC_PID:
		return take_pid(sv, steal_fd(fd), e);
	case SYNC_HOOKS:
		TRY(sv->hooks->created(sv->hooks->oci_arg, sv->pid, e));
		return sync_send(sv->sock, SYNC_MAPPED, -1, e);
	case SYNC_WAITING:
		TRY(sv->hooks->waiting(sv->hooks->oci_arg, sv->pid, e));
		return sync_send(sv->sock, SYNC_MAPPED, -1, e);
	case SYNC_TTY:
		if (sv->hooks->terminal)
			return sv->hooks->terminal(sv->hooks->oci_arg,
						   steal_fd(fd), e);
		return streams_terminal(&sv->streams, steal_fd(fd), e);
	case SYNC_NOTIFY:
		if (sv->spec->plain)
			return sv->hooks->listener(sv->hooks->oci_arg,
						   steal_fd(fd), sv->pid, e);
		return emulate_open(steal_fd(fd),
				    sv->spec->idmap.uid.e[0].inside,
				    sv->spec->idmap.gid.e[0].inside,
				    &sv->emulate, e);
	case SYNC_READY:
		sv->ready = sv->signals.running = true;
		return 0;
	case SYNC_ERROR:
		sv->failed = true;
		sv->failure = m;
		return 0;
	default:
		return err_set(e, EPROTO, "start message %d", m.type);
	}
}

static int take_signal(struct supervisor *sv, struct err *e)
{
	int sig = signal_proxy_take(&sv->signals, e);

	if (sig == SIGWINCH && !streams_resize(&sv->streams) &&
	    sv->signals.enabled && !sv->signals.detached)
		signal_proxy_forward(&sv->signals, sig);
	return sig < 0 ? sig : 0;
}

/* ---- the loop ---- */

static int take_exit(struct supervisor *sv, struct err *e)
{
	int status;
	pid_t r;

	do
		r = waitpid(sv->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, "wait for the container");
	sv->ended = true;
	sv->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					  WEXITSTATUS(status);
	return 0;
}

/*
 * The first stage has ended: its word on the second (SYNC_PID) is in the
 * socket, maybe behind some of the second's own.
 */
static int hear_of_second(struct supervisor *sv, struct err *e)
{
	while (!sv->setup && sv->sock >= 0 && !sv->failed)
		TRY(hear(sv, e));
	return 0;
}

/* Fixed places of the loop's own fds, before those of stdio. */
enum {
	P_SIGNALS, P_EXIT, P_SOCK, P_EMULATE, P_NETWORK, P_JOINED, P_STREAMS,
};

static int earlier(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int timeout(struct supervisor *sv)
{
	int ms = sv->ready && !sv->gave_back ? LASTS_MS : -1;

	if (sv->patient)
		return sv->hooks->patience_ms;
	ms = earlier(ms, streams_timeout(&sv->streams));
	if (sv->ready && sv->sock < 0 && sv->hooks->tick)
		ms = earlier(ms, sv->hooks->tick(sv->hooks->tick_arg));
	return ms;
}

/*
 * Give back what nobody needs for long, then wait on from right here: all
 * that ran before the next event would be read in again, 64 kB at a time.
 */
static int rest(struct supervisor *sv, struct pollfd *p, size_t n)
{
	int ms;

	if (sv->hooks->hub)
		hub_rest(sv->hooks->hub);
	sv->gave_back = true;
	ms = timeout(sv);
	resident_give_back_code();
	return poll(p, n, ms);
}

/* Returns how many of `p` are the streams'. */
static int wait_once(struct supervisor *sv, struct pollfd *p, struct err *e)
{
	size_t n = streams_poll(&sv->streams, p + P_STREAMS);
	int r;

	p[P_SIGNALS] = (struct pollfd){ sv->signals.fd, POLLIN, 0 };
	p[P_EXIT] = (struct pollfd){ sv->pidfd, POLLIN, 0 };
	p[P_SOCK] = (struct pollfd){ sv->sock, POLLIN, 0 };
	p[P_EMULATE] = (struct pollfd){
		sv->emulate ? emulate_fd(sv->emulate) : -1, POLLIN, 0,
	};
	p[P_NETWORK] = (struct pollfd){ sv->network, POLLIN, 0 };
	p[P_JOINED] = (struct pollfd){ sv->joined, POLLIN, 0 };
	r = poll(p, P_STREAMS + n, timeout(sv));
	if (r == 0 && sv->patient) {
		on_start(sv, sv->pid);
		return n;
	}
	if (r == 0 && sv->ready && !sv->gave_back &&
	    streams_timeout(&sv->streams) < 0)
		r = rest(sv, p, P_STREAMS + n);
	if (r < 0 && errno != EINTR)
		return err_sys(e, "poll");
	return n;
}

static int loop_once(struct supervisor *sv, struct err *e)
{
	struct pollfd p[P_STREAMS + STREAMS_POLL_MAX];
	int n = wait_once(sv, p, e);

	TRY(n);
	if (p[P_SOCK].revents)
		TRY(hear(sv, e));
	if (p[P_EMULATE].revents & POLLIN)
		TRY(emulate_step(sv->emulate, e));
	else if (p[P_EMULATE].revents & POLLHUP)
		emulate_close(steal_ptr(sv->emulate));
	if (p[P_NETWORK].revents &&
	    !sv->hooks->network_event(sv->hooks->event_arg))
		sv->network = -1;
	if (p[P_SIGNALS].revents)
		TRY(take_signal(sv, e));
	for (int i = 0; i < n; i++)
		if (p[P_STREAMS + i].revents)
			sv->gave_back = false;
	streams_step(&sv->streams, p + P_STREAMS, n);
	if (sv->hooks->hub && hub_abandoned(sv->hooks->hub))
		signal_proxy_kill(&sv->signals);
	/* without a pid namespace of its own the kernel would not do this */
	if (p[P_JOINED].revents) {
		signal_proxy_kill(&sv->signals);
		sv->joined = -1;
	}
	if (p[P_EXIT].revents && needs_setup(sv))
		TRY(hear_of_second(sv, e));
	/* one that was let go is not ours to wait for, short as it lived */
	while (p[P_EXIT].revents && p[P_EXIT].fd == sv->pidfd &&
	       sv->hooks->let_go && sv->sock >= 0 && !sv->failed)
		TRY(hear(sv, e));
	if (sv->ended)
		return 0;
	/* a pidfd exchanged in this round (SYNC_PID) waits for the next */
	if (p[P_EXIT].revents && p[P_EXIT].fd == sv->pidfd)
		return take_exit(sv, e);
	return 0;
}

/* Was it what was to be run, and not the runtime, that failed? */
static bool is_programs_fault(const struct supervisor *sv, const char *step)
{
	return streq(step, "exec") || streq(step, "lookup") ||
	       (sv->spec->join >= 0 && streq(step, "workdir"));
}

/* The program's end, or why it never began. */
static int conclude(struct supervisor *sv, struct err *e)
{
	struct sync_msg *f = &sv->failure;

	if (!sv->failed && !sv->ready)
		return err_set(e, EIO, "the container's init died (status %d) "
			       "before it could start", sv->status);
	if (!sv->failed) {
		sv->result->exit_code = sv->status;
		return 0;
	}
	*e = f->err;
	if (!is_programs_fault(sv, f->step)) {
		sv->result->exit_code = 125;
		sv->result->rootfs_failed = has_suffix(f->step, "rootfs") ||
					   streq(f->step, "rootfs-early");
		sv->result->network_failed = has_suffix(f->step, "network");
		return err_wrap(e, "%s", f->step);
	}
	sv->result->exit_code = e->code == ENOENT ? 127 : 126;
	return -e->code;
}

static void release(struct supervisor *sv)
{
	streams_close(&sv->streams);
	if (sv->emulate)
		emulate_close(sv->emulate);
	if (sv->sock >= 0)
		close(sv->sock);
	if (sv->child_sock >= 0)
		close(sv->child_sock);
	if (sv->pidfd >= 0)
		close(sv->pidfd);
	if (sv->signals.fd >= 0)
		close(sv->signals.fd);
}

static int run(struct supervisor *sv, struct err *e)
{
	int r;

	TRY(signal_proxy_open(&sv->signals, e));
	if (!sv->hooks->let_go)
		TRY(streams_open(&sv->streams, sv->spec, sv->hooks->hub, e));
	TRY(start(sv, e));
	r = give_ids(sv, e);
	if (r >= 0 && sv->hooks->meanwhile)
		sv->hooks->meanwhile(sv->hooks->started_arg);
	while (r >= 0 && !sv->ended)
		r = loop_once(sv, e);
	if (r < 0 && !sv->ended) {
		struct err ignored;

		/* init's own words, if it had any, say more than ours */
		signal_proxy_kill(&sv->signals);
		take_exit(sv, &ignored);
		while (sv->sock >= 0 && !sv->failed && hear(sv, &ignored) >= 0)
			;
		return sv->failed ? conclude(sv, e) : r;
	}
	while (sv->sock >= 0 && !sv->failed)
		TRY(hear(sv, e));
	if (sv->patient)
		on_start(sv, 0);
	streams_drain(&sv->streams);
	reap_setup(sv);
	return conclude(sv, e);
}

int supervisor_run(const struct spec *spec,
		   const struct supervisor_hooks *hooks,
		   struct supervisor_result *ret, struct err *e)
{
	struct supervisor sv = {
		.spec = spec, .hooks = hooks, .result = ret, .pidfd = -1,
		.sock = -1, .child_sock = -1, .streams = STREAMS_INIT,
		.signals = {
			.fd = -1, .pidfd = -1, .enabled = hooks->sig_proxy,
			.detached = hooks->hub || hooks->detached,
			.init = spec->init,
		},
		.network = hooks->network_event ? hooks->network_fd : -1,
		.joined = spec->join,
	};
	int r;

	*ret = (struct supervisor_result){ .exit_code = 125, .userns_fd = -1 };
	r = run(&sv, e);
	release(&sv);
	return r;
}
