#ifndef RL_HUB_H
#define RL_HUB_H
/*
 * hub.h - the supervisor's end of a container's stdin, stdout and stderr,
 * where they are not simply ours: what the container writes goes to its log
 * and to everybody attached; what they type goes to the container.
 *
 * Nothing is lost and nothing grows: there is one buffer, and the container
 * is read again when every client has taken what was read last.  A client
 * that takes nothing holds the container up, as a full pipe would.
 *
 * A hub lives as long as the supervisor, over several starts.
 */
#include "core/hub_wire.h"
#include "core/spec.h"

#include <poll.h>

#define HUB_CLIENTS_MAX 32
/* What hub_poll() fills at most. */
#define HUB_POLL_MAX (4 + HUB_CLIENTS_MAX)

struct hub;
struct log_file;

struct hub_options {
	int listen;           /* a listening socket, or -1; the hub's */
	int client;           /* who started it all, or -1; the hub's */
	bool foreground;      /* the container goes when that one is killed */
	bool stdin_once;      /* stdin ends with that of the first to end it */
	struct log_file *log; /* borrowed, or NULL */
};

/* Never fails; what is in `o` is used up. */
struct hub *hub_new(const struct hub_options *o);
/* Close its ends and let the clients go. */
void hub_free(struct hub *h);
DEFINE_AUTO(struct hub *, auto_hub, NULL, hub_free)
#define auto_hub __attribute__((cleanup(auto_hub_p)))

/*
 * Make the ends of a start: ret[fd] is what becomes the container's fd, the
 * caller's to close; -1 with a terminal of its own.
 */
int hub_open(struct hub *h, const struct spec *spec, int ret[3],
	     struct err *e);
/* The other end of the container's terminal; the hub's from here on. */
void hub_terminal(struct hub *h, int master);
/* Its program runs: tell the clients.  `pidfd` is borrowed until hub_shut. */
void hub_started(struct hub *h, int pidfd);

/* Fill in what to wait for; returns how many. */
size_t hub_poll(struct hub *h, struct pollfd *p);
/* Act on poll's answer to these. */
void hub_step(struct hub *h, const struct pollfd *p, size_t n);
/* In how many ms hub_step wants to be called at the latest; -1: any time. */
int hub_timeout(const struct hub *h);
/* Nothing happens for a while: give back the memory that a burst used. */
void hub_rest(struct hub *h);
/* Has the one who started it in the foreground been killed? */
bool hub_abandoned(const struct hub *h);

/* A line of the supervisor's own, on the container's stderr. */
void hub_note(struct hub *h, const char *fmt, ...) PRINTF(2, 3);
/* The container has ended: take what it still wrote, close its ends. */
void hub_shut(struct hub *h);
/* Tell all clients how it ended (HUB_FAILED, HUB_EXIT), and let them go. */
void hub_tell(struct hub *h, enum hub_type type, const struct hub_end *end);

#endif
