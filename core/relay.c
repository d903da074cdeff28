/* relay.c - bytes from one fd to another, from a poll loop. */
#include "core/relay.h"

/* poll(2) promises room for this much only: pipe(7) PIPE_BUF. */
#define RELAY_WRITE 4096

static bool finish(struct relay *r)
{
	if (r->close_out && r->out >= 0)
		close(r->out);
	r->in = r->out = -1;
	return false;
}

void relay_poll(const struct relay *r, struct pollfd *p)
{
	p->revents = 0;
	p->fd = r->len ? r->out : r->in;
	p->events = r->len ? POLLOUT : POLLIN;
}

static bool fill(struct relay *r)
{
	ssize_t n = read(r->in, r->buf, sizeof(r->buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) /* EIO: the last slave of a pty has closed */
		return finish(r);
	r->off = 0;
	r->len = n;
	return true;
}

static bool empty(struct relay *r)
{
	size_t k = r->len < RELAY_WRITE ? r->len : RELAY_WRITE;
	ssize_t n = write(r->out, r->buf + r->off, k);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n < 0)
		return finish(r);
	r->off += n;
	r->len -= n;
	return true;
}

bool relay_step(struct relay *r, const struct pollfd *p)
{
	if (r->in < 0)
		return false;
	if (!p->revents)
		return true;
	return r->len ? empty(r) : fill(r);
}

void relay_drain(struct relay *r)
{
	while (r->in >= 0) {
		struct pollfd p;

		relay_poll(r, &p);
		if (p.events == POLLIN && poll(&p, 1, 0) <= 0)
			return;
		if (p.events == POLLOUT && poll(&p, 1, 1000) <= 0)
			return;
		relay_step(r, &p);
	}
}
