#ifndef RL_IDMAP_H
#define RL_IDMAP_H
/*
 * idmap.h - who a container's users are outside: the identity ladder.
 *
 *	IDMAP_FULL   we hold CAP_SETUID and CAP_SETGID here: every id that our
 *	             own user namespace has, mapped to itself
 *	IDMAP_RANGES /etc/subuid and /etc/subgid, written by newuidmap(1) and
 *	             newgidmap(1): root inside is us, 1.. are the ranges
 *	IDMAP_SINGLE one id; chown, mknod, set*id and setgroups are answered
 *	             by core/emulate.h
 *
 * A plan is data; idmap_write() carries it out.  See user_namespaces(7).
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/types.h>

/* The helpers' fixed place: looked up in no PATH, so nothing shadows them. */
#define IDMAP_NEWUIDMAP "/usr/bin/newuidmap"
#define IDMAP_NEWGIDMAP "/usr/bin/newgidmap"

#define IDMAP_EXTENTS_MAX 32 /* of the kernel's 340: no real host needs more */

struct id_extent {
	uint32_t inside, outside, count;
};

struct id_extents {
	struct id_extent e[IDMAP_EXTENTS_MAX];
	size_t n;
};

enum idmap_kind { IDMAP_SINGLE, IDMAP_RANGES, IDMAP_FULL };

struct idmap {
	enum idmap_kind   kind;
	struct id_extents uid, gid;
};

/* --userns: what the user asked for. */
struct idmap_request {
	enum { USERNS_AUTO, USERNS_KEEP_ID, USERNS_HOST } mode;
	uint32_t keep_uid, keep_gid; /* USERNS_KEEP_ID: our ids inside */
};

/* Parse auto | keep-id[:uid=N,gid=N] | host (empty means auto). */
int idmap_request_parse(const char *text, struct idmap_request *ret,
			struct err *e);

/* What is known of this user, gathered once. */
struct idmap_host {
	uid_t uid;
	gid_t gid;
	bool  can_set_ids;         /* CAP_SETUID and CAP_SETGID effective */
	bool  helpers;             /* newuidmap and newgidmap are usable */
	struct id_extents own_uid, own_gid; /* /proc/self/{u,g}id_map */
	struct id_extents sub_uid, sub_gid; /* inside unused: start, count */
};

/* Look at this process and host.  Never fails for a missing file. */
int idmap_host_read(struct idmap_host *ret, struct err *e);
/* Choose the best rung, purely. */
int idmap_plan(const struct idmap_host *host, const struct idmap_request *req,
	       struct idmap *ret, struct err *e);
/* The two calls above in one. */
int idmap_choose(const struct idmap_request *req, struct idmap *ret,
		 struct err *e);

/*
 * Give the map to process `pid`, which has just made its user namespace.
 * Ranges: both helpers run at once.
 */
int idmap_write(pid_t pid, const struct idmap *map, struct err *e);
/* The same; meanwhile (may be NULL) runs here while the helpers do. */
int idmap_write_and(pid_t pid, const struct idmap *map,
		    int (*meanwhile)(void *arg, struct err *e), void *arg,
		    struct err *e);
/* Which id outside is `id` inside?  False when it is not mapped. */
bool idmap_to_host(const struct id_extents *x, uint32_t id, uint32_t *ret);
/* "0 1000 1\n1 100000 65536\n", for messages and the kernel. */
void idmap_text(const struct id_extents *x, struct str *ret);

/* Read what idmap_text wrote (or /proc/PID/uid_map).  -EINVAL otherwise. */
int idmap_parse(const char *text, struct id_extents *ret, struct err *e);
/* The whole map as text, to be kept in a file: caller frees. */
char *idmap_save(const struct idmap *map);
/* Read what idmap_save wrote.  -EINVAL otherwise. */
int idmap_load(const char *text, struct idmap *ret, struct err *e);

/*
 * Run `fn(arg)` as a child that is root of a new user namespace with this
 * map (and a new mount namespace); its error comes back as it is.
 */
int idmap_run_inside(const struct idmap *map, int (*fn)(void *arg,
		     struct err *e), void *arg, struct err *e);

/* The same in two steps; every child that was started is waited for. */
struct idmap_child {
	pid_t pid;
	int   report; /* its error, if it fails */
};
int idmap_start_inside(const struct idmap *map, int (*fn)(void *arg,
		       struct err *e), void *arg, struct idmap_child *ret,
		       struct err *e);
int idmap_wait_inside(struct idmap_child *c, struct err *e);

#endif
