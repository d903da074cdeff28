/* launch.c - a container from clone to exit: launcher and supervisor. */
#include "core/launch.h"

#include "core/base/file.h"
#include "core/base/resident.h"
#include "core/emulate.h"
#include "core/init.h"
#include "core/relay.h"
#include "core/sync.h"
#include "core/terminal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/sched.h>

/* Three of ^C or TERM in a row end a container that ignores them. */
#define IMPATIENT 3

/* A program that has run so long with nothing to do for us will go on. */
#define LASTS_MS 1000

enum { STDIN, STDOUT, STDERR, MASTER_IN, MASTER_OUT, RELAYS };

struct launch {
	const struct spec *spec;
	const struct launch_hooks *hooks;
	struct launch_result *result;
	pid_t pid;              /* the process we wait for */
	pid_t setup;            /* staged start: its first stage, or 0 */
	int   pidfd, sock, signals;
	int   child_sock;
	int   network;          /* the hook's fd, -1 once it has ended */
	int   stdio[3];         /* the container's ends of our pipes */
	bool  ready;            /* SYNC_READY seen */
	bool  gave_back;        /* what the start alone needed */
	bool  failed;           /* e holds the start's error */
	struct sync_msg failure;
	bool  ended;
	int   status;           /* of waitid: code and status */
	bool  killed;
	int   impatience;
	int   master;
	struct terminal terminal;
	struct emulate *emulate;
	struct relay *relays[RELAYS];
};

/* ---- stdio ---- */

static int add_relay(struct launch *l, int which, int in, int out, bool close_out)
{
	struct relay *r = xmalloc(sizeof(*r));

	r->in = in;
	r->out = out;
	r->close_out = close_out;
	r->off = r->len = 0;
	l->relays[which] = r;
	return 0;
}

/*
 * Without -t the program sees no terminal: where ours is one, a pipe goes
 * between.  Files and pipes are handed over as they are.
 */
static int prepare_stdio(struct launch *l, struct err *e)
{
	for (int fd = 0; fd <= 2; fd++) {
		int p[2];

		l->stdio[fd] = -1;
		if (l->spec->terminal || !isatty(fd) ||
		    (fd == 0 && !l->spec->interactive))
			continue;
		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(e, "pipe");
		if (fd == 0) {
			l->stdio[0] = p[0];
			add_relay(l, STDIN, 0, p[1], true);
		} else {
			l->stdio[fd] = p[1];
			add_relay(l, fd, p[0], fd, false);
		}
	}
	return 0;
}

/* ---- the start ---- */

/* Can one clone3 make everything, or must setup.c go step by step? */
static bool needs_setup(const struct launch *l)
{
	if (l->hooks->rootfs_process || l->spec->time_offset)
		return true;
	for (int t = 0; t < NS_TYPES; t++)
		if (l->spec->ns[t].mode == NS_PATH)
			return true;
	return false;
}

/* All but the network's, which init makes while the id maps are written. */
static uint64_t namespace_flags(const struct spec *s)
{
	uint64_t flags = CLONE_NEWNS;

	for (int t = 0; t < NS_TYPES; t++)
		if (t != NS_TIME && t != NS_USER && t != NS_NET &&
		    s->ns[t].mode == NS_PRIVATE)
			flags |= ns_clone_flag(t);
	return flags;
}

static NORETURN void child_main(struct launch *l, bool staged)
{
	struct init in = {
		.spec = l->spec, .hooks = l->hooks, .sock = l->child_sock,
		.rootfs = -1, .mounts = MOUNT_CTX_INIT,
	};

	memcpy(in.stdio, l->stdio, sizeof(in.stdio));
	close(l->sock);
	if (staged)
		setup_main(&in);
	init_main(&in);
}

/*
 * One clone3 makes the user namespace first and all others inside it:
 * user_namespaces(7).  Namespaces cost less made together than one by one,
 * but a network namespace takes longer than all the others.
 */
static int start(struct launch *l, struct err *e)
{
	bool staged = needs_setup(l);
	struct clone_args a = {
		.flags = CLONE_NEWUSER | CLONE_PIDFD,
		.pidfd = (uintptr_t)&l->pidfd,
		.exit_signal = SIGCHLD,
	};
	int pair[2];
	long pid;

	TRY(sync_pair(pair, e));
	l->sock = pair[0];
	l->child_sock = pair[1];
	if (!staged)
		a.flags |= namespace_flags(l->spec);
	pid = syscall(SYS_clone3, &a, sizeof(a));
	l->result->network_failed = pid < 0 && (a.flags & CLONE_NEWNET);
	if (pid < 0)
		return err_sys(e, "make the container's namespaces (see rl "
			       "doctor: user namespaces may be switched off by "
			       "user.max_user_namespaces or a security module)");
	if (pid == 0)
		child_main(l, staged);
	l->pid = pid;
	close(steal_fd(l->child_sock));
	for (int fd = 0; fd <= 2; fd++)
		if (l->stdio[fd] >= 0)
			close(steal_fd(l->stdio[fd]));
	return 0;
}

