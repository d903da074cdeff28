/* stack.c - libslirp's callbacks, and the loop around it. */
#include "net/slirp/stack.h"

#include "net/slirp/child.h"
#include "net/slirp/judge.h"
#include "net/slirp/log.h"
#include "net/slirp/publish.h"
#include "net/slirp/relay.h"
#include "net/slirp/resolver.h"

#include <malloc.h>
#include <slirp/libslirp.h>
#include <sys/syscall.h>
#include <time.h>

/* Frames taken from the tap before the sockets get their turn. */
#define FRAME_BATCH 32
#define READY_MAX 64
/* Sockets of libslirp's from which on memory is given back after them. */
#define MANY 32
/*
 * libslirp never opens its window beyond 65535 bytes, so a guest that sends
 * 64 KB segments has one on its way and waits for the answer.  With five
 * smaller ones both sides work at once: twice the speed.  libslirp then
 * sends such ones, too, which net/slirp/merge.c puts together.
 */
#define SEGMENT_MTU (65480 / 5 + 40)

enum { P_CONTROL, P_TAP, P_EPOLL, P_FIXED };

/* ---- for the other parts ---- */

void child_send(struct child *c, const uint8_t *frame, size_t n)
{
	ssize_t r;

	do
		r = write(c->tap, frame, n);
	while (r < 0 && errno == EINTR);
}

static int control_epoll(struct child *c, int op, struct watch *w,
			 uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(c->epoll, op, w->fd, &ev) < 0 ? -errno : 0;
}

int child_watch(struct child *c, struct watch *w, uint32_t events)
{
	return control_epoll(c, EPOLL_CTL_ADD, w, events);
}

int child_rewatch(struct child *c, struct watch *w, uint32_t events)
{
	return control_epoll(c, EPOLL_CTL_MOD, w, events);
}

