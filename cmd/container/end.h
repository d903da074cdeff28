#ifndef RL_END_H
#define RL_END_H
/*
 * end.h - signals to a container, and its end: stopped, killed, removed.
 *
 * All of it is done from here, by pidfd: a supervisor is told by marks
 * (fs/container_state.h) and sees its container end.
 */
#include "cmd/ui/opt.h"
#include "fs/container_state.h"

struct stop_how {
	int     signal;  /* 0: the container's own */
	bool    limited; /* `seconds` was given; else the container's own */
	int64_t seconds; /* until SIGKILL; negative: never */
};

/* The options -s and -t, as stop and restart have them. */
struct stop_opts {
	const char *signal, *seconds;
};
extern const struct opt stop_option_table[];
/* Read them. */
int stop_how_parse(const struct stop_opts *o, struct stop_how *ret,
		   struct err *e);

/*
 * Stop one that runs, for good: its restart policy rests.  Returns when its
 * supervisor has let go of it.  One that does not run is no error.
 */
int container_stop(const struct store *s, struct container *c,
		   const struct stop_how *how, struct err *e);
/* Stop it and let its supervisor start it anew. */
int container_restart(const struct store *s, struct container *c,
		      const struct stop_how *how, struct err *e);
/* Send a signal to its first process.  -ESRCH: it does not run. */
int container_kill(const struct store *s, struct container *c, int signal,
		   struct err *e);
/* Stop all its processes where they are, or let them go on. */
int container_pause(const struct store *s, struct container *c,
		    struct err *e);
int container_unpause(const struct store *s, struct container *c,
		      struct err *e);

struct remove_how {
	bool force;   /* also one that runs */
	bool volumes; /* and its anonymous volumes */
};

/* Remove it.  -EBUSY: it runs, or another command works on it. */
int container_destroy(const struct store *s, struct container *c,
		      const struct remove_how *how, struct err *e);

/* An event of this container, with its name and its image. */
void container_event(const struct store *s, const struct container *c,
		     const char *action, json_t *attributes);

#endif
