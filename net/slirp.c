/* slirp.c - --network slirp: libslirp, in a program of its own. */
#include "net/net.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "net/tap.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#define PROGRAM "rl-slirp"
#define ROUTES_MAX (1 << 20)
#define READY_MS 10000

/* A default route of the family 6, that is not the kernel's own refusal. */
static bool host_has_ipv6(void)
{
	static const char any[] = "00000000000000000000000000000000 00 ";
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, "/proc/net/ipv6_route", ROUTES_MAX, &text, NULL,
		      &ignored) < 0)
		return false;
	for (const char *p = text; p && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (skip_prefix(p, any) && strcspn(p, "\n") > 3 &&
		    strncmp(p + strcspn(p, "\n") - 2, "lo", 2) != 0)
			return true;
	}
	return false;
}

static bool is_gone(const struct err *e)
{
	return e->code == EPIPE || e->code == ECONNRESET;
}

static int not_started(struct err *e)
{
	auto_free char *path = proc_helper_path(PROGRAM);

	return err_set(e, EPIPE, "the helper program %s did not start ('make "
		       "install' puts a whole one in place)", path);
}

static int send_resolv(struct net *n, struct err *e)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, "/etc/resolv.conf", WIRE_DATA_MAX, &text, NULL,
		      &ignored) < 0)
		text = xstrdup("");
	return wire_send(n->sock, WIRE_RESOLV, text, strlen(text), NULL, 0, e);
}

/* *ret is -1 without one. */
static int open_log(const struct net *n, int *ret, struct err *e)
{
	*ret = -1;
	if (!n->log)
		return 0;
	*ret = open(n->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
		    O_NOCTTY, 0600);
	return *ret < 0 ? err_sys(e, "--net-log: open %s", n->log) : 0;
}

static int send_config(struct net *n, int log, struct err *e)
{
	n->config.log = n->log != NULL;
	if (wire_send(n->sock, WIRE_CONFIG, &n->config, sizeof(n->config),
		      &log, n->log ? 1 : 0, e) < 0)
		return is_gone(e) ? not_started(e) : -e->code;
	for (size_t i = 0; i < n->allow.n; i++)
		TRY(wire_send(n->sock, WIRE_ALLOW, n->allow.v[i],
			      strlen(n->allow.v[i]), NULL, 0, e));
	return 0;
}

static int send_ports(struct net *n, struct err *e)
{
	for (size_t i = 0; i < n->bindings.n; i++) {
		const struct binding *b = &n->bindings.b[i];

		TRY(wire_send(n->sock, WIRE_PORT, &b->port, sizeof(b->port),
			      &b->fd, 1, e));
	}
	return 0;
}

/* vfork and exec; its loading goes on beside the container's setup. */
static int spawn(struct net *n, int its_end, struct err *e)
{
	auto_free char *path = proc_helper_path(PROGRAM);
	char *argv[] = { PROGRAM, NULL }, *env[] = { NULL };
	struct spawn s = SPAWN_INIT;

	s.path = path;
	s.argv = argv;
	s.env = env;
	s.in = its_end;
	n->pid = proc_spawn(&s, NULL, e);
	return n->pid < 0 ? proc_helper_failed(PROGRAM, e) : 0;
}

static int start_program(struct net *n, int log, struct err *e)
{
	auto_close int its_end = -1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	n->sock = pair[0];
	its_end = pair[1];
	TRY(spawn(n, its_end, e));
	close(steal_fd(its_end));
	TRY(send_config(n, log, e));
	if (send_ports(n, e) < 0 || send_resolv(n, e) < 0)
		return is_gone(e) ? not_started(e) : -e->code;
	return 0;
}

/* The host lets us have a tap: the matter is with us. */
static int broken(struct err *e)
{
	e->code = NET_BROKEN;
	return -NET_BROKEN;
}

static int start(struct net *n, struct err *e)
{
	auto_close int log = -1;

	TRY(tap_possible(e));
	TRY(open_log(n, &log, e));
	TRY(bind_ports(&n->ports, &n->bindings, e));
	if (n->auto6)
		n->config.ipv6 = host_has_ipv6();
	return start_program(n, log, e) < 0 ? broken(e) : 0;
}

/* ---- in the container's first process ---- */

static int by_port(const void *a, const void *b)
{
	return ((const struct port_range *)a)->first -
	       ((const struct port_range *)b)->first;
}

/* The TCP ports inside, as few ranges.  SIZE_MAX: too many. */
static size_t tcp_ranges(const struct net *n,
			 struct port_range ret[TAP_RANGES_MAX])
{
	auto_free struct port_range *all = xcalloc(n->ports.n + 1,
						   sizeof(*all));
	size_t k = 0, found = 0;

