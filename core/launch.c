/* launch.c - attached to a container: stdio, keys and signals, to its end. */
#include "core/launch.h"

#include "core/base/file.h"
#include "core/signal_proxy.h"
#include "core/terminal.h"

#include <poll.h>
#include <signal.h>

/* poll(2) promises room for this much only: pipe(7) PIPE_BUF. */
#define WRITE_MAX 4096
#define INPUT_MAX 16384

struct attached {
	const struct launch *l;
	struct launch_end *end;
	struct detach_keys keys;
	struct signal_proxy signals;
	struct terminal terminal;
	int    pidfd;
	bool   in_open, over;
	struct hub_msg msg;   /* output that is being written */
	size_t off, len;
	int    out;           /* 1 or 2 */
};

/* ---- from the supervisor ---- */

static int failed(struct attached *a, const struct hub_end *end,
		  struct err *e)
{
	a->end->exit_code = end->exit_code;
	*e = end->err;
	return e->code ? -e->code : err_set(e, EIO, "the start failed");
}

/* A supervisor that has gone may have said how it ended: to be heard yet. */
static int say(const struct attached *a, enum hub_type type, const void *data,
	       size_t n, struct err *e)
{
	int r = hub_send(a->l->sock, type, data, n, -1, true, e);

	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static int send_size(const struct attached *a, struct err *e)
{
	struct winsize size;

	if (!a->l->terminal || !terminal_size(&size))
		return 0;
	return say(a, HUB_SIZE, &size, sizeof(size), e);
}

/* What was typed before waits in the terminal; from here on it is raw. */
static int begin(struct attached *a, int pidfd, struct err *e)
{
	if (a->pidfd >= 0)
		close(a->pidfd);
	a->pidfd = a->signals.pidfd = pidfd;
	a->signals.running = true;
	return send_size(a, e);
}

static void show(struct attached *a, int out, size_t n)
{
	a->out = out;
	a->off = 0;
	a->len = (out == 1 ? a->l->out : a->l->err) ? n : 0;
}

static int hear(struct attached *a, struct err *e)
{
	auto_close int fd = -1;
	int n = hub_recv(a->l->sock, &a->msg, &fd);

	if (n == -EAGAIN)
		return 0;
	if (n < 0)
		return err_set(e, EPIPE, "the container's supervisor was "
			       "killed");
	switch (a->msg.type) {
	case HUB_STARTED:
		return begin(a, steal_fd(fd), e);
	case HUB_STDOUT:
	case HUB_STDERR:
		show(a, a->msg.type == HUB_STDOUT ? 1 : 2, n);
		return 0;
	case HUB_FAILED:
		return failed(a, &a->msg.end, e);
	case HUB_EXIT:
		a->over = true;
		a->end->exit_code = a->msg.end.exit_code;
		return 0;
	default:
		return err_set(e, EPROTO, "supervisor message %u",
			       a->msg.type);
	}
}

static int write_output(struct attached *a, struct err *e)
{
	size_t k = a->len < WRITE_MAX ? a->len : WRITE_MAX;
	ssize_t n = write(a->out, a->msg.data + a->off, k);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_sys(e, "write the container's output");
	a->off += n;
	a->len -= n;
	return 0;
}

/* ---- from the user ---- */

static int detach(struct attached *a, struct err *e)
{
	a->over = a->end->detached = true;
	return say(a, HUB_DETACH, NULL, 0, e);
}

static int read_input(struct attached *a, struct err *e)
{
	char in[INPUT_MAX], out[INPUT_MAX + DETACH_KEYS_MAX];
	ssize_t n = read(0, in, sizeof(in));
	size_t k;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n <= 0) {
		a->in_open = false;
		return say(a, HUB_STDIN_EOF, NULL, 0, e);
	}
	if (detach_keys_take(&a->keys, in, n, out, &k))
		return detach(a, e);
	return k ? say(a, HUB_STDIN, out, k, e) : 0;
}

static int take_signal(struct attached *a, struct err *e)
{
	int sig = signal_proxy_take(&a->signals, e);

	return sig == SIGWINCH ? send_size(a, e) : sig;
}

/* ---- the loop ---- */

enum { P_SIGNALS, P_SOCK, P_IN, P_OUT, P_N };

static int loop_once(struct attached *a, struct err *e)
{
	struct pollfd p[P_N] = {
		[P_SIGNALS] = { a->signals.fd, POLLIN, 0 },
		[P_SOCK] = { a->len ? -1 : a->l->sock, POLLIN, 0 },
		[P_IN] = { a->in_open ? 0 : -1, POLLIN, 0 },
		[P_OUT] = { a->len ? a->out : -1, POLLOUT, 0 },
	};

	if (poll(p, P_N, -1) < 0)
		return errno == EINTR ? 0 : err_sys(e, "poll");
	if (p[P_SIGNALS].revents)
		TRY(take_signal(a, e));
	if (p[P_OUT].revents)
		TRY(write_output(a, e));
	if (p[P_SOCK].revents)
		TRY(hear(a, e));
	if (p[P_IN].revents && !a->over)
		return read_input(a, e);
	return 0;
}

static int attach(struct attached *a, struct err *e)
{
	uint32_t flags = (a->l->in ? HUB_WANTS_STDIN : 0) |
			 (a->l->out || a->l->err ? HUB_WANTS_OUTPUT : 0);

	TRY(signal_proxy_open(&a->signals, e));
	TRY(hub_send(a->l->sock, HUB_ATTACH, &flags, sizeof(flags), -1, true,
		     e));
	TRY(send_size(a, e));
	if (a->l->terminal && a->l->in && isatty(0))
		TRY(terminal_raw(&a->terminal, 0, e));
	while (!a->over)
		TRY(loop_once(a, e));
	return 0;
}

int launch_attach(const struct launch *l, struct launch_end *ret,
		  struct err *e)
{
	struct attached *a = xcalloc(1, sizeof(*a));
	int r;

	a->l = l;
	a->end = ret;
	a->keys = l->keys;
	a->signals = (struct signal_proxy){
		.fd = -1, .pidfd = -1, .init = l->init,
		.enabled = l->sig_proxy,
		.deaf = !l->sig_proxy && !l->foreground,
	};
	a->terminal = (struct terminal)TERMINAL_INIT;
	a->pidfd = -1;
	a->in_open = l->in;
	*ret = (struct launch_end){ .exit_code = 125 };
	r = attach(a, e);
	terminal_restore(&a->terminal);
	if (a->pidfd >= 0)
		close(a->pidfd);
	if (a->signals.fd >= 0)
		close(a->signals.fd);
	free(a);
	return r;
}

int launch_await_start(int sock, struct launch_end *ret, struct err *e)
{
	struct hub_msg *m = xmalloc(sizeof(*m));
	struct pollfd p = { sock, POLLIN, 0 };
	int fd = -1, n;

	*ret = (struct launch_end){ .exit_code = 125 };
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
	n = hub_recv(sock, m, &fd);
	if (fd >= 0)
		close(fd);
	if (n >= 0 && m->type == HUB_FAILED) {
		ret->exit_code = m->end.exit_code;
		*e = m->end.err;
		n = e->code ? -e->code : -EIO;
	} else if (n < 0) {
		n = err_set(e, EPIPE, "the container's supervisor was killed");
	} else {
		n = 0;
	}
	free(m);
	return n;
}
