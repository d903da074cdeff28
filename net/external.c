/*
 * external.c - --network slirp4netns and pasta: installed programs that
 * serve the container's network namespace.
 *
 *	init                       supervisor              program
 *	----                       ----------              -------
 *	WIRE_JOIN (namespaces)  -> starts it            -> sets the link up
 *	                           reads its ready fd   <-
 *	goes on                 <- WIRE_READY
 *	                           its stdout ends when it dies; its exit fd
 *	                           ends when the supervisor does
 */
#include "net/net.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "net/tap.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define READY_MS 10000
/* From closing its pipes to its end. */
#define END_MS 1000

/* The ends of what leads to the program. */
struct lines {
	int user, net;          /* the namespaces */
	int ready[2], alive[2], quit[2];
};

static int begin(struct net *n, struct err *e)
{
	auto_free char *path = proc_which(n->ops->name);
	int pair[2];

	if (!path)
		return err_set(e, ENOENT, "--network %s: the program is not "
			       "installed", n->ops->name);
	TRY(tap_possible(e));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	n->sock = pair[0];
	n->far = pair[1];
	return 0;
}

static int join_inside(struct net *n, struct err *e)
{
	auto_close int user = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	auto_close int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	auto_free struct wire_msg *m = xmalloc(sizeof(*m));
	int fds[WIRE_FDS] = { user, net, -1, -1 }, r;

	if (user < 0 || net < 0)
		return err_sys(e, "open the container's namespaces");
	close(steal_fd(n->sock));
	TRY(wire_send(n->far, WIRE_JOIN, NULL, 0, fds, 2, e));
	r = wire_recv(n->far, m, fds, e);
	close(steal_fd(n->far));
	if (r < 0)
		return r;
	if (r > 0 && m->type == WIRE_READY)
		return 0;
	if (r > 0 && m->type == WIRE_ERROR)
		return err_set(e, m->err.code, "%s", m->err.text);
	return err_set(e, EPIPE, "nobody started %s", n->ops->name);
}

/* ---- their command lines ---- */

static void add_address(struct strv *a, const char *key, struct in_addr v)
{
	char ip[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &v, ip, sizeof(ip));
	strv_add(a, key);
	strv_add(a, ip);
}

/* Namespaces by path: every version of both takes those. */
static void slirp4netns_line(const struct net *n, const struct lines *l,
			     struct strv *a)
{
	const struct wire_config *c = &n->config;
	struct in_addr base = { c->addr.s_addr & c->mask.s_addr };
	char ip[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &base, ip, sizeof(ip));
	strv_add(a, "slirp4netns");
	strv_add(a, "--configure");
	strv_printf(a, "--mtu=%u", c->mtu);
	strv_printf(a, "--cidr=%s/%d", ip,
		    __builtin_popcount(c->mask.s_addr));
	if (!c->host_loopback)
		strv_add(a, "--disable-host-loopback");
	if (c->ipv6)
		strv_add(a, "--enable-ipv6");
	strv_printf(a, "--ready-fd=%d", l->ready[1]);
	strv_printf(a, "--exit-fd=%d", l->quit[0]);
	strv_printf(a, "--userns-path=/proc/%d/fd/%d", (int)getpid(), l->user);
	strv_add(a, "--netns-type=path");
	strv_printf(a, "/proc/%d/fd/%d", (int)getpid(), l->net);
	strv_add(a, TAP_NAME);
}

/* Its pid file is written once all is set up: that is its ready fd. */
static void pasta_line(const struct net *n, const struct lines *l,
		       struct strv *a)
{
	static const char *const fixed[] = {
		"pasta", "--config-net", "--foreground", "--quiet",
		"--no-netns-quit", "-t", "none", "-u", "none", "-T", "none",
		"-U", "none", "-I", TAP_NAME,
		/* it opens this in the other user namespace, where ours in
		 * /proc is out of reach: see spawn_program() for 0 and 1 */
		"--netns", "/proc/self/fd/0", "--pid", "/proc/self/fd/1",
	};
	const struct wire_config *c = &n->config;

	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		strv_add(a, fixed[i]);
	if (!c->host_loopback)
		strv_add(a, "--no-map-gw");
	if (!c->ipv6)
		strv_add(a, "--ipv4-only");
	add_address(a, "-a", c->addr);
	add_address(a, "-n", c->mask);
	add_address(a, "-g", c->gateway);
	add_address(a, "--dns-forward", c->dns);
	strv_add(a, "-m");
	strv_printf(a, "%u", c->mtu);
	strv_add(a, "--userns");
	strv_printf(a, "/proc/%d/fd/%d", (int)getpid(), l->user);
}

/* ---- in the supervisor ---- */

/*
 * pasta has no exit fd: a child of ours waits for the end of the pipe in its
 * stead, also when we are killed.
 */
static int guard(int quit, int pidfd, struct err *e)
{
	pid_t pid = fork();
	char byte;

	if (pid != 0)
		return pid < 0 ? err_sys(e, "fork") : 0;
	proc_title("rl-guard");
	dup2(quit, 0);
	dup2(pidfd, 1);
	syscall(SYS_close_range, 2, ~0u, 0);
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	syscall(SYS_pidfd_send_signal, 1, SIGTERM, NULL, 0);
	_exit(0);
}

