#ifndef RL_PUSH_H
#define RL_PUSH_H
/*
 * push.h - an image of the store goes to a registry: its layers and config
 * (fs/transfer/push_blobs.h), then its manifest, so that a name which can be
 * found there is whole.
 *
 * Layers go out as they are stored; those that were made here are plain tars
 * and are compressed, which gives the image another manifest there, and the
 * same ID.
 */
#include "fs/image.h"
#include "fs/transfer/deflate.h"
#include "fs/transfer/progress.h"

struct push_options {
	const char *authfile; /* or NULL */
	bool insecure;        /* --tls-verify=false */
	enum packing packing; /* of plain layers */
	struct progress *progress;
};

struct push_result {
	char     digest[DIGEST_MAX]; /* of the manifest there */
	uint64_t size;
};

/* Push `img` as `to`, which has a tag.  -EACCES, -EROFS: not by us. */
int push_image(const struct store *s, const struct image *img,
	       const struct ref *to, const struct push_options *o,
	       struct push_result *ret, struct err *e);

#endif