static int give_ids(struct launch *l, struct err *e)
{
	char path[64];

	TRY(idmap_write_and(l->pid, &l->spec->idmap, l->hooks->prepare,
			    l->hooks->rootfs_arg, e));
	TRY(sync_send(l->sock, SYNC_MAPPED, -1, e));
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)l->pid);
	l->result->userns_fd = open(path, O_RDONLY | O_CLOEXEC);
	return 0;
}

/* ---- what init says ---- */

static int take_pid(struct launch *l, int fd, struct err *e)
{
	auto_free char *info = NULL;
	const char *line;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	TRY(file_read(AT_FDCWD, path, 4096, &info, NULL, e));
	line = strstr(info, "Pid:");
	close(l->pidfd);
	l->setup = l->pid;
	l->pidfd = fd;
	l->pid = line ? atoi(line + 4) : -1;
	return 0;
}

static int take_terminal(struct launch *l, int master, struct err *e)
{
	l->master = master;
	if (isatty(1))
		terminal_copy_size(1, master);
	else if (isatty(0))
		terminal_copy_size(0, master);
	add_relay(l, MASTER_OUT, master, 1, false);
	if (!l->spec->interactive)
		return 0;
	add_relay(l, MASTER_IN, 0, master, false);
	return isatty(0) ? terminal_raw(&l->terminal, 0, e) : 0;
}

static int hear(struct launch *l, struct err *e)
{
	auto_close int fd = -1;
	struct sync_msg m;
	int r = sync_recv(l->sock, &m, &fd, e);

	if (r < 0)
		return r;
	if (r == 0) {
		close(steal_fd(l->sock));
		if (l->ready && !l->failed && l->hooks->started)
			l->hooks->started(l->hooks->started_arg, l->pid);
		return 0;
	}
	switch (m.type) {
	case SYNC_PID:
		return take_pid(l, steal_fd(fd), e);
	case SYNC_TTY:
		return take_terminal(l, steal_fd(fd), e);
	case SYNC_NOTIFY:
		return emulate_open(steal_fd(fd),
				    l->spec->idmap.uid.e[0].inside,
				    l->spec->idmap.gid.e[0].inside,
				    &l->emulate, e);
	case SYNC_READY:
		l->ready = true;
		return 0;
	case SYNC_ERROR:
		l->failed = true;
		l->failure = m;
		return 0;
	default:
		return err_set(e, EPROTO, "start message %d", m.type);
	}
}

/* ---- signals ---- */

static void forward(struct launch *l, int sig)
{
	syscall(SYS_pidfd_send_signal, l->pidfd, sig, NULL, 0);
}

/* ^Z without a terminal of its own: the program and we stop together. */
static void stop_together(struct launch *l)
{
	/* our own pid 1 passes the one on, and must stay awake for CONT */
	forward(l, l->spec->init ? SIGTSTP : SIGSTOP);
	raise(SIGSTOP);
	forward(l, SIGCONT);
}

static void kill_container(struct launch *l)
{
	l->killed = true;
	forward(l, SIGKILL);
}

static void on_signal(struct launch *l, int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGURG:
		return;
	case SIGWINCH:
		if (l->master >= 0)
			terminal_copy_size(1, l->master);
		else if (l->hooks->sig_proxy)
			forward(l, sig);
		return;
	case SIGTSTP:
		stop_together(l);
		return;
	case SIGINT:
	case SIGTERM:
		if (!l->ready || !l->hooks->sig_proxy ||
		    ++l->impatience >= IMPATIENT)
			kill_container(l);
		else
			forward(l, sig);
		return;
	default:
		if (l->hooks->sig_proxy)
			forward(l, sig);
		else if (sig == SIGHUP || sig == SIGQUIT)
			kill_container(l);
	}
}

static int take_signal(struct launch *l, struct err *e)
{
	struct signalfd_siginfo si;

	if (read(l->signals, &si, sizeof(si)) != sizeof(si))
		return errno == EINTR ? 0 : err_sys(e, "read a signal");
	on_signal(l, si.ssi_signo);
	return 0;
}

static int catch_signals(struct launch *l, struct err *e)
{
	sigset_t set;

	/* a read or write from the background must stop us: termios(3) */
	sigfillset(&set);
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "block signals");
	l->signals = signalfd(-1, &set, SFD_CLOEXEC);
	return l->signals < 0 ? err_sys(e, "signalfd") : 0;
}

/* ---- the loop ---- */

static int take_exit(struct launch *l, struct err *e)
{
	int status;
	pid_t r;

	do
		r = waitpid(l->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, "wait for the container");
	l->ended = true;
	l->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					  WEXITSTATUS(status);
	return 0;
}

/* Fixed places of the loop's own fds, before the relays. */
enum { P_SIGNALS, P_EXIT, P_SOCK, P_EMULATE, P_NETWORK, P_RELAYS };

