#ifndef RL_IMAGE_H
#define RL_IMAGE_H
/*
 * image.h - one image of the store: its manifest, its config, its layers.
 *
 * OCI image-spec manifest.md and config.md; Docker's schema 2 differs in
 * media types only.  Limits: IMAGE_LAYERS_MAX layers, JSON_TEXT_MAX bytes a
 * document.
 */
#include "core/base/json.h"
#include "core/base/str.h"
#include "fs/platform.h"
#include "fs/store.h"

#define IMAGE_LAYERS_MAX 500

struct image_layer {
	char     diff_id[DIGEST_MAX]; /* digest of the plain tar */
	char     digest[DIGEST_MAX];  /* digest of the blob */
	char    *media_type;
	uint64_t size;                /* of the blob */
};

struct image_config {
	struct strv env, entrypoint, cmd, volumes, exposed_ports;
	char   *user, *workdir, *stop_signal; /* NULL when absent */
	json_t *labels;      /* object or NULL */
	json_t *healthcheck; /* object or NULL */
	json_t *json;        /* the whole config document */
};

struct image {
	char   manifest_digest[DIGEST_MAX];
	char   id[DIGEST_MAX]; /* digest of the config: docker's image ID */
	struct strv names;     /* full references, */
	struct strv origins;   /* and each one's digest at its registry */
	struct platform platform;
	struct image_layer *layers;
	size_t n_layers;
	struct image_config config;
	json_t *manifest;
};

/*
 * Find an image by reference, by full or short ID (12+ hex digits, or any
 * unique prefix), or by manifest digest, and load it.  -ENOENT: no such
 * image; -EEXIST: a prefix fits several.  `want` picks a manifest from an
 * index and may be NULL (this machine).
 */
int image_find(const struct store *s, const char *name,
	       const struct platform *want, struct image *ret, struct err *e);
/* Load the image whose manifest (or index) has this digest. */
int image_load(const struct store *s, const char *manifest_digest,
	       const struct platform *want, struct image *ret, struct err *e);
/*
 * The digest that an index has for a platform (NULL: this machine's),
 * borrowed from it.  -ENOENT, and the text lists what there is.
 */
int image_choose(const json_t *index, const struct platform *want,
		 const char **ret, struct err *e);
void image_release(struct image *img);
static inline void auto_image_p(struct image *i) { image_release(i); }
#define auto_image __attribute__((cleanup(auto_image_p)))

/* Read a config document into `ret`: types are checked, sizes capped. */
int image_config_parse(const json_t *doc, struct image_config *ret,
		       struct err *e);
void image_config_release(struct image_config *c);
/*
 * Read a manifest and its config's rootfs.diff_ids into layers: as many of
 * the one as of the other, digests well formed, media types known.
 */
int image_layers_parse(const json_t *manifest, const json_t *config,
		       struct image_layer **ret, size_t *ret_n,
		       struct err *e);

/*
 * A single manifest may be for another platform than the one asked for
 * (NULL: none).  -ENOENT, with both in *e.
 */
int image_check_platform(const struct image *img, const char *name,
			 const struct platform *want, struct err *e);
/* Walk every image of the store, dangling ones too (names empty). */
int image_list(const struct store *s, struct image **ret, size_t *ret_n,
	       struct err *e);
void image_list_free(struct image *list, size_t n);

#endif
