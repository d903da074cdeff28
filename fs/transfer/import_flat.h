#ifndef RL_IMPORT_FLAT_H
#define RL_IMPORT_FLAT_H
/*
 * import_flat.h - a tar of a root filesystem becomes an image of one layer.
 *
 *	stranger's bytes -> confined worker -> plain tar -> hashed here -> blob
 *	                                         blob -> confined worker -> layer
 *
 * The digest is computed by this process, which does nothing else with the
 * bytes: who takes over the worker that inflates them chooses bytes, not the
 * name that they are kept under.
 */
#include "fs/platform.h"
#include "fs/transfer/unpack.h"

struct import_wish {
	const struct strv *changes;     /* --change */
	const struct platform *platform;
	const char *message;
	const char *ref;                /* full reference, or NULL */
};

/* Read the tar (gzip or zstd too) from `in`.  *ret_id is the image's ID. */
int import_flat(const struct store *s, struct unpacker *u, int in,
		const struct import_wish *w, char ret_id[static DIGEST_MAX],
		struct unpack_notes *notes, struct err *e);
/* The body of a URL as an unnamed file, open at its start. */
int import_download(const struct store *s, const char *url, struct err *e);

#endif
