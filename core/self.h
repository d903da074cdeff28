#ifndef RL_SELF_H
#define RL_SELF_H
/*
 * self.h - keeping the running program out of a container's reach.
 */
#include "core/base/err.h"

/*
 * A container whose root is this user could write the program's file through
 * /proc/self/exe when its entrypoint is that very link (CVE-2019-5736).  If
 * the file is this user's to write, run on from a sealed copy in memory;
 * returns 0 at once otherwise, and in the copy.
 */
int self_protect(struct err *e);

#endif
