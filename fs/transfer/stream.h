#ifndef RL_STREAM_H
#define RL_STREAM_H
/*
 * stream.h - a blob inflated and hashed by a second thread, while the first
 * one writes files.
 *
 * The threads share a ring of chunks.  The reader fills them, hashes them and
 * waits when all are full; stream_next() hands them out in order.
 */
#include "core/base/err.h"
#include "fs/ref.h"

struct stream;

/* Start the reading thread; `fd` stays the caller's. */
int stream_start(int fd, struct stream **ret, struct err *e);
/*
 * The next plain bytes, good until the next call: how many, 0 at the end.
 * -EINVAL: corrupt or cut short.
 */
ssize_t stream_next(struct stream *s, const void **ret, struct err *e);
/* After the end: the digest of all of it. */
void stream_digest(struct stream *s, char ret[static DIGEST_MAX]);
/* End the thread and free it all. */
void stream_free(struct stream *s);

#endif
