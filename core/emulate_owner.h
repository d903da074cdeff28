#ifndef RL_EMULATE_OWNER_H
#define RL_EMULATE_OWNER_H
/*
 * emulate_owner.h - owners that a container with one id cannot give to files,
 * kept as notes on them: the extended attribute that podman's tools use,
 * "user.containers.override_stat", is UID:GID:MODE.  Who makes a layer of the
 * files reads them.
 *
 * The kernel lets no link, fifo or device have such an attribute: those stay
 * root's.
 *
 * The notes are written by a process that has entered the container's user
 * namespace, for the rights over its files, and that changes its root to that
 * of whoever asks: what is named there leads nowhere else.
 */
#include "core/base/err.h"

#include <linux/seccomp.h>
#include <sys/types.h>

struct owner_notes;

/* What one of chown(2), lchown(2), fchown(2), fchownat(2) asks. */
struct owner_call {
	int at, root; /* the folder that paths begin at; or the file itself */
	char path[4096];
	bool is_fd, follow;
	uint32_t uid, gid; /* UINT32_MAX: as it is */
};

/*
 * Read it out of the caller, which may be gone, and its pid another's:
 * *ret, to be released, counts if the call is found to be waiting afterwards.
 * 0, or the negative errno to answer with.
 */
int owner_call_read(const struct seccomp_notif *q, struct owner_call *ret);
void owner_call_release(struct owner_call *c);
/* Is it one of those? */
bool owner_call_is(int nr);

/*
 * Note it, with a process that is started once, in the user namespace of
 * `pid`; *notes, NULL to begin with, is freed below.  0; 1: the kernel is to
 * carry it out, since the new owner is the one that all files have; or the
 * negative errno of a file that is not there.
 */
int owner_notes_put(struct owner_notes **notes, pid_t pid,
		    const struct owner_call *c);
void owner_notes_free(struct owner_notes *n);

#endif