static int wait_once(struct launch *l, struct pollfd *p, struct err *e)
{
	size_t n = P_RELAYS;
	int r;

	p[P_SIGNALS] = (struct pollfd){ l->signals, POLLIN, 0 };
	p[P_EXIT] = (struct pollfd){ l->pidfd, POLLIN, 0 };
	p[P_SOCK] = (struct pollfd){ l->sock, POLLIN, 0 };
	p[P_EMULATE] = (struct pollfd){
		l->emulate ? emulate_fd(l->emulate) : -1, POLLIN, 0,
	};
	p[P_NETWORK] = (struct pollfd){ l->network, POLLIN, 0 };
	for (int i = 0; i < RELAYS; i++, n++) {
		p[n] = (struct pollfd){ -1, 0, 0 };
		if (l->relays[i])
			relay_poll(l->relays[i], &p[n]);
	}
	r = poll(p, n, l->ready && !l->gave_back ? LASTS_MS : -1);
	if (r < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (r == 0) {
		resident_give_back_code();
		l->gave_back = true;
	}
	return 0;
}

static int loop_once(struct launch *l, struct err *e)
{
	struct pollfd p[P_RELAYS + RELAYS];

	TRY(wait_once(l, p, e));
	if (p[P_SOCK].revents)
		TRY(hear(l, e));
	if (p[P_EMULATE].revents & POLLIN)
		TRY(emulate_step(l->emulate, e));
	else if (p[P_EMULATE].revents & POLLHUP)
		emulate_close(steal_ptr(l->emulate));
	if (p[P_NETWORK].revents &&
	    !l->hooks->network_event(l->hooks->network_arg))
		l->network = -1;
	if (p[P_SIGNALS].revents)
		TRY(take_signal(l, e));
	for (int i = 0; i < RELAYS; i++) {
		if (l->relays[i] &&
		    !relay_step(l->relays[i], &p[P_RELAYS + i])) {
			free(steal_ptr(l->relays[i]));
		}
	}
	/* a pidfd exchanged in this round (SYNC_PID) waits for the next */
	if (p[P_EXIT].revents && p[P_EXIT].fd == l->pidfd)
		return take_exit(l, e);
	return 0;
}

static void finish_output(struct launch *l)
{
	static const int outs[] = { STDOUT, STDERR, MASTER_OUT };

	for (size_t i = 0; i < ARRAY_LEN(outs); i++)
		if (l->relays[outs[i]])
			relay_drain(l->relays[outs[i]]);
}

/* The program's end, or why it never began. */
static int conclude(struct launch *l, struct err *e)
{
	struct sync_msg *f = &l->failure;

	while (l->sock >= 0 && !l->failed)
		TRY(hear(l, e));
	if (!l->failed && !l->ready)
		return err_set(e, EIO, "the container's init died (status %d) "
			       "before it could start", l->status);
	if (!l->failed) {
		l->result->exit_code = l->killed && l->status == 128 + SIGKILL ?
					       137 : l->status;
		return 0;
	}
	*e = f->err;
	if (!streq(f->step, "exec")) {
		l->result->exit_code = 125;
		l->result->rootfs_failed = has_suffix(f->step, "rootfs") ||
					   streq(f->step, "rootfs-early");
		l->result->network_failed = has_suffix(f->step, "network");
		return err_wrap(e, "%s", f->step);
	}
	l->result->exit_code = e->code == ENOENT ? 127 : 126;
	return -e->code;
}

static void release(struct launch *l)
{
	terminal_restore(&l->terminal);
	for (int i = 0; i < RELAYS; i++)
		free(l->relays[i]);
	if (l->emulate)
		emulate_close(l->emulate);
	for (int fd = 0; fd <= 2; fd++)
		if (l->stdio[fd] >= 0)
			close(l->stdio[fd]);
	if (l->sock >= 0)
		close(l->sock);
	if (l->child_sock >= 0)
		close(l->child_sock);
	if (l->pidfd >= 0)
		close(l->pidfd);
	if (l->signals >= 0)
		close(l->signals);
	if (l->master >= 0)
		close(l->master);
}

static int run(struct launch *l, struct err *e)
{
	int r;

	TRY(catch_signals(l, e));
	TRY(prepare_stdio(l, e));
	TRY(start(l, e));
	r = give_ids(l, e);
	while (r >= 0 && !l->ended)
		r = loop_once(l, e);
	if (r < 0 && !l->ended) {
		struct err ignored;

		/* init's own words, if it had any, say more than ours */
		kill_container(l);
		take_exit(l, &ignored);
		while (l->sock >= 0 && !l->failed && hear(l, &ignored) >= 0)
			;
		return l->failed ? conclude(l, e) : r;
	}
	finish_output(l);
	while (l->setup && waitpid(l->setup, NULL, 0) < 0 && errno == EINTR)
		;
	return conclude(l, e);
}

int launch_run(const struct spec *spec, const struct launch_hooks *hooks,
	       struct launch_result *ret, struct err *e)
{
	struct launch l = {
		.spec = spec, .hooks = hooks, .result = ret, .pidfd = -1,
		.sock = -1, .child_sock = -1, .signals = -1, .master = -1,
		.stdio = { -1, -1, -1 }, .terminal = TERMINAL_INIT,
		.network = hooks->network_event ? hooks->network_fd : -1,
	};
	int r;

	*ret = (struct launch_result){ .exit_code = 125, .userns_fd = -1 };
	r = run(&l, e);
	release(&l);
	return r;
}
