#ifndef RL_LOG_CHAIN_H
#define RL_LOG_CHAIN_H
/*
 * log_chain.h - the files of a log, from one to the next, while the writer
 * renames them.
 *
 * A number says little: it changes under the reader.  So a file is held by
 * its fd, which stays its identity, and its neighbour is taken only if it is
 * still where it was once that neighbour is open.
 */
#include "core/base/err.h"

#define LOG_NAME_MAX 32

/* The name of file `n`: 0 is the newest, the one that is written. */
void log_chain_name(char buf[LOG_NAME_MAX], unsigned int n);
/*
 * Open the newest or the oldest file.  Returns the fd, the caller's to
 * close, or -ENOENT: there is none.
 */
int log_chain_newest(int dirfd, struct err *e);
int log_chain_oldest(int dirfd, struct err *e);
/* Is `fd` the file that is being written? */
bool log_chain_is_newest(int dirfd, int fd);
/*
 * Open the next newer or older file than `fd`: the fd, the caller's to close,
 * or -ENOENT: there is none (yet).  When `fd` itself was rotated out, the
 * newer one is the oldest that is left, and there is no older one.
 */
int log_chain_newer(int dirfd, int fd, struct err *e);
int log_chain_older(int dirfd, int fd, struct err *e);

#endif
