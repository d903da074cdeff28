#ifndef RL_CONTAINER_STATE_H
#define RL_CONTAINER_STATE_H
/*
 * container_state.h - how a container is: state.json in its folder.
 *
 * Written by its owner alone: the supervisor while it runs, the command that
 * holds its lock otherwise.  A state that says it runs is true as long as
 * the folder is locked; whoever finds it unlocked writes what must have
 * happened: the supervisor died, or the machine did.  Marks are files of their
 * own, since others make them: `paused`; `stopping`, which tells the
 * supervisor not to start it again; `again`, which tells it to.  The file
 * `restart` holds the policy that `rl update` gave it, `limits.json` the
 * options of its limits.
 */
#include "fs/container.h"

enum container_status {
	CONTAINER_CREATED, CONTAINER_RUNNING, CONTAINER_PAUSED,
	CONTAINER_RESTARTING, CONTAINER_EXITED, CONTAINER_DEAD,
};

struct container_state {
	enum container_status status;
	pid_t    pid;        /* of its first process; 0: none */
	uint64_t pid_start;  /* proc_start_time() of that */
	pid_t    supervisor;
	int64_t  started, finished; /* ns since 1970, 0: never */
	int      exit_code;
	bool     oom_killed;
	bool     ipv6;       /* its network has addresses of that family */
	unsigned restarts;
	char    *error;      /* why it could not start, or NULL */
	char    *network;    /* why its network is dead, or NULL */
	char    *driver;     /* of its root filesystem, or NULL */
	char    *cgroup;     /* its folder, or NULL: it has none */
	char    *socket;     /* where its supervisor listens, or NULL */
	json_t  *ports;      /* docker's NetworkSettings.Ports, or NULL */
	json_t  *health;     /* docker's State.Health, or NULL */
};

/* Free what it holds. */
void container_state_release(struct container_state *st);
static inline void auto_container_state_p(struct container_state *st)
{
	container_state_release(st);
}
#define auto_container_state \
	__attribute__((cleanup(auto_container_state_p)))

/* Read it, settled.  -ENOENT: it is on its way out. */
int container_state_read(struct container *c, struct container_state *ret,
			 struct err *e);
/* Replace it; only the owner may. */
int container_state_write(const struct container *c,
			  const struct container_state *st, struct err *e);
/* docker's word: "created", "running", ... */
const char *container_status_name(enum container_status s);
/* Does it have processes (running, paused)? */
bool container_status_runs(enum container_status s);
/*
 * A pidfd of its first process, the caller's to close.  -ESRCH: it does not
 * run, or that process is not the one that was started.
 */
int container_pidfd(const struct container *c,
		    const struct container_state *st, struct err *e);
/*
 * A pidfd of a process whose namespaces may be entered, the caller's to
 * close, and in *ret its pid: the first one or, with --init (`init`), the
 * program, since the small init lets nobody in: setns(2),
 * PTRACE_MODE_READ_REALCREDS.
 */
int container_join_pidfd(const struct container *c,
			 const struct container_state *st, bool init,
			 pid_t *ret, struct err *e);

/* The marks.  Making one that is there, or dropping none, is no error. */
int container_mark(const struct container *c, const char *mark, struct err *e);
void container_unmark(const struct container *c, const char *mark);
bool container_marked(const struct container *c, const char *mark);
#define CONTAINER_MARK_PAUSED   "paused"
#define CONTAINER_MARK_STOPPING "stopping"
#define CONTAINER_MARK_AGAIN    "again"
#define CONTAINER_RESTART       "restart"
#define CONTAINER_LIMITS        "limits.json"

#endif
