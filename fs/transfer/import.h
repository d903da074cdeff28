#ifndef RL_IMPORT_H
#define RL_IMPORT_H
/*
 * import.h - images out of a bundle and into the store.
 *
 * Every blob is hashed before it is kept, and every layer unpacked (and so
 * checked against its diffID) before the image gets its name.
 */
#include "fs/transfer/bundle.h"
#include "fs/transfer/unpack.h"

/*
 * Take in every image of a docker-archive or OCI layout.  `loaded` is told
 * each full reference, or "sha256:..." for an image without a name; *notes
 * counts what the layers held that could not be kept.
 */
int import_bundle(const struct store *s, struct unpacker *u,
		  const struct bundle *b,
		  void (*loaded)(void *arg, const char *name), void *arg,
		  struct unpack_notes *notes, struct err *e);
/* Unpack what is missing of an image whose blobs are in the store. */
int import_unpack(const struct store *s, struct unpacker *u,
		  const char *manifest_digest, struct unpack_notes *notes,
		  struct err *e);

#endif
