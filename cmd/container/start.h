#ifndef RL_START_H
#define RL_START_H
/*
 * start.h - one life of a container: its network and its root filesystem are
 * taken from their ladders, its program runs to its end.  State, events and
 * (--rm) the folder follow it.
 */
#include "cmd/container/assembly.h"

struct life {
	struct assembly *a;
	struct hub *hub;       /* where its stdio goes; NULL: it is ours */
	char *socket;          /* where the hub listens; for the state */
	struct health_monitor *health; /* life_run()'s own */
	struct str held;       /* events, not written yet */
	struct cgroup cgroup;          /* likewise */
	void (*started)(void *arg); /* once the state is written; or NULL */
	void *started_arg;
	/* Does another life follow one that ended so?  NULL: never. */
	bool (*goes_on)(void *arg, int exit_code);
	void *goes_on_arg;
};

/*
 * Run it.  0 and *ret once it has run; -errno when it could not be started,
 * then ret->exit_code is 125, 126 or 127.  The state says how it ended.
 */
int life_run(struct life *l, struct supervisor_result *ret, struct err *e);
/*
 * After the last life: remove what goes with its process, let the rest be
 * other commands'.  `userns_fd`: the container's user namespace or -1.
 */
void life_end(struct assembly *a, int userns_fd);
/* An event of this container. */
void life_event(const struct assembly *a, const char *action,
		json_t *attributes);

#endif
