#ifndef RL_VOLUME_MOUNT_H
#define RL_VOLUME_MOUNT_H
/*
 * volume_mount.h - the volumes of one container, and the images it mounts:
 * from what was asked to folders that can be mounted, and back.
 *
 *	volume_plan      --volumes-from and the image's VOLUMEs join the list
 *	volume_resolve   each volume is found or made, put in use, and gives
 *	                 its mount a source
 *	volume_record    the list as the Mounts of container.json
 *	volume_release_use, volume_drop_anonymous    the end of it
 *
 * A container that starts again hands its record's Mounts to the first two:
 * it finds its anonymous volumes again by their places.
 */
#include "core/mount.h"
#include "fs/image.h"
#include "fs/layer_stack.h"

/* The most VOLUMEs that an image may have. */
#define VOLUMES_MAX 256

/* What a container holds while it runs. */
struct volume_use {
	const char *container; /* its ID */
	bool auto_remove;      /* --rm */
	/* Of an earlier start: Mounts; NULL: this is the first. */
	const json_t *earlier;
	/* It ran already: nothing is copied up any more. */
	bool ran;
	const struct idmap *idmap; /* its: images are unpacked for that */
	int   *locks;
	size_t n_locks;
	struct layer_stack images;
};

/*
 * Add what stands at places that nothing given has taken: the mounts of the
 * containers `from` ("NAME[:ro]"), or of `earlier` (not NULL) in their stead,
 * then the VOLUMEs of the image's config (NULL: none).  The list is in
 * mounting order after.
 */
int volume_plan(const struct store *s, const struct strv *from,
		const json_t *earlier, const struct image_config *config,
		struct mount_list *l, struct err *e);
/*
 * Fill in the layers of images, and the sources of all volumes in the list: those of no name get one
 * (`earlier`'s, at the same place), those that are missing are made.  Even
 * after a failure `u` is to be released.
 */
int volume_resolve(const struct store *s, struct volume_use *u,
		   struct mount_list *l, struct err *e);
/* The given mounts as docker's Mounts: a new array. */
json_t *volume_record(const struct mount_list *l);
/* Give the locks back; the volumes are in use no more. */
void volume_release_use(struct volume_use *u);
/*
 * The container `id` is gone: remove the volumes of its Mounts that were
 * made for it without a name, if nobody else has them in use.
 */
void volume_drop_anonymous(const struct store *s, const char *id,
			   const json_t *mounts);

#endif
