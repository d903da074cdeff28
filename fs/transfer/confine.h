#ifndef RL_CONFINE_H
#define RL_CONFINE_H
/*
 * confine.h - a process that reads strangers' bytes shuts itself in.
 *
 * It is a fresh child in user, mount, pid, net and ipc namespaces of its own.
 * Afterwards it has
 *	the folder as its root, and no other path
 *	CHOWN DAC_OVERRIDE FOWNER FSETID SETFCAP MKNOD in its user namespace,
 *	no_new_privs, no core dumps, no ptrace by its user's other programs
 *	a list of system calls; any other one ends it
 * No code can be loaded: memory is never made executable.  So what a layer
 * holds where the C library looks for modules is data, as all of it is.
 */
#include "core/base/err.h"

#include <sys/types.h>

/*
 * Make the folder at `path` the root and give up rights.  -ESTALE: it is not
 * the folder `dev`, `ino`.  Before threads are started.
 */
int confine_to(const char *path, dev_t dev, ino_t ino, struct err *e);
/*
 * The same for an open folder of this process' own mount namespace, with what
 * is mounted below it.
 */
int confine_in(int dir, struct err *e);
/* Allow the calls of a file writer, in every thread; the last step. */
int confine_calls(struct err *e);
/*
 * In the parent, where the real root is: load what the C library reads from
 * files when libarchive first converts a name, so that it is never read in
 * the folder.
 */
void confine_prepare(void);

#endif