	for (size_t i = 0; i < n->ports.n; i++)
		if (n->ports.p[i].protocol == IPPROTO_TCP)
			all[k++] = (struct port_range){ n->ports.p[i].inside,
							n->ports.p[i].inside };
	qsort(all, k, sizeof(*all), by_port);
	for (size_t i = 0; i < k; i++) {
		if (found && all[i].first <= ret[found - 1].last + 1) {
			ret[found - 1].last = all[i].first;
			continue;
		}
		if (found == TAP_RANGES_MAX)
			return SIZE_MAX;
		ret[found++] = all[i];
	}
	return found;
}

/* Not every kernel can; then servers see the container's own address. */
static bool answer_inside(const struct net *n)
{
	struct port_range ranges[TAP_RANGES_MAX];
	size_t found = tcp_ranges(n, ranges);
	struct err ignored;

	return found && found != SIZE_MAX &&
	       tap_answer_inside(&n->config, ranges, found, &ignored) == 0;
}

/* rl-slirp makes sockets in here for published ports. */
static int send_tap(const struct net *n, int tap, int ready, struct err *e)
{
	auto_close int user = -1, net = -1;
	struct wire_tap w = { 0 };
	int fds[WIRE_FDS] = { tap, ready };

	if (!n->bindings.n)
		return wire_send(n->sock, WIRE_TAP, &w, sizeof(w), fds, 2, e);
	w.transparent = answer_inside(n);
	user = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (user < 0 || net < 0)
		return err_sys(e, "open the container's namespaces");
	fds[2] = user;
	fds[3] = net;
	return wire_send(n->sock, WIRE_TAP, &w, sizeof(w), fds, 4, e);
}

/* Until it is loaded, closed in and has the tap, or has ended. */
static int hand_over(const struct net *n, int tap, struct err *e)
{
	auto_close int r = -1, w = -1;
	struct pollfd heard;
	char byte;
	int p[2], n_heard;

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "make a pipe");
	r = p[0];
	w = p[1];
	if (send_tap(n, tap, w, e) < 0)
		return is_gone(e) ? not_started(e) : -e->code;
	close(steal_fd(w));
	heard = (struct pollfd){ r, POLLIN, 0 };
	do
		n_heard = poll(&heard, 1, READY_MS);
	while (n_heard < 0 && errno == EINTR);
	if (n_heard > 0 && read(r, &byte, 1) == 1)
		return 0;
	not_started(e);
	return n_heard ? -e->code : err_add(e, ": it was stopped after %d s",
					    READY_MS / 1000);
}

static int inside(struct net *n, struct err *e)
{
	auto_close int tap = -1;

	TRY(tap_make(&n->config, &tap, e));
	if (hand_over(n, tap, e) < 0)
		return broken(e);
	/* a reaper lives on in this process: it needs none of these */
	binding_list_release(&n->bindings);
	close(steal_fd(n->sock));
	return 0;
}

/* ---- in the supervisor ---- */

#define END_MS 1000

static int died(struct net *n, struct err *e)
{
	auto_free char *how = proc_end_text(n->pid, END_MS);

	n->pid = 0;
	return err_set(e, EPIPE, PROGRAM " %s", how);
}

static int event(struct net *n, struct err *e)
{
	struct wire_msg *m = xmalloc(sizeof(*m));
	int fds[WIRE_FDS] = { -1, -1, -1, -1 };
	int r = wire_recv(n->sock, m, fds, e);

	for (int i = 0; i < WIRE_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (r > 0 && m->type == WIRE_WANT_RESOLV)
		r = send_resolv(n, e);
	else if (r > 0 && m->type == WIRE_ERROR)
		r = err_set(e, EPIPE, "%s", m->err.text);
	else if (r > 0)
		r = err_set(e, EPROTO, "network message %d", m->type);
	else if (r == 0)
		r = died(n, e);
	free(m);
	return r;
}

#define STOP_MS 1000

/*
 * Whoever comes next may want the ports at once: rl-slirp lets go of them,
 * then of its end of the socket, and is not waited for any further.
 */
static void await_ports(struct net *n)
{
	struct pollfd p = { n->sock, POLLIN, 0 };
	char rest[64];

	shutdown(n->sock, SHUT_WR);
	while (poll(&p, 1, STOP_MS) > 0 &&
	       recv(n->sock, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
}

static void stop(struct net *n)
{
	bool ports = n->bindings.n;

	binding_list_release(&n->bindings);
	if (n->sock >= 0 && ports)
		await_ports(n);
	if (n->sock >= 0)
		close(steal_fd(n->sock));
	if (n->pid > 0)
		kill(n->pid, SIGKILL);
	n->pid = 0;
}

const struct net_ops net_slirp = {
	.name = "slirp", .own_namespace = true, .reaches_out = true,
	.polices = true, .publishes = true, .options = true,
	.start = start, .inside = inside, .event = event, .stop = stop,
};
