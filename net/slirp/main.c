/*
 * main.c - rl-slirp: the network of one container, closed in.
 *
 * rl starts it with the control socket (net/wire.h) as its fd 0 and nothing
 * else; it ends when that ends.
 */
#include "core/base/resident.h"
#include "net/slirp/child.h"
#include "net/slirp/maker.h"
#include "net/slirp/publish.h"
#include "net/slirp/resolver.h"
#include "net/slirp/sandbox.h"
#include "net/slirp/stack.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* 1: started, or not needed. */
static int start_maker(struct child *c, const struct wire_tap *tap,
		       const int fds[WIRE_FDS], struct err *e)
{
	static struct maker m = MAKER_INIT;

	c->maker = &m;
	if (!publish_needs_maker(c))
		return 1;
	TRY(maker_start(&m, fds[2], fds[3], tap->transparent, e));
	close(fds[2]);
	close(fds[3]);
	return 1;
}

/* Take what rl says up to the tap.  0: rl is gone. */
static int listen_to_rl(struct child *c, struct err *e)
{
	static struct wire_msg m;
	int fds[WIRE_FDS], r;

	while ((r = wire_recv(c->control, &m, fds, e)) > 0) {
		switch (m.type) {
		case WIRE_CONFIG:
			c->config = m.config;
			c->policy.closed = m.config.closed;
			c->log_fd = fds[0];
			break;
		case WIRE_ALLOW:
			TRY(policy_allow(&c->policy, m.text, e));
			break;
		case WIRE_RESOLV:
			resolver_conf(c, m.text);
			break;
		case WIRE_PORT:
			publish_add(c, &m.port, fds[0]);
			break;
		case WIRE_TAP:
			c->tap = fds[0];
			c->ready_fd = fds[1];
			return start_maker(c, &m.tap, fds, e);
		default:
			break;
		}
	}
	return r;
}

/*
 * A frame's buffer is larger than what malloc maps afresh each time: from
 * the heap it costs no system call.
 */
static void tune(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
	signal(SIGPIPE, SIG_IGN);
}

/* Every fd a connection: what the hard limit allows. */
static void raise_limits(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = l.rlim_max < 65536 ? l.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &l);
	}
	l = (struct rlimit){ 0, 0 };
	setrlimit(RLIMIT_CORE, &l);
}

/* The control socket leaves fd 0; 0, 1 and 2 lead nowhere. */
static int take_control(struct child *c, struct err *e)
{
	auto_close int null = -1;

	c->control = fcntl(0, F_DUPFD_CLOEXEC, 3);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (c->control < 0 || null < 0)
		return err_sys(e, "take over the control socket");
	for (int fd = 0; fd <= 2; fd++) {
#ifdef __SANITIZE_ADDRESS__
		if (fd == 2)
			break;
#endif
		if (dup2(null, fd) < 0)
			return err_sys(e, "open /dev/null");
	}
	return 0;
}

static int serve(struct child *c, struct err *e)
{
	int r;

	tune();
	raise_limits();
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0)
		return err_sys(e, "epoll");
	resolver_init(c);
	r = listen_to_rl(c, e);
	if (r <= 0)
		return r;
	TRY(sandbox_empty_root(true, e));
	TRY(sandbox_drop_rights(0, e));
	TRY(stack_start(c, e));
	TRY(publish_start(c, e));
	resident_give_back_code();
	TRY(sandbox_filter_stack(e));
	/* init waits for it; if it has gone, so have we soon */
	if (write(c->ready_fd, "", 1) < 0)
		return 0;
	close(c->ready_fd);
	return stack_run(c, e);
}

int main(int argc, char **argv)
{
	static struct child c = { .control = -1, .tap = -1, .log_fd = -1,
				  .ready_fd = -1 };
	struct err e = { 0 }, ignored;

	if (argc > 1 && streq(argv[1], "--version"))
		return puts("rl-slirp " RL_VERSION) < 0;
	prctl(PR_SET_NAME, "rl-slirp");
	if (take_control(&c, &e) < 0)
		return 125;
	if (serve(&c, &e) < 0) {
		wire_send(c.control, WIRE_ERROR, &e, sizeof(e), NULL, 0,
			  &ignored);
		return 125;
	}
	/* the kernel takes its time to remove a tap: what rl waits for first */
	publish_stop(&c);
	close(c.control);
	return 0;
}
