/* slirp.c - --network slirp: libslirp, in a program of its own. */
#include "net/net.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "net/tap.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define PROGRAM "rl-slirp"
#define ROUTES_MAX (1 << 20)

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

static int send_resolv(struct net *n, struct err *e)
{
	auto_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, "/etc/resolv.conf", WIRE_DATA_MAX, &text, NULL,
		      &ignored) < 0)
		text = xstrdup("");
	return wire_send(n->sock, WIRE_RESOLV, text, strlen(text), NULL, 0, e);
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
	return n->pid < 0 ? n->pid : 0;
}

static int start(struct net *n, struct err *e)
{
	auto_close int its_end = -1;
	int pair[2];

	TRY(tap_possible(e));
	if (n->auto6)
		n->config.ipv6 = host_has_ipv6();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	n->sock = pair[0];
	its_end = pair[1];
	TRY(spawn(n, its_end, e));
	TRY(wire_send(n->sock, WIRE_CONFIG, &n->config, sizeof(n->config),
		      NULL, 0, e));
	return send_resolv(n, e);
}

static int inside(struct net *n, struct err *e)
{
	auto_close int tap = -1;

	TRY(tap_make(&n->config, &tap, e));
	TRY(wire_send(n->sock, WIRE_TAP, NULL, 0, &tap, 1, e));
	/* a reaper lives on in this process: it needs no way to the network */
	close(steal_fd(n->sock));
	return 0;
}

static int event(struct net *n, struct err *e)
{
	struct wire_msg *m = xmalloc(sizeof(*m));
	int fds[WIRE_FDS] = { -1, -1, -1 };
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
		r = err_set(e, EPIPE, PROGRAM " died");
	free(m);
	return r;
}

static void stop(struct net *n)
{
	if (n->sock >= 0)
		close(steal_fd(n->sock));
	if (n->pid > 0)
		kill(n->pid, SIGKILL);
	n->pid = 0;
}

const struct net_ops net_slirp = {
	.name = "slirp", .own_namespace = true, .reaches_out = true,
	.options = true,
	.start = start, .inside = inside, .event = event, .stop = stop,
};
