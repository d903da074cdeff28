#ifndef RL_INFLATE_H
#define RL_INFLATE_H
/*
 * inflate.h - a compressed stream as plain bytes: gzip, zstd, or nothing,
 * told by its first bytes.  gzip runs through ISA-L, three times as fast as
 * zlib.
 */
#include "core/base/err.h"

#include <stdint.h>

struct inflate;

/* Read from `fd`, which stays the caller's. */
int inflate_open(int fd, struct inflate **ret, struct err *e);
/*
 * The next plain bytes, at most `max`: how many, 0 at the end.  -EINVAL:
 * corrupt or cut short.
 */
ssize_t inflate_read(struct inflate *z, void *buf, size_t max, struct err *e);
void inflate_close(struct inflate *z);

#endif
