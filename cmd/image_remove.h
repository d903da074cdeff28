#ifndef RL_IMAGE_REMOVE_H
#define RL_IMAGE_REMOVE_H
/*
 * image_remove.h - taking names off an image and the image out of the index.
 *
 * Blobs and layers go with the next store_collect(): the caller runs it once,
 * after the last image.
 */
#include "fs/image.h"

/* What was done, as lines: "Untagged: NAME", "Deleted: sha256:HEX". */
struct image_removal {
	struct strv untagged; /* as tables show the names */
	struct strv deleted;  /* image IDs */
};
void image_removal_release(struct image_removal *r);

/* "busybox:latest" of "docker.io/library/busybox:latest".  Caller frees. */
char *image_familiar(const char *full);
/* Take one full name off an image; the image stays. */
int image_untag(const struct store *s, const char *full,
		struct image_removal *done, struct err *e);
/* Take every name off an image, and its manifest out of the index. */
int image_forget(const struct store *s, const struct image *img,
		 struct image_removal *done, struct err *e);
/* The same for the last manifest of an image: its ID is gone, too. */
int image_delete(const struct store *s, const struct image *img,
		 struct image_removal *done, struct err *e);

#endif
