#ifndef RL_SLIRP_CHILD_H
#define RL_SLIRP_CHILD_H
/*
 * child.h - rl-slirp's one context: what it was told, and its parts.
 *
 * The loop (net/slirp/stack.c) polls the control socket, the tap, libslirp's
 * sockets, and one epoll fd behind which all others wait: the resolver's and
 * the published ports'.
 */
#include "net/policy.h"
#include "net/slirp/frame.h"
#include "net/slirp/merge.h"
#include "net/slirp/timewait.h"
#include "net/wire.h"

#include <poll.h>
#include <sys/epoll.h>

/* The largest Ethernet frame there can be here. */
#define FRAME_MAX (65536 + 64)

struct Slirp;
struct child;
struct log;
struct maker;
struct publisher;
struct relay;
struct resolver;

/* An fd behind the epoll fd: part of what its owner keeps. */
struct watch {
	int fd;
	void (*ready)(struct child *c, struct watch *w, uint32_t events);
};

struct child {
	int control;  /* to rl; its end is ours */
	int tap;
	int ready_fd; /* a byte to init: we serve */
	int epoll;
	struct wire_config config;
	struct policy policy;
	int log_fd;   /* -1: no log */
	struct log *log;
	struct Slirp *slirp;
	struct resolver *resolver;
	struct publisher *publisher; /* NULL: no port is published */
	struct maker *maker;
	struct relay *ended_relays;  /* to be freed once no event is pending */
	uint8_t *chunk;              /* what a relay reads into */
	int64_t now_ms;       /* the monotonic clock when poll returned */
	struct pollfd *polls; /* control, tap, epoll, libslirp's */
	size_t n_polls, cap_polls;
	size_t most_polls;    /* since memory was given back */
	int64_t timer_ms;     /* libslirp's one timer; INT64_MAX: off */
	void (*timer_fn)(void *arg);
	void *timer_arg;
	uint8_t frame[FRAME_MAX]; /* from the guest */
	uint8_t reply[FRAME_MAX]; /* of our own making, to the guest */
	struct merge merge;       /* libslirp's, to the guest */
	uint8_t merged[FRAME_MAX];
	struct timewait timewait; /* libslirp's, that are about to go */
};

/* Write one frame to the guest; a full queue drops it. */
void child_send(struct child *c, const uint8_t *frame, size_t n);
/* Wait for `events` (EPOLLIN ...) on w->fd; again to change them. */
int child_watch(struct child *c, struct watch *w, uint32_t events);
int child_rewatch(struct child *c, struct watch *w, uint32_t events);
/* Wait for nothing more; closing the fd does the same. */
void child_unwatch(struct child *c, int fd);

#endif