static int spawn_program(struct net *n, struct lines *l, struct err *e)
{
	auto_strv struct strv argv = { 0 };
	bool pasta = streq(n->ops->name, "pasta");
	auto_close int pidfd = -1;
	int keep[2];
	struct spawn s = SPAWN_INIT;

	if (pipe2(l->ready, O_CLOEXEC) < 0 || pipe2(l->alive, O_CLOEXEC) < 0 ||
	    pipe2(l->quit, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	(pasta ? pasta_line : slirp4netns_line)(n, l, &argv);
	keep[0] = l->ready[1];
	keep[1] = l->quit[0];
	s.path = n->ops->name;
	s.argv = strv_list(&argv);
	s.in = pasta ? l->net : l->quit[0];
	s.out = pasta ? l->ready[1] : l->alive[1];
	s.err = l->alive[1];
	s.keep = keep;
	s.n_keep = pasta ? 0 : 2;
	n->pid = proc_spawn(&s, &pidfd, e);
	if (n->pid < 0)
		return n->pid;
	return pasta ? guard(l->quit[0], pidfd, e) : 0;
}

/* Its last line, "" for none. */
static char *last_line(int alive)
{
	char text[400], *line;
	ssize_t len = read(alive, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	line = strrchr(text, '\n');
	return xstrdup(line ? line + 1 : text);
}

/* `how` it failed, and what it printed last. */
static int not_ready(struct net *n, int alive, const char *how, struct err *e)
{
	auto_free char *line = NULL;

	if (n->pid > 0)
		kill(n->pid, SIGKILL);
	while (n->pid > 0 && waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
		;
	n->pid = 0;
	line = last_line(alive);
	return err_set(e, ECHILD, "%s %s before it had set up the network%s%s",
		       n->ops->name, how, *line ? ": " : "", line);
}

static int await_ready(struct net *n, struct lines *l, struct err *e)
{
	struct pollfd p = { l->ready[0], POLLIN, 0 };
	auto_free char *how = NULL;
	char byte;
	int r;

	close(steal_fd(l->ready[1]));
	close(steal_fd(l->alive[1]));
	close(steal_fd(l->quit[0]));
	do
		r = poll(&p, 1, READY_MS);
	while (r < 0 && errno == EINTR);
	if (r > 0 && read(l->ready[0], &byte, 1) == 1)
		return 0;
	if (r > 0)
		how = proc_end_text(n->pid, END_MS);
	else
		how = xasprintf("was stopped after %d s", READY_MS / 1000);
	if (r > 0 && !streq(how, "ended"))
		n->pid = 0; /* waited for */
	return not_ready(n, l->alive[0], how, e);
}

static void close_lines(struct lines *l)
{
	int *all[] = { &l->user, &l->net, &l->ready[0], &l->ready[1],
		       &l->alive[0], &l->alive[1], &l->quit[0], &l->quit[1] };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (*all[i] >= 0)
			close(*all[i]);
}

static int start_program(struct net *n, const int fds[WIRE_FDS], struct err *e)
{
	struct lines l = { fds[0], fds[1], { -1, -1 }, { -1, -1 },
			   { -1, -1 } };
	int r = spawn_program(n, &l, e);
	struct err ignored;

	if (r >= 0)
		r = await_ready(n, &l, e);
	if (r < 0)
		wire_send(n->sock, WIRE_ERROR, e, sizeof(*e), NULL, 0,
			  &ignored);
	else
		r = wire_send(n->sock, WIRE_READY, NULL, 0, NULL, 0, e);
	if (r >= 0) {
		/* from now on the fd tells of its death, under its number */
		dup3(l.alive[0], n->sock, O_CLOEXEC);
		n->quit = steal_fd(l.quit[1]);
	}
	close_lines(&l);
	/* init tells the error */
	return r < 0 ? err_set(e, ECANCELED, "not started") : r;
}

static int died(struct net *n, struct err *e)
{
	auto_free char *how = proc_end_text(n->pid, END_MS);

	n->pid = 0;
	return err_set(e, EPIPE, "%s %s", n->ops->name, how);
}

static int event(struct net *n, struct err *e)
{
	auto_free struct wire_msg *m = xmalloc(sizeof(*m));
	int fds[WIRE_FDS] = { -1, -1, -1, -1 }, r;
	char text[256];

	if (n->pid > 0) {
		if (read(n->sock, text, sizeof(text)) > 0)
			return 0; /* it talks: nobody asked */
		return died(n, e);
	}
	if (n->far >= 0)
		close(steal_fd(n->far));
	r = wire_recv(n->sock, m, fds, e);
	if (r > 0 && m->type == WIRE_JOIN)
		return start_program(n, fds, e);
	return r < 0 ? r : err_set(e, ECANCELED, "the container did not start");
}

static void stop(struct net *n)
{
	if (n->quit >= 0)
		close(steal_fd(n->quit));
	if (n->sock >= 0)
		close(steal_fd(n->sock));
	if (n->far >= 0)
		close(steal_fd(n->far));
	if (n->pid > 0)
		kill(n->pid, SIGTERM);
	n->pid = 0;
}

const struct net_ops net_slirp4netns = {
	.name = "slirp4netns", .own_namespace = true, .reaches_out = true,
	.options = true, .start = begin, .inside = join_inside,
	.event = event, .stop = stop,
};

const struct net_ops net_pasta = {
	.name = "pasta", .own_namespace = true, .reaches_out = true,
	.options = true, .start = begin, .inside = join_inside,
	.event = event, .stop = stop,
};
