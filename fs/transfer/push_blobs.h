#ifndef RL_PUSH_BLOBS_H
#define RL_PUSH_BLOBS_H
/*
 * push_blobs.h - the layers and the config of an image, several at once, to
 * a registry.
 *
 *	HEAD ->  there
 *	 |
 *	POST ->  mounted from another repository of that registry
 *	 |
 *	PATCH -> cut: GET tells how much came, PATCH goes on from there
 *	 |
 *	PUT
 *
 * A layer that the store has as a plain tar is compressed first, by a thread
 * of its own.  What it became is written on its blob (user.rl.gzip,
 * user.rl.zstd: "DIGEST SIZE"), so that the next push needs no more than the
 * HEAD.
 */
#include "fs/image.h"
#include "fs/transfer/deflate.h"
#include "fs/transfer/progress.h"
#include "fs/transfer/registry.h"

struct push_blob {
	char     digest[DIGEST_MAX]; /* in the store; after: at the registry */
	uint64_t size;
	bool     plain;     /* compress it; after: it was */
	char     name[13];  /* of its row on the screen; "": it has none */
	char    *from;      /* a repository that may have it, or NULL */
};

struct push_blobs {
	const struct store *store;
	struct http *http;
	struct registry *registry;
	struct progress *progress;
	enum packing packing;
};

/* Push them all.  Digests and sizes become those of what was pushed. */
int push_blobs(const struct push_blobs *p, struct push_blob *v, size_t n,
	       struct err *e);

#endif
