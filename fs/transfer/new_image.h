#ifndef RL_NEW_IMAGE_H
#define RL_NEW_IMAGE_H
/*
 * new_image.h - images that are made here: a layer's blob, a configuration,
 * a manifest, a name.
 */
#include "core/base/json.h"
#include "fs/store.h"

/* A layer's blob on its way: a plain tar, whose digest is its diffID. */
struct new_blob {
	int   fd;   /* locked; -1: none */
	char *name; /* below the store, until it is stored */
	char digest[DIGEST_MAX]; /* "": not known yet */
};
#define NEW_BLOB_INIT { .fd = -1 }

/* Make an empty one, to be written by the caller. */
int new_blob_open(const struct store *s, struct new_blob *ret, struct err *e);
/* Write, and hash, what `in` reads, to its end: all that the blob is. */
int new_blob_fill(struct new_blob *b, int in, struct err *e);
/* Hash it, claim it in the lease and store it. */
int new_blob_store(const struct store *s, struct new_blob *b, struct lease *l,
		   struct descriptor *ret, struct err *e);
/* Drop it, if it was not stored. */
void new_blob_release(const struct store *s, struct new_blob *b);

/* The descriptor of a layer in a manifest. */
json_t *new_image_layer(const char *media_type, const char *digest,
			uint64_t size);
/* Media type of a layer that is a plain tar. */
#define NEW_IMAGE_TAR "application/vnd.oci.image.layer.v1.tar"
/* Store its documents, without a name: the lease alone keeps them. */
int new_image_put(const struct store *s, struct lease *l, const json_t *config,
		  json_t *layers, struct descriptor *ret_manifest,
		  char ret_id[static DIGEST_MAX], struct err *e);
/*
 * Store an image of this configuration and these layers (an array of
 * descriptors) and name it `ref` (NULL: no name).  *ret_id is its ID.
 */
int new_image_store(const struct store *s, struct lease *l,
		    const json_t *config, json_t *layers, const char *ref,
		    char ret_id[static DIGEST_MAX], struct err *e);

#endif
