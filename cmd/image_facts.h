#ifndef RL_IMAGE_FACTS_H
#define RL_IMAGE_FACTS_H
/*
 * image_facts.h - what several image commands ask about an image: when it
 * was made, what it takes, which entry names it, who stands on it.
 *
 * A container that exists keeps its image: containers/ID/image holds the
 * digest of a manifest.  Such a container may run or may have ended.
 */
#include "fs/image.h"

/* When the image was made, in seconds since 1970; 0 when it does not say. */
int64_t image_created(const struct image *img);
/* Bytes of the layers' blobs, each counted once. */
uint64_t image_size(const struct image *img);
/* "docker.io/library/x:1" as tables show it: caller frees all three. */
struct image_name {
	char *repository, *tag, *digest; /* "<none>" where there is none */
};
void image_name_split(const char *full, struct image_name *ret);
void image_name_release(struct image_name *n);
static inline void auto_image_name_p(struct image_name *n)
{
	image_name_release(n);
}
#define auto_image_name __attribute__((cleanup(auto_image_name_p)))

/*
 * The index entry that stands for an image: under its first name, or under
 * its manifest, or the multi-platform index around it.  A new reference.
 */
int image_entry(const struct store *s, const struct image *img, json_t **ret,
		struct err *e);

/* The containers of a store and their images' manifests. */
struct image_users {
	struct strv containers; /* IDs */
	struct strv manifests;  /* in the same order; "" when not known */
};
int image_users_read(const struct store *s, struct image_users *ret,
		     struct err *e);
void image_users_release(struct image_users *u);
static inline void auto_image_users_p(struct image_users *u)
{
	image_users_release(u);
}
#define auto_image_users __attribute__((cleanup(auto_image_users_p)))
/* The first container that stands on the image, or NULL. */
const char *image_users_find(const struct image_users *u,
			     const struct image *img);
/* How many do. */
size_t image_users_count(const struct image_users *u, const struct image *img);

/* The 12 digits that tables show of "sha256:HEX". */
#define SHORT_ID(digest) ((digest) + 7)
#define SHORT_ID_LEN 12

#endif
