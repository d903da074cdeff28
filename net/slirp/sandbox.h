#ifndef RL_SLIRP_SANDBOX_H
#define RL_SLIRP_SANDBOX_H
/*
 * sandbox.h - closing rl-slirp in before it reads a stranger's first byte.
 *
 * After these calls the process has an empty read-only root, no capability
 * in any namespace, no way to gain one, and may make only the system calls
 * of its list; any other kills it.
 */
#include "core/base/err.h"

/*
 * An empty root in namespaces of its own.  With `new_user` they hang below a
 * new user namespace; without, the caller has the rights in its own.
 */
int sandbox_empty_root(bool new_user, struct err *e);
/*
 * Give up every capability but those of the bit mask `keep`; no_new_privs;
 * not dumpable; dies with its parent.
 */
int sandbox_drop_rights(uint64_t keep, struct err *e);
/* Allow these system calls, and sockets of the Internet families, only. */
int sandbox_filter(const int *calls, size_t n, struct err *e);
/* The list for the process that runs the network stack. */
int sandbox_filter_stack(struct err *e);
/* The list for the process that makes sockets inside. */
int sandbox_filter_maker(struct err *e);

#endif
