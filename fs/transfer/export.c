/* export.c - which images go out, and the documents beside them. */
#include "fs/transfer/export.h"

#include "fs/image.h"

#include <stdio.h>

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define INDEX "application/vnd.oci.image.index.v1+json"
#define REF_NAME "org.opencontainers.image.ref.name"
#define CONTAINERD_NAME "io.containerd.image.name"

struct chosen {
	struct image img;
	struct strv names; /* full references to write */
};

struct export {
	const struct store *s;
	const struct platform *want;
	struct lease lease;
	struct chosen *images;
	size_t n;
};

int export_format_parse(const char *text, enum export_format *ret,
			struct err *e)
{
	static const char *const names[] = {
		[EXPORT_DOCKER_ARCHIVE] = "docker-archive",
		[EXPORT_OCI_ARCHIVE] = "oci-archive",
		[EXPORT_OCI_DIR] = "oci-dir",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (streq(text, names[i])) {
			*ret = i;
			return 0;
		}
	return err_set(e, EINVAL, "unknown format '%s' (docker-archive, "
		       "oci-archive, oci-dir)", text);
}

/* ---- choosing ---- */

/* Add an image, or to one that is there another name. */
static void choose(struct export *x, struct image *img, const char *name)
{
	struct chosen *c = NULL;

	for (size_t i = 0; i < x->n && !c; i++)
		if (streq(x->images[i].img.manifest_digest,
			  img->manifest_digest))
			c = &x->images[i];
	if (c) {
		image_release(img);
	} else {
		x->images = xrealloc(x->images, x->n + 1, sizeof(*c));
		c = &x->images[x->n++];
		*c = (struct chosen){ .img = *img };
	}
	if (name && !strv_has(&c->names, name))
		strv_add(&c->names, name);
}

static int choose_one(struct export *x, const char *text, struct err *e)
{
	struct image img = { 0 };
	auto_ref struct ref ref = { 0 };
	auto_free char *full = NULL;
	struct err ignored;

	TRY(image_find(x->s, text, x->want, &img, e));
	if (ref_parse(text, &ref, &ignored) == 0)
		full = ref_full(&ref);
	choose(x, &img, full && strv_has(&img.names, full) ? full : NULL);
	return 0;
}

/* "debian", and no tag or digest behind it? */
static bool is_bare_name(const char *text)
{
	const char *slash = strrchr(text, '/');

	return !strpbrk(slash ? slash : text, ":@");
}

/* Of what a name without a tag means, every tag; 0: it has none. */
static int choose_tags(struct export *x, const char *text, struct err *e)
{
	auto_json json_t *index = NULL;
	auto_ref struct ref ref = { 0 };
	auto_free char *full = NULL, *prefix = NULL;
	struct err ignored;
	size_t i;
	json_t *m;
	int n = 0;

	if (!is_bare_name(text) || ref_parse(text, &ref, &ignored) < 0)
		return 0;
	full = ref_full(&ref);
	prefix = xstrndup(full, strrchr(full, ':') + 1 - full);
	TRY(store_index(x->s, &index, e));
	json_array_foreach(json_object_get(index, "manifests"), i, m) {
		const char *name = store_entry_name(m);

		if (!name || !skip_prefix(name, prefix))
			continue;
		TRY(choose_one(x, name, e));
		n++;
	}
	return n;
}

static int choose_all(struct export *x, char *const *names, struct err *e)
{
	for (; *names; names++) {
		int n = choose_tags(x, *names, e);

		if (n < 0)
			return n;
		if (n == 0)
			TRY(choose_one(x, *names, e));
	}
	return 0;
}

/* ---- blobs ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every blob's digest, in order, once. */
static void list_blobs(const struct export *x, struct strv *ret)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct image *img = &x->images[i].img;

		strv_add(ret, img->manifest_digest);
		strv_add(ret, img->id);
		for (size_t k = 0; k < img->n_layers; k++)
			strv_add(ret, img->layers[k].digest);
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), by_text);
	for (size_t i = ret->n; i-- > 1;)
		if (streq(ret->v[i], ret->v[i - 1]))
			strv_remove(ret, i);
}

static int put_blobs(struct export *x, struct export_out *o, struct err *e)
{
	auto_strv struct strv digests = { 0 };

	list_blobs(x, &digests);
	/* claimed before it is looked for: no rmi takes one from under us */
	for (size_t i = 0; i < digests.n; i++)
		TRY(store_lease_add(x->s, &x->lease, digests.v[i], e));
	TRY(export_folder(o, "blobs", e));
	TRY(export_folder(o, "blobs/sha256", e));
	for (size_t i = 0; i < digests.n; i++) {
		auto_close int fd = store_open_blob(x->s, digests.v[i], e);
		char name[96];

		if (fd < 0)
			return fd;
		snprintf(name, sizeof(name), "blobs/sha256/%s",
			 digests.v[i] + 7);
		TRY(export_blob(o, name, fd, digests.v[i], e));
	}
	return 0;
}

