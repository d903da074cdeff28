/* hub.c - a container's output to its log and clients, their input to it. */
#include "core/hub.h"

#include "core/base/file.h"
#include "core/base/resident.h"
#include "core/base/time.h"
#include "core/log_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

/*
 * Theory of operation: while a client owes (its socket was full), the
 * container is not read.  While input waits for the container to read it,
 * no client's input is read, but for its end of file.
 */
struct client {
	int  fd;
	bool output, input; /* what it asked for */
	bool owes;          /* has yet to take the last packet */
	bool owner;         /* the container goes when it is killed */
};

enum { OUT, ERR, OUTS };

struct hub {
	int  listen;
	int  in;         /* the container's stdin, -1: closed */
	int  out[OUTS];  /* its stdout (or terminal) and stderr, -1: closed */
	bool terminal;
	struct winsize size; /* what a client said last */
	bool stdin_once; /* stdin ends with the first client's */
	bool abandoned;
	int  pidfd;      /* borrowed while it runs */
	struct log_file *log;
	int64_t logged;  /* when it was written last, time_steady() */
	struct client clients[HUB_CLIENTS_MAX];
	size_t n_clients;
	enum hub_type packet; /* what clients may owe */
	size_t len;
	char   buf[HUB_DATA_MAX];
	size_t in_off, in_len;
	bool   in_ends;       /* close it when that is written */
	struct hub_msg input;
};

/* ---- clients ---- */

static struct client *add_client(struct hub *h, int fd)
{
	struct client *c = &h->clients[h->n_clients++];

	*c = (struct client){ .fd = fd };
	return c;
}

static void drop_client(struct hub *h, size_t i)
{
	close(h->clients[i].fd);
	h->clients[i] = h->clients[--h->n_clients];
}

struct hub *hub_new(const struct hub_options *o)
{
	struct hub *h = xcalloc(1, sizeof(*h));

	h->listen = o->listen;
	h->in = h->out[OUT] = h->out[ERR] = h->pidfd = -1;
	h->log = o->log;
	h->stdin_once = o->stdin_once;
	if (o->client >= 0) {
		struct client *c = add_client(h, o->client);

		c->owner = o->foreground;
	}
	return h;
}

static void close_ends(struct hub *h)
{
	if (h->in >= 0)
		close(steal_fd(h->in));
	for (int i = 0; i < OUTS; i++)
		if (h->out[i] >= 0)
			close(steal_fd(h->out[i]));
}

void hub_free(struct hub *h)
{
	if (h->terminal)
		h->in = -1; /* the same fd as out[OUT] */
	close_ends(h);
	while (h->n_clients)
		drop_client(h, 0);
	if (h->listen >= 0)
		close(h->listen);
	free(h);
}

