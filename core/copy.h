#ifndef RL_COPY_H
#define RL_COPY_H
/*
 * copy.h - copying files as they are: bytes and holes, owner, mode, extended
 * attributes, times.  By fds; no name is followed through a link.
 */
#include "core/base/err.h"

#include <sys/stat.h>

/* The bytes of `in`, from the start: a clone where the disk can. */
int copy_data(int in, int out, struct err *e);
/*
 * Owner, mode, extended attributes and times of what `st` and `in` describe.
 * An owner that has no id here stays who made the copy.
 */
int copy_attributes(int in, int out, const struct stat *st, struct err *e);
/*
 * A link, fifo or socket: `from` in `in` becomes `to` in `out`.  -EEXIST: it
 * is there.  Device nodes are made where the kernel lets us, else left out.
 */
int copy_special(int in, const char *from, int out, const char *to,
		 const struct stat *st, struct err *e);

#endif
