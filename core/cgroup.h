#ifndef RL_CGROUP_H
#define RL_CGROUP_H
/*
 * cgroup.h - a control group (version 2) for a container: cgroups(7) and the
 * kernel's cgroup-v2.rst.
 *
 * Two ways to one, a ladder:
 *
 *	delegated  the group we are in is ours to divide.  It becomes
 *			GROUP/rl.host      what was in it: no group may have
 *			GROUP/rl-ID        processes and divide itself
 *	systemd    the user's service manager makes a scope for us
 *			rl-ID.scope/supervisor
 *			rl-ID.scope/container
 *
 * Without either a container runs all the same, with no limits.  A group is
 * locked (flock) as long as its supervisor lives: one that is not locked and
 * empty is swept by whoever makes the next.
 */
#include "core/resources.h"

#include <sys/types.h>

/* What is asked for. */
struct cgroup_wish {
	const char *id;     /* of the container */
	const char *parent; /* --cgroup-parent: a path or NAME.slice, or NULL */
	const char *unit;   /* name of the scope; NULL: rl-ID.scope */
	bool split;         /* only below the group we are in */
};

struct cgroup {
	const struct cgroup_ops *ops; /* the way it was made, or NULL */
	char *path;       /* its folder below /sys/fs/cgroup, absolute */
	int   fd;         /* of the folder, locked, or -1 */
};
#define CGROUP_INIT { .fd = -1 }

/* A rung. */
struct cgroup_ops {
	const char *name;
	/* Make the folder *ret_path, with every controller that there is. */
	int (*make)(const struct cgroup_wish *w, char **ret_path,
		    struct err *e);
};
extern const struct cgroup_ops cgroup_delegated, cgroup_systemd;

/*
 * Go down the ladder.  A rung that fails leaves nothing behind; when all do,
 * *e has the reasons of each and the line that mends it.
 */
int cgroup_make(const struct cgroup_wish *w, struct cgroup *ret,
		struct err *e);
/*
 * Write the limits; *e says what is missing:
 *	-ENOENT      a controller was not given to this user
 *	-ENODEV      the host has no such controller
 *	-EOPNOTSUPP  its controller has no such file
 */
int cgroup_limit(int fd, const struct resource_plan *p, struct err *e);
/* The same from the write *at on, which then is the one that failed. */
int cgroup_limit_from(int fd, const struct resource_plan *p, size_t *at,
		      struct err *e);
/* Kill what is left in it, remove it and let go of it. */
void cgroup_end(struct cgroup *g);
/* Let go only: somebody else's to end. */
void cgroup_release(struct cgroup *g);

/* ---- of a container that runs, by its folder ---- */

/* Open the folder of a path that was kept; -ENOENT: it is gone. */
int cgroup_open(const char *path, struct err *e);
/* Stop all processes and wait until they are, or let them go on. */
int cgroup_freeze(int fd, bool frozen, struct err *e);
/* SIGKILL to all, also to those that are born meanwhile (cgroup.kill). */
int cgroup_kill(int fd, struct err *e);
/*
 * The folder to start a further program of it in; a group that divided
 * itself takes none: then that of its first process.
 */
int cgroup_of_program(const char *path, pid_t first, struct err *e);
/*
 * May we start processes in the group of `path`?  It takes the right to the
 * nearest group that both are in; a login session's is nobody's but systemd's,
 * which is asked to move us near it.
 */
int cgroup_come_near(const char *path, struct err *e);

/* ---- its files ---- */

/* The number in a file, or after `key` in one of lines "KEY N"; -1: none,
 * "max" is -1 too. */
int64_t cgroup_number(int fd, const char *file, const char *key);

/* How its memory ran out. */
struct cgroup_oom {
	int64_t kills;       /* processes killed for it */
	int64_t limit, peak; /* bytes; -1: unknown */
};
void cgroup_oom(int fd, struct cgroup_oom *ret);

/* ---- this host ---- */

/* Where cgroup v2 is mounted, whole: no v1, no hybrid. */
#define CGROUP_ROOT "/sys/fs/cgroup"
/* Is it?  -ENOTSUP with the reason. */
int cgroup_check_version(struct err *e);
/* The line that makes it so: one of core/cgroup_fix.h. */
const char *cgroup_version_fix(void);
/* The folder of the group we are in; caller frees. */
int cgroup_own_path(char **ret, struct err *e);
/* The group below which rung 1 makes its own; -EACCES: not ours. */
int cgroup_delegation(char **ret, struct err *e);
/* Is `word` in the list of words separated by blanks? */
bool cgroup_has_word(const char *list, const char *word);

/* ---- between the rungs and cgroup.c ---- */

/*
 * 0: the unit of the user's service manager that this group belongs to has
 * Delegate=; -EIO: it has not, or nobody answers.
 */
int cgroup_unit_is_delegated(const char *path, struct err *e);
/* Let children of the folder have every controller that it has and that the
 * kernel lets us pass on; -EBUSY: it has processes. */
int cgroup_enable_all(int dirfd, struct err *e);
/* Move every process of `from` into `to`. */
int cgroup_move_all(int from, int to, struct err *e);
/* Move one process (0: ourselves). */
int cgroup_move(int dirfd, pid_t pid, struct err *e);
/* Remove a folder below and all in it, if it has no processes. */
int cgroup_remove(int dirfd, const char *name);

#endif