/* ---- documents ---- */

static int manifest_size(const struct export *x, const struct image *img,
			 json_int_t *ret, struct err *e)
{
	auto_close int fd = store_open_blob(x->s, img->manifest_digest, e);
	off_t n;

	if (fd < 0)
		return fd;
	n = lseek(fd, 0, SEEK_END);
	if (n < 0)
		return err_sys(e, "look at blob %s", img->manifest_digest);
	*ret = n;
	return 0;
}

static json_t *index_entry(const struct image *img, json_int_t size,
			   const char *name)
{
	const char *type = json_string_value(
		json_object_get(img->manifest, "mediaType"));
	json_t *m = json_pack("{s:s, s:s, s:I, s:{s:s, s:s}}",
		"mediaType", type ? type : MANIFEST,
		"digest", img->manifest_digest, "size", size,
		"platform", "architecture", img->platform.arch,
		"os", img->platform.os);

	if (name)
		json_object_set_new(m, "annotations", json_pack("{s:s, s:s}",
			CONTAINERD_NAME, name, REF_NAME, name));
	return m;
}

static int put_index(const struct export *x, struct export_out *o,
		     struct err *e)
{
	json_t *list = json_array();
	auto_json json_t *doc = json_pack("{s:i, s:s, s:o}", "schemaVersion",
		2, "mediaType", INDEX, "manifests", list);
	auto_free char *text = NULL;

	for (size_t i = 0; i < x->n; i++) {
		const struct chosen *c = &x->images[i];
		json_int_t size = 0;

		TRY(manifest_size(x, &c->img, &size, e));
		for (size_t k = 0; k < c->names.n; k++)
			json_array_append_new(list, index_entry(
				&c->img, size, c->names.v[k]));
		if (c->names.n == 0)
			json_array_append_new(list, index_entry(&c->img, size,
								NULL));
	}
	text = json_text(doc);
	return export_text(o, "index.json", text, e);
}

static json_t *blob_path(const char *digest)
{
	return json_sprintf("blobs/sha256/%s", digest + 7);
}

/*
 * Full names, as podman writes them: docker shortens them when it loads,
 * podman would complete a short one with "localhost/".
 */
static json_t *repo_tags(const struct strv *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->n; i++)
		if (!strchr(names->v[i], '@'))
			json_array_append_new(list, json_string(names->v[i]));
	return list;
}

static int put_docker_manifest(const struct export *x, struct export_out *o,
			       struct err *e)
{
	auto_json json_t *doc = json_array();
	auto_free char *text = NULL;

	for (size_t i = 0; i < x->n; i++) {
		const struct chosen *c = &x->images[i];
		json_t *layers = json_array();

		for (size_t k = 0; k < c->img.n_layers; k++)
			json_array_append_new(layers, blob_path(
				c->img.layers[k].digest));
		json_array_append_new(doc, json_pack("{s:o, s:o, s:o}",
			"Config", blob_path(c->img.id), "RepoTags",
			repo_tags(&c->names), "Layers", layers));
	}
	text = json_text(doc);
	return export_text(o, "manifest.json", text, e);
}

static int put_all(struct export *x, enum export_format format,
		   struct export_out *o, struct err *e)
{
	TRY(put_blobs(x, o, e));
	TRY(put_index(x, o, e));
	if (format == EXPORT_DOCKER_ARCHIVE)
		TRY(put_docker_manifest(x, o, e));
	TRY(export_text(o, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}",
			e));
	return export_end(o, e);
}

static void release(struct export *x)
{
	for (size_t i = 0; i < x->n; i++) {
		image_release(&x->images[i].img);
		strv_release(&x->images[i].names);
	}
	free(x->images);
	store_lease_release(x->s, &x->lease);
}

int export_images(const struct store *s, char *const *names,
		  const struct platform *want, enum export_format format,
		  struct export_out *o, struct err *e)
{
	struct export x = { .s = s, .want = want, .lease = LEASE_INIT };
	int r;

	TRY(store_lease_new(s, &x.lease, e));
	r = choose_all(&x, names, e);
	if (r >= 0)
		r = put_all(&x, format, o, e);
	release(&x);
	return r;
}

int export_manifest(const struct store *s, const char *digest,
		    enum export_format format, struct export_out *o,
		    struct err *e)
{
	struct export x = { .s = s, .lease = LEASE_INIT };
	struct image img = { 0 };
	int r;

	TRY(image_load(s, digest, NULL, &img, e));
	choose(&x, &img, NULL);
	r = store_lease_new(s, &x.lease, e);
	if (r == 0)
		r = put_all(&x, format, o, e);
	release(&x);
	return r;
}
