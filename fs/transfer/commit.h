#ifndef RL_COMMIT_H
#define RL_COMMIT_H
/*
 * commit.h - a container's changes as the uppermost layer of a new image.
 *
 * The changes of fs/changes.h become a tar, written by a child that is root
 * of the container's ids, so that owners are what they are inside; deleted
 * files become OCI's whiteouts (image-spec, layer.md).  The configuration is
 * the image's, with what the container's record says else.
 */
#include "fs/container_root.h"

struct commit_wish {
	const char *author, *message; /* NULL: none */
	const struct strv *changes;   /* --change */
	const char *ref;              /* full reference, or NULL */
};

/* Make it; *ret_id is the image's ID. */
int commit_container(const struct store *s, struct container *c,
		     const struct commit_wish *w,
		     char ret_id[static DIGEST_MAX], struct err *e);

#endif
