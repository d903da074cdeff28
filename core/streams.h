#ifndef RL_STREAMS_H
#define RL_STREAMS_H
/*
 * streams.h - a container's stdin, stdout and stderr in the loop of its
 * supervisor, for one start.  Either they are ours, handed on as they are
 * where possible (the container is in the foreground, and nothing is
 * logged), or a hub has them.
 */
#include "core/hub.h"
#include "core/relay.h"
#include "core/terminal.h"

enum { STREAM_STDIN, STREAM_STDOUT, STREAM_STDERR, STREAM_MASTER_IN,
       STREAM_MASTER_OUT, STREAM_RELAYS };

/* What streams_poll() fills at most. */
#define STREAMS_POLL_MAX HUB_POLL_MAX

struct streams {
	const struct spec *spec;
	struct hub *hub;        /* borrowed, or NULL */
	int  child[3];          /* the container's ends of our pipes, or -1 */
	int  master;            /* of its terminal, or -1 */
	struct terminal terminal;
	struct relay *relays[STREAM_RELAYS];
};

#define STREAMS_INIT \
	{ .child = { -1, -1, -1 }, .master = -1, .terminal = TERMINAL_INIT }

/* Make what the container gets: s->child. */
int streams_open(struct streams *s, const struct spec *spec, struct hub *hub,
		 struct err *e);
/* The container has its ends. */
void streams_given(struct streams *s);
/* The other end of its terminal; owned from here on. */
int streams_terminal(struct streams *s, int master, struct err *e);
/* Ours has another size now.  False: there is no terminal to pass it to. */
bool streams_resize(struct streams *s);

/* Fill in what to wait for; returns how many. */
size_t streams_poll(struct streams *s, struct pollfd *p);
void streams_step(struct streams *s, const struct pollfd *p, size_t n);
/* In how many ms streams_step wants to be called at the latest; -1: never. */
int streams_timeout(const struct streams *s);

/* The container has ended: pass on what it still wrote. */
void streams_drain(struct streams *s);
/* Restore our terminal, close everything. */
void streams_close(struct streams *s);

#endif
