#ifndef RL_DEFLATE_H
#define RL_DEFLATE_H
/*
 * deflate.h - a file, compressed as the layers of images are: gzip by ISA-L,
 * without a name or a time, or zstd.  The same bytes give the same bytes.
 */
#include "core/base/err.h"
#include "fs/ref.h"

#include <stdint.h>

enum packing { PACK_NONE, PACK_GZIP, PACK_ZSTD };

/* "gzip", "zstd", "uncompressed".  -EINVAL otherwise. */
int packing_parse(const char *text, enum packing *ret, struct err *e);
/* "+gzip", "+zstd", "": what ends the media type of a layer. */
const char *packing_suffix(enum packing p);

/*
 * Compress all of `in` (read from its start) to `out`.  *ret_digest and
 * *ret_size are of what was written.  `done` (may be NULL) counts the bytes
 * read, for other threads to look at.
 */
int deflate_file(int in, int out, enum packing p,
		 char ret_digest[static DIGEST_MAX], uint64_t *ret_size,
		 _Atomic uint64_t *done, struct err *e);

#endif
