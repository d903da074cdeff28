/* streams.c - stdio of a container: handed on, relayed, or a hub's. */
#include "core/streams.h"

#include "core/base/file.h"

static void add_relay(struct streams *s, int which, int in, int out,
		      bool close_out)
{
	struct relay *r = xmalloc(sizeof(*r));

	r->in = in;
	r->out = out;
	r->close_out = close_out;
	r->off = r->len = 0;
	s->relays[which] = r;
}

/*
 * Without -t the program sees no terminal: where ours is one, a pipe goes
 * between.  Files and pipes are handed over as they are; so is a terminal of
 * the OCI command line's caller, which Slurm's --pty is.
 */
static int hand_on(struct streams *s, int fd, struct err *e)
{
	int p[2];

	if (s->spec->terminal || s->spec->plain || !isatty(fd) ||
	    (fd == 0 && !s->spec->interactive))
		return 0;
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	s->child[fd] = fd ? p[1] : p[0];
	if (fd == 0)
		add_relay(s, STREAM_STDIN, 0, p[1], true);
	else
		add_relay(s, fd, p[0], fd, false);
	return 0;
}

int streams_open(struct streams *s, const struct spec *spec, struct hub *hub,
		 struct err *e)
{
	s->spec = spec;
	s->hub = hub;
	if (hub)
		return hub_open(hub, spec, s->child, e);
	for (int fd = 0; fd <= 2; fd++)
		TRY(hand_on(s, fd, e));
	return 0;
}

void streams_given(struct streams *s)
{
	for (int fd = 0; fd <= 2; fd++)
		if (s->child[fd] >= 0)
			close(steal_fd(s->child[fd]));
}

int streams_terminal(struct streams *s, int master, struct err *e)
{
	if (s->hub) {
		hub_terminal(s->hub, master);
		return 0;
	}
	s->master = master;
	if (isatty(1))
		terminal_copy_size(1, master);
	else if (isatty(0))
		terminal_copy_size(0, master);
	add_relay(s, STREAM_MASTER_OUT, master, 1, false);
	if (!s->spec->interactive)
		return 0;
	add_relay(s, STREAM_MASTER_IN, 0, master, false);
	return isatty(0) ? terminal_raw(&s->terminal, 0, e) : 0;
}

bool streams_resize(struct streams *s)
{
	if (s->master >= 0)
		terminal_copy_size(1, s->master);
	return s->master >= 0;
}

size_t streams_poll(struct streams *s, struct pollfd *p)
{
	if (s->hub)
		return hub_poll(s->hub, p);
	for (int i = 0; i < STREAM_RELAYS; i++) {
		p[i] = (struct pollfd){ -1, 0, 0 };
		if (s->relays[i])
			relay_poll(s->relays[i], &p[i]);
	}
	return STREAM_RELAYS;
}

void streams_step(struct streams *s, const struct pollfd *p, size_t n)
{
	if (s->hub) {
		hub_step(s->hub, p, n);
		return;
	}
	for (int i = 0; i < STREAM_RELAYS; i++)
		if (s->relays[i] && !relay_step(s->relays[i], &p[i]))
			free(steal_ptr(s->relays[i]));
}

int streams_timeout(const struct streams *s)
{
	return s->hub ? hub_timeout(s->hub) : -1;
}

void streams_drain(struct streams *s)
{
	static const int outs[] = { STREAM_STDOUT, STREAM_STDERR,
				    STREAM_MASTER_OUT };

	if (s->hub) {
		hub_shut(s->hub);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(outs); i++)
		if (s->relays[outs[i]])
			relay_drain(s->relays[outs[i]]);
}

void streams_close(struct streams *s)
{
	terminal_restore(&s->terminal);
	for (int i = 0; i < STREAM_RELAYS; i++)
		free(s->relays[i]);
	streams_given(s);
	if (s->master >= 0)
		close(s->master);
}
