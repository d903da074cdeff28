/* relay.c - two sockets joined. */
#include "net/slirp/relay.h"

#include <netinet/tcp.h>

/* One read: a larger one keeps others waiting. */
#define CHUNK (256 << 10)
/* Reads of one side before others have their turn. */
#define TURNS 4

struct side {
	struct watch watch;   /* first: a side is found by its watch */
	struct relay *relay;
	struct side *peer;
	uint8_t *rest;        /* read here, not yet taken by the peer */
	size_t off, len;
	uint32_t events;      /* what is waited for */
	bool connecting;
	bool read_end;        /* no more comes from here */
	bool write_end;       /* shut down */
	bool parked;          /* out of epoll: its hang-up is known */
};

struct relay {
	struct side outer, inner;
	struct relay *next;   /* on the list of the ended */
	bool ended;
};

static void end_relay(struct child *c, struct relay *r, bool reset)
{
	struct linger now = { .l_onoff = 1 };

	if (r->ended)
		return;
	r->ended = true;
	if (reset)
		setsockopt(r->outer.watch.fd, SOL_SOCKET, SO_LINGER, &now,
			   sizeof(now));
	if (reset && !r->inner.connecting)
		setsockopt(r->inner.watch.fd, SOL_SOCKET, SO_LINGER, &now,
			   sizeof(now));
	close(r->outer.watch.fd);
	close(r->inner.watch.fd);
	r->next = c->ended_relays;
	c->ended_relays = r;
}

void relay_sweep(struct child *c)
{
	while (c->ended_relays) {
		struct relay *r = c->ended_relays;

		c->ended_relays = r->next;
		free(r->outer.rest);
		free(r->inner.rest);
		free(r);
	}
}

static void wait_for(struct child *c, struct side *s)
{
	uint32_t want = 0;

	if (s->connecting || s->peer->len)
		want |= EPOLLOUT;
	if (!s->connecting && !s->peer->connecting && !s->read_end && !s->len)
		want |= EPOLLIN;
	if (s->parked && !s->len) {
		s->parked = false;
		s->events = want;
		child_watch(c, &s->watch, want);
	}
	if (s->parked || want == s->events)
		return;
	s->events = want;
	child_rewatch(c, &s->watch, want);
}

/* Send what waits in `s` to its peer.  False: the peer is broken. */
static bool flush(struct side *s)
{
	ssize_t n;

	if (!s->len)
		return true;
	n = send(s->peer->watch.fd, s->rest + s->off, s->len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	s->off += n;
	s->len -= n;
	if (s->len == 0) {
		free(steal_ptr(s->rest));
		s->off = 0;
	}
	return true;
}

static void keep(struct side *s, const uint8_t *data, size_t n)
{
	s->rest = xmalloc(n);
	memcpy(s->rest, data, n);
	s->off = 0;
	s->len = n;
}

/* Move what can be read at `s` to its peer.  False: one of them is broken. */
static bool move(struct child *c, struct side *s)
{
	for (int i = 0; i < TURNS && !s->read_end && !s->len; i++) {
		ssize_t n = recv(s->watch.fd, c->chunk, CHUNK, 0), sent;

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0) {
			s->read_end = true;
			break;
		}
		sent = send(s->peer->watch.fd, c->chunk, n, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (sent < 0)
			sent = 0;
		if (sent < n)
			keep(s, c->chunk + sent, n - sent);
		if (n < CHUNK / 2)
			break; /* likely all there was */
	}
	return true;
}

/* The end of what came from `s` becomes its peer's. */
static void pass_end(struct side *s)
{
	if (!s->read_end || s->len || s->peer->write_end)
		return;
	s->peer->write_end = true;
	shutdown(s->peer->watch.fd, SHUT_WR);
}

static bool connected(struct side *s)
{
	int code = 0;
	socklen_t n = sizeof(code);

	if (getsockopt(s->watch.fd, SOL_SOCKET, SO_ERROR, &code, &n) < 0 ||
	    code)
		return false;
	s->connecting = false;
	return true;
}

static void on_ready(struct child *c, struct watch *w, uint32_t events)
{
	struct side *s = (struct side *)w;
	struct relay *r = s->relay;
	bool fine = true;

	if (r->ended)
		return;
	if (s->connecting)
		fine = connected(s);
	else if (events & EPOLLERR)
		fine = false;
	if (fine && (events & EPOLLOUT))
		fine = flush(s->peer);
	if (fine && !s->connecting && !s->peer->connecting &&
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		fine = move(c, s);
	if (!fine) {
		end_relay(c, r, true);
		return;
	}
	pass_end(&r->outer);
	pass_end(&r->inner);
	if (r->outer.write_end && r->inner.write_end) {
		end_relay(c, r, false);
		return;
	}
	/* a hang-up is told for ever, and what it left cannot go on yet */
	if ((events & EPOLLHUP) && s->len && !s->parked) {
		s->parked = true;
		child_unwatch(c, s->watch.fd);
	}
	wait_for(c, &r->outer);
	wait_for(c, &r->inner);
}

static int join(struct child *c, struct relay *r, struct side *s,
		struct side *peer, int fd)
{
	s->watch = (struct watch){ fd, on_ready };
	s->relay = r;
	s->peer = peer;
	s->events = s->connecting ? EPOLLOUT : 0;
	return child_watch(c, &s->watch, s->events);
}

void relay_start(struct child *c, int outer, int inner)
{
	struct relay *r = xcalloc(1, sizeof(*r));
	int one = 1;

	if (!c->chunk)
		c->chunk = xmalloc(CHUNK);
	setsockopt(outer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	r->inner.connecting = true;
	if (join(c, r, &r->outer, &r->inner, outer) < 0 ||
	    join(c, r, &r->inner, &r->outer, inner) < 0) {
		r->outer.watch.fd = outer;
		r->inner.watch.fd = inner;
		end_relay(c, r, true);
	}
}
