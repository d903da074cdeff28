#ifndef RL_IMPORT_H
#define RL_IMPORT_H
/*
 * import.h - images out of a bundle and into the store.
 *
 * Every blob is hashed before it is kept, and every layer unpacked (and so
 * checked against its diffID) before the image gets its name.
 */
#include "core/idmap.h"
#include "fs/transfer/bundle.h"

/*
 * Take in every image of a docker-archive or OCI layout.  `loaded` is told
 * each full reference, or "sha256:..." for an image without a name.
 */
int import_bundle(const struct store *s, const struct idmap *map,
		  const struct bundle *b,
		  void (*loaded)(void *arg, const char *name), void *arg,
		  struct err *e);
/* Unpack what is missing of an image whose blobs are in the store. */
int import_unpack(const struct store *s, const struct idmap *map,
		  const char *manifest_digest, struct err *e);

#endif
