#ifndef RL_RUNROOT_H
#define RL_RUNROOT_H
/*
 * runroot.h - the folder of what ends with the boot: supervisors' sockets,
 * and the list of events.
 *
 *	$RL_RUNROOT | $XDG_RUNTIME_DIR/rl | /run/user/UID/rl |
 *	$SLURM_TMPDIR/rl-UID | $TMPDIR/rl-UID | /tmp/rl-UID       (0700)
 *
 * The first that can be made and is ours alone; what another user made under
 * that name is passed over.
 */
#include "core/base/err.h"

struct runroot {
	int   fd;
	char *path;
};
#define RUNROOT_INIT { .fd = -1 }

/* Find it, make it on first use. */
int runroot_open(struct runroot *ret, struct err *e);
void runroot_release(struct runroot *r);
static inline void auto_runroot_p(struct runroot *r) { runroot_release(r); }
#define auto_runroot __attribute__((cleanup(auto_runroot_p)))

/*
 * A SOCK_SEQPACKET socket named `name` in there, listening; an old one goes.
 * *ret_path is for others to find it, the caller's to free.
 */
int runroot_listen(const struct runroot *r, const char *name, char **ret_path,
		   struct err *e);
/*
 * Where the supervisor of the container `id` listens, and: remove what one
 * that was killed has left there.
 */
char *runroot_socket_name(const char *id);
void runroot_drop_socket(const char *id);
/* Connect to what runroot_listen() named.  -ECONNREFUSED: nobody listens. */
int runroot_connect(const char *path, struct err *e);

#endif