void child_unwatch(struct child *c, int fd)
{
	epoll_ctl(c->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* ---- what libslirp asks of us ---- */

/* What was put together goes out. */
static void flush(struct child *c)
{
	size_t n = merge_finish(&c->merge);

	if (n)
		child_send(c, c->merge.frame, n);
}

static ssize_t send_packet(const void *buf, size_t n, void *arg)
{
	struct child *c = arg;

	if (merge_take(&c->merge, buf, n))
		return n;
	flush(c);
	/* a full queue drops the frame: TCP sends it again */
	if (!merge_take(&c->merge, buf, n)) {
		timewait_to_guest(&c->timewait, buf, n);
		child_send(c, buf, n);
	}
	return n;
}

static void guest_error(const char *msg UNUSED, void *arg UNUSED)
{
}

static int64_t clock_ns(void *arg UNUSED)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *timer_new(SlirpTimerCb fn, void *fn_arg, void *arg)
{
	struct child *c = arg;

	c->timer_fn = fn;
	c->timer_arg = fn_arg;
	c->timer_ms = INT64_MAX;
	return c;
}

static void timer_free(void *timer UNUSED, void *arg)
{
	((struct child *)arg)->timer_ms = INT64_MAX;
}

static void timer_mod(void *timer UNUSED, int64_t expire_ms, void *arg)
{
	((struct child *)arg)->timer_ms = expire_ms;
}

static void watch_fd(int fd UNUSED, void *arg UNUSED)
{
}

static void notify(void *arg UNUSED)
{
}

static const SlirpCb callbacks = {
	.send_packet = send_packet, .guest_error = guest_error,
	.clock_get_ns = clock_ns, .timer_new = timer_new,
	.timer_free = timer_free, .timer_mod = timer_mod,
	.register_poll_fd = watch_fd, .unregister_poll_fd = watch_fd,
	.notify = notify,
};

/*
 * libslirp connects a guest's TCP to wherever the guest says; what is meant
 * for the name server must reach the host's.  This takes the place of libc's
 * connect for libslirp too, as the program's symbols come first.
 */
static struct child *connecting;

int connect(int fd, const struct sockaddr *addr, socklen_t n)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct child *c = connecting;

	if (c && addr->sa_family == AF_INET && in->sin_port == htons(53) &&
	    in->sin_addr.s_addr == c->config.dns.s_addr &&
	    resolver_server(c)->ss_family == AF_INET) {
		addr = (const struct sockaddr *)resolver_server(c);
		n = sizeof(struct sockaddr_in);
	}
	return syscall(SYS_connect, fd, addr, n);
}

int stack_start(struct child *c, struct err *e)
{
	const struct wire_config *w = &c->config;
	SlirpConfig s = {
		.version = 4, .in_enabled = true,
		.vnetwork.s_addr = w->gateway.s_addr & w->mask.s_addr,
		.vnetmask = w->mask, .vhost = w->gateway,
		.vnameserver = w->dns, .vdhcp_start = w->addr,
		.if_mtu = w->mtu < SEGMENT_MTU ? w->mtu : SEGMENT_MTU,
		.if_mru = w->mtu,
		.disable_host_loopback = !w->host_loopback,
		.disable_dns = true, .disable_dhcp = true,
	};

	if (w->ipv6) {
		s.in6_enabled = true;
		s.vprefix_len = w->prefix6;
		s.vhost6 = w->gateway6;
		s.vprefix_addr6 = w->gateway6;
		memset(s.vprefix_addr6.s6_addr + w->prefix6 / 8, 0,
		       16 - w->prefix6 / 8);
	}
	c->timer_ms = INT64_MAX;
	c->merge.frame = c->merged;
	c->merge.max = FRAME_ETH + w->mtu;
	connecting = c;
	c->slirp = slirp_new(&s, &callbacks, c);
	return c->slirp ? 0 : err_set(e, EINVAL, "libslirp does not start");
}

/* ---- the loop ---- */

static int add_poll(int fd, int events, void *arg)
{
	struct child *c = arg;
	short want = 0;

	if (events & SLIRP_POLL_IN)
		want |= POLLIN;
	if (events & SLIRP_POLL_OUT)
		want |= POLLOUT;
	if (events & SLIRP_POLL_PRI)
		want |= POLLPRI;
	if (c->n_polls == c->cap_polls) {
		c->cap_polls *= 2;
		c->polls = xrealloc(c->polls, c->cap_polls, sizeof(*c->polls));
	}
	c->polls[c->n_polls] = (struct pollfd){ fd, want, 0 };
	return c->n_polls++;
}

static int get_revents(int i, void *arg)
{
	short got = ((struct child *)arg)->polls[i].revents;
	int r = 0;

	if (!got)
		return 0;
	if (got & POLLIN)
		r |= SLIRP_POLL_IN;
	if (got & POLLOUT)
		r |= SLIRP_POLL_OUT;
	if (got & POLLPRI)
		r |= SLIRP_POLL_PRI;
	if (got & POLLERR)
		r |= SLIRP_POLL_ERR;
	if (got & POLLHUP)
		r |= SLIRP_POLL_HUP;
	return r;
}

/* How long poll may wait: the nearest of all clocks. */
static int next_ms(const struct child *c, uint32_t slirp_ms)
{
	int64_t due = resolver_due(c);

	if (c->timer_ms < due)
		due = c->timer_ms;
	if (due != INT64_MAX && due - c->now_ms < slirp_ms)
		slirp_ms = due > c->now_ms ? due - c->now_ms : 0;
	return slirp_ms > INT32_MAX ? -1 : (int)slirp_ms;
}

/*
 * Many connections have gone: their buffers, 256 KB each, lie between what
 * is still in use, where free() keeps them.
 */
static void give_back(struct child *c)
{
	if (c->n_polls > c->most_polls)
		c->most_polls = c->n_polls;
	if (c->most_polls < MANY || c->n_polls > c->most_polls / 4)
		return;
	malloc_trim(0);
	c->most_polls = c->n_polls;
}

static int wait_all(struct child *c, struct err *e)
{
	uint32_t timeout = UINT32_MAX;
	int r;

	c->n_polls = P_FIXED;
	c->polls[P_CONTROL] = (struct pollfd){ c->control, POLLIN, 0 };
	c->polls[P_TAP] = (struct pollfd){ c->tap, POLLIN, 0 };
	c->polls[P_EPOLL] = (struct pollfd){ c->epoll, POLLIN, 0 };
	slirp_pollfds_fill(c->slirp, &timeout, add_poll, c);
	give_back(c);
	r = poll(c->polls, c->n_polls, next_ms(c, timeout));
	if (r < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (r < 0)
		for (size_t i = 0; i < c->n_polls; i++)
			c->polls[i].revents = 0;
	c->now_ms = clock_ns(c) / 1000000;
	return 0;
}

static void to_libslirp(struct child *c, const struct frame *f)
{
	size_t n;

	timewait_from_guest(&c->timewait, f);
	slirp_input(c->slirp, f->eth, f->n);
	n = timewait_due(&c->timewait);
	if (n)
		slirp_input(c->slirp, c->timewait.reset, n);
}

static void take_frame(struct child *c, size_t n)
{
	struct frame f;
	enum frame_kind kind = frame_parse(c->frame, n, &f);
	struct judgement j;

	if (kind == FRAME_IP && publish_answer(c, &f))
		return;
	j = judge_frame(&c->config, &c->policy, kind, &f, c->now_ms);
	if (j.opens && c->log_fd >= 0)
		log_connection(c, &f, j.verdict == VERDICT_PASS);
	switch (j.verdict) {
	case VERDICT_PASS:
		to_libslirp(c, &f);
		return;
	case VERDICT_DNS:
		resolver_query(c, &f);
		return;
	case VERDICT_REFUSE:
		child_send(c, c->reply, judge_refusal(c->reply, &f));
		return;
	case VERDICT_DROP:
		return;
	}
}

static int take_frames(struct child *c, struct err *e)
{
	for (int i = 0; i < FRAME_BATCH; i++) {
		ssize_t n = read(c->tap, c->frame, sizeof(c->frame));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return n ? err_sys(e, "read from the tap") :
				   err_set(e, EPIPE, "the tap ended");
		take_frame(c, n);
	}
	return 0;
}

static void take_ready(struct child *c)
{
	struct epoll_event ev[READY_MAX];
	int n = epoll_wait(c->epoll, ev, READY_MAX, 0);

	for (int i = 0; i < n; i++) {
		struct watch *w = ev[i].data.ptr;

		w->ready(c, w, ev[i].events);
	}
	relay_sweep(c);
}

/* 1: go on, 0: rl has gone. */
static int hear(struct child *c, struct err *e)
{
	static struct wire_msg m;
	int fds[WIRE_FDS] = { -1, -1, -1, -1 };
	int r = wire_recv(c->control, &m, fds, e);

	for (int i = 0; i < WIRE_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (r > 0 && m.type == WIRE_RESOLV)
		resolver_conf(c, m.text);
	return r;
}

static void tick(struct child *c)
{
	resolver_tick(c);
	if (c->timer_ms > c->now_ms)
		return;
	c->timer_ms = INT64_MAX;
	c->timer_fn(c->timer_arg);
	flush(c);
}

int stack_run(struct child *c, struct err *e)
{
	c->cap_polls = 64;
	c->polls = xcalloc(c->cap_polls, sizeof(*c->polls));
	/*
	 * libslirp reads the clock here alone: sockets made for the first
	 * frames would be past their time, and their answers lost.
	 */
	slirp_pollfds_poll(c->slirp, 1, get_revents, c);
	for (;;) {
		TRY(wait_all(c, e));
		if (c->polls[P_CONTROL].revents) {
			int r = hear(c, e);

			if (r <= 0)
				return r;
		}
		if (c->polls[P_TAP].revents)
			TRY(take_frames(c, e));
		slirp_pollfds_poll(c->slirp, 0, get_revents, c);
		flush(c);
		if (c->polls[P_EPOLL].revents)
			take_ready(c);
		tick(c);
	}
}
