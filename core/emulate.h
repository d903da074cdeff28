#ifndef RL_EMULATE_H
#define RL_EMULATE_H
/*
 * emulate.h - root's errands in a container that has one id only.
 *
 * With a single mapped id the kernel refuses chown, mknod of devices and
 * every change of ids, yet package managers insist on them.  A filter in the
 * container answers the first two with success, and hands the calls that
 * change or ask ids to the supervisor, which keeps them consistent: after
 * setresuid(42, 42, 42), getuid() is 42 and setuid(0) is EPERM.
 *
 * This is not a boundary: a process that was told it is user 42 still has
 * the rights of the container's root.
 */
#include "core/base/err.h"

struct emulate;

/*
 * In the container, whose one id is `uid` and `gid`: install the filter, with
 * `notes` one that has the supervisor note owners (emulate_owner.h);
 * *ret_listener is the caller's.  -1: an rl around us answers already, as
 * the kernel lets one only (seccomp(2), EBUSY).
 */
int emulate_install(uint32_t uid, uint32_t gid, bool notes, int *ret_listener,
		    struct err *e);
/*
 * In the supervisor: answer what comes from `listener`, now owned by *ret.
 * Processes start as `uid` and `gid`.
 */
int emulate_open(int listener, uint32_t uid, uint32_t gid,
		 struct emulate **ret, struct err *e);
/* The fd to poll for POLLIN. */
int emulate_fd(const struct emulate *m);
/* Answer one call.  A caller that died meanwhile is no error. */
int emulate_step(struct emulate *m, struct err *e);
void emulate_close(struct emulate *m);

#endif