static void accept_client(struct hub *h)
{
	int fd = accept4(h->listen, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (h->n_clients == HUB_CLIENTS_MAX) {
		close(fd);
		return;
	}
	add_client(h, fd);
	if (h->pidfd >= 0)
		hub_send(fd, HUB_STARTED, NULL, 0, h->pidfd, false, NULL);
}

bool hub_abandoned(const struct hub *h)
{
	return h->abandoned;
}

/* ---- a start ---- */

static int make_pipe(int fd, int *ours, int ret[3], struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	ret[fd] = fd ? p[1] : p[0];
	*ours = fd ? p[0] : p[1];
	return 0;
}

int hub_open(struct hub *h, const struct spec *spec, int ret[3],
	     struct err *e)
{
	h->terminal = spec->terminal;
	h->in_off = h->in_len = 0;
	h->in_ends = false;
	ret[0] = ret[1] = ret[2] = -1;
	if (spec->terminal)
		return 0;
	if (spec->interactive)
		TRY(make_pipe(0, &h->in, ret, e));
	/* a program that reads slowly must not stop us: poll says when */
	if (h->in >= 0 && fcntl(h->in, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, "prepare the container's stdin");
	TRY(make_pipe(1, &h->out[OUT], ret, e));
	return make_pipe(2, &h->out[ERR], ret, e);
}

void hub_terminal(struct hub *h, int master)
{
	fcntl(master, F_SETFL, O_NONBLOCK);
	h->out[OUT] = h->in = master;
	if (h->size.ws_row)
		ioctl(master, TIOCSWINSZ, &h->size);
}

void hub_started(struct hub *h, int pidfd)
{
	h->pidfd = pidfd;
	for (size_t i = 0; i < h->n_clients; i++)
		hub_send(h->clients[i].fd, HUB_STARTED, NULL, 0, pidfd, false,
			 NULL);
}

/* ---- output ---- */

static bool anyone_owes(const struct hub *h)
{
	for (size_t i = 0; i < h->n_clients; i++)
		if (h->clients[i].owes)
			return true;
	return false;
}

/* False: the client is gone. */
static bool pay(struct hub *h, struct client *c)
{
	int r = hub_send(c->fd, h->packet, h->buf, h->len, -1, false, NULL);

	c->owes = r == -EAGAIN;
	return r == 0 || c->owes;
}

static void hand_out(struct hub *h)
{
	for (size_t i = h->n_clients; i-- > 0;)
		if (h->clients[i].output && !pay(h, &h->clients[i]))
			h->clients[i].output = false;
}

static void close_out(struct hub *h, int which)
{
	/* a terminal is one fd for both directions */
	if (h->terminal)
		h->in = -1;
	close(steal_fd(h->out[which]));
}

/* Read once.  False: there was nothing. */
static bool read_out(struct hub *h, int which)
{
	ssize_t n = read(h->out[which], h->buf, sizeof(h->buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) { /* EIO: the last slave of a terminal has closed */
		close_out(h, which);
		return false;
	}
	h->len = n;
	h->packet = which == OUT ? HUB_STDOUT : HUB_STDERR;
	log_write(h->log, which == OUT ? LOG_STDOUT : LOG_STDERR, h->buf, n);
	h->logged = time_steady();
	hand_out(h);
	return true;
}

/* ---- input ---- */

static void end_input(struct hub *h)
{
	if (h->terminal || h->in < 0)
		return;
	if (h->in_len)
		h->in_ends = true;
	else
		close(steal_fd(h->in));
}

static void write_input(struct hub *h)
{
	ssize_t n = write(h->in, h->input.data + h->in_off, h->in_len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) { /* nobody reads it any more */
		h->in_len = 0;
		h->in_ends = true;
	} else {
		h->in_off += n;
		h->in_len -= n;
	}
	if (!h->in_len && h->in_ends)
		end_input(h);
}

static void take_input(struct hub *h, const struct client *c, size_t n)
{
	if (!c->input || h->in < 0)
		return;
	h->in_off = 0;
	h->in_len = n;
	write_input(h);
}

static void set_size(struct hub *h, const struct winsize *size)
{
	h->size = *size;
	if (h->terminal && h->out[OUT] >= 0)
		ioctl(h->out[OUT], TIOCSWINSZ, size);
}

/* False: the client is gone. */
static bool hear_client(struct hub *h, struct client *c)
{
	int fd, n = hub_recv(c->fd, &h->input, &fd);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return n == -EAGAIN;
	switch (h->input.type) {
	case HUB_ATTACH:
		c->input = h->input.flags & HUB_WANTS_STDIN;
		c->output = h->input.flags & HUB_WANTS_OUTPUT;
		return true;
	case HUB_STDIN:
		take_input(h, c, n);
		return true;
	case HUB_STDIN_EOF:
		if (c->input && h->stdin_once)
			end_input(h);
		return true;
	case HUB_SIZE:
		if (n == sizeof(h->input.size))
			set_size(h, &h->input.size);
		return true;
	case HUB_DETACH:
		c->owner = false;
		return false;
	default:
		return false;
	}
}

static void lose_client(struct hub *h, size_t i)
{
	struct client *c = &h->clients[i];

	if (c->owner)
		h->abandoned = true;
	if (c->input && h->stdin_once)
		end_input(h);
	drop_client(h, i);
}

/* ---- the loop's part ---- */

/* Fixed places before the clients. */
enum { P_LISTEN, P_IN, P_OUT, P_ERR, P_CLIENTS };

size_t hub_poll(struct hub *h, struct pollfd *p)
{
	bool owed = anyone_owes(h);

	p[P_LISTEN] = (struct pollfd){ h->listen, POLLIN, 0 };
	p[P_IN] = (struct pollfd){ h->in_len ? h->in : -1, POLLOUT, 0 };
	p[P_OUT] = (struct pollfd){ owed ? -1 : h->out[OUT], POLLIN, 0 };
	p[P_ERR] = (struct pollfd){ owed ? -1 : h->out[ERR], POLLIN, 0 };
	for (size_t i = 0; i < h->n_clients; i++)
		p[P_CLIENTS + i] = (struct pollfd){
			.fd = h->clients[i].fd,
			.events = (h->in_len ? 0 : POLLIN) |
				  (h->clients[i].owes ? POLLOUT : 0),
		};
	return P_CLIENTS + h->n_clients;
}

static void step_client(struct hub *h, size_t i, int revents)
{
	struct client *c = &h->clients[i];
	bool there = true;

	if (c->owes && (revents & POLLOUT))
		there = pay(h, c);
	if (there && (revents & (POLLIN | POLLHUP)) && !h->in_len)
		there = hear_client(h, c);
	else if (there && (revents & (POLLHUP | POLLERR)))
		there = false;
	if (!there)
		lose_client(h, i);
}

void hub_step(struct hub *h, const struct pollfd *p, size_t n)
{
	/* from the last to the first: a lost one's place is taken by those
	 * that were looked at already */
	for (size_t i = n; i-- > P_CLIENTS;)
		if (p[i].revents)
			step_client(h, i - P_CLIENTS, p[i].revents);
	if (p[P_IN].revents && h->in >= 0 && h->in_len)
		write_input(h);
	if (p[P_OUT].revents && h->out[OUT] >= 0 && !anyone_owes(h))
		read_out(h, OUT);
	if (p[P_ERR].revents && h->out[ERR] >= 0 && !anyone_owes(h))
		read_out(h, ERR);
	if (p[P_LISTEN].revents)
		accept_client(h);
	if (hub_timeout(h) == 0)
		log_flush(h->log);
}

/* A line without its newline, a prompt, is logged after a while. */
int hub_timeout(const struct hub *h)
{
	int64_t left;

	if (!log_waiting(h->log))
		return -1;
	left = LOG_WAIT_MS - (time_steady() - h->logged) / 1000000;
	return left > 0 ? left : 0;
}

void hub_rest(struct hub *h)
{
	if (!anyone_owes(h))
		resident_forget(h->buf, sizeof(h->buf));
	if (!h->in_len)
		resident_forget(&h->input, sizeof(h->input));
	log_rest(h->log);
}

/* ---- the end ---- */

/* Clients that are slow to take the rest are waited for, while they live. */
static bool settle_debts(struct hub *h)
{
	while (anyone_owes(h)) {
		struct pollfd p[HUB_CLIENTS_MAX];
		size_t n = h->n_clients;

		for (size_t i = 0; i < n; i++)
			p[i] = (struct pollfd){
				h->clients[i].owes ? h->clients[i].fd : -1,
				POLLOUT, 0,
			};
		if (poll(p, n, -1) < 0 && errno != EINTR)
			return false;
		for (size_t i = n; i-- > 0;)
			if (p[i].revents && !pay(h, &h->clients[i]))
				lose_client(h, i);
	}
	return true;
}

/* What is there; another process may hold the other end open for long. */
static void drain(struct hub *h, int which)
{
	while (h->out[which] >= 0 && settle_debts(h)) {
		struct pollfd p = { h->out[which], POLLIN, 0 };

		if (poll(&p, 1, 0) <= 0)
			return;
		read_out(h, which);
	}
}

void hub_note(struct hub *h, const char *fmt, ...)
{
	va_list args;

	settle_debts(h);
	va_start(args, fmt);
	h->len = vsnprintf(h->buf, sizeof(h->buf), fmt, args);
	va_end(args);
	h->packet = HUB_STDERR;
	log_write(h->log, LOG_STDERR, h->buf, h->len);
	hand_out(h);
}

void hub_shut(struct hub *h)
{
	drain(h, OUT);
	drain(h, ERR);
	settle_debts(h);
	log_flush(h->log);
	h->pidfd = -1;
	h->in_len = 0;
	if (h->terminal)
		h->in = -1;
	close_ends(h);
}

/* One that takes nothing for so long will not hear how it ended. */
#define TELL_S 30

void hub_tell(struct hub *h, enum hub_type type, const struct hub_end *end)
{
	struct timeval limit = { .tv_sec = TELL_S };

	while (h->n_clients) {
		int fd = h->clients[0].fd;

		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		hub_send(fd, type, end, sizeof(*end), -1, true, NULL);
		drop_client(h, 0);
	}
}
