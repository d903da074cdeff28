/* import.c - docker archives and OCI layouts into the store. */
#include "fs/transfer/import.h"

#include "core/base/file.h"
#include "fs/image.h"
#include "fs/transfer/digest.h"

#include <stdio.h>

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "application/vnd.oci.image.config.v1+json"
#define LAYER "application/vnd.oci.image.layer.v1.tar"
#define REF_NAME "org.opencontainers.image.ref.name"
#define CONTAINERD_NAME "io.containerd.image.name"
#define COPY (1 << 20)

struct import {
	const struct store *s;
	struct unpacker *u;
	const struct bundle *b;
	struct lease lease;
	struct unpack_notes notes;
	void (*loaded)(void *arg, const char *name);
	void *arg;
};

/* ---- blobs ---- */

static int copy_into(int from, struct blob_writer *w, struct err *e)
{
	auto_free char *buf = xmalloc(COPY);
	off_t at = 0;
	ssize_t n;

	if (ftruncate(w->fd, 0) < 0 || lseek(w->fd, 0, SEEK_SET) < 0)
		return err_sys(e, "write a blob");
	while ((n = pread(from, buf, COPY, at)) > 0) {
		if (fd_write_all(w->fd, buf, n) < 0)
			return err_sys(e, "write a blob");
		at += n;
	}
	return n < 0 ? err_sys(e, "read a blob") : 0;
}

/* Keep a member as a blob; its digest and size come back. */
static int take_blob(struct import *im, int fd, const char *want,
		     struct descriptor *ret, struct err *e)
{
	struct blob_writer w = BLOB_WRITER_INIT;
	struct stat st;
	int r;

	TRY(digest_fd(fd, ret->digest, e));
	if (want && !streq(want, ret->digest))
		return err_set(e, EBADMSG, "a blob's content is %s, its name "
			       "says %s", ret->digest, want);
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at a blob");
	ret->size = st.st_size;
	TRY(store_lease_add(im->s, &im->lease, ret->digest, e));
	r = store_blob_begin(im->s, ret->digest, &w, e);
	if (r != 0)
		return r < 0 ? r : 0;
	r = copy_into(fd, &w, e);
	if (r == 0)
		r = store_blob_commit(im->s, &w, e);
	store_blob_abandon(im->s, &w, true);
	return r;
}

static int unpack_all(const struct store *s, struct unpacker *u,
		      struct lease *lease, const struct image *img,
		      struct unpack_notes *notes, struct err *e)
{
	for (size_t i = 0; i < img->n_layers; i++) {
		const struct image_layer *l = &img->layers[i];
		auto_close int fd = store_open_blob(s, l->digest, e);

		if (fd < 0)
			return fd;
		if (lease)
			TRY(store_lease_add(s, lease, l->diff_id, e));
		if (unpack_layer(u, l->diff_id, fd, notes, e) < 0)
			return err_wrap(e, "layer %.19s", l->digest);
	}
	return 0;
}

int import_unpack(const struct store *s, struct unpacker *u,
		  const char *manifest_digest, struct unpack_notes *notes,
		  struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_load(s, manifest_digest, NULL, &img, e));
	return unpack_all(s, u, NULL, &img, notes, e);
}

/* The blobs are there: unpack, then name. */
static int publish(struct import *im, const struct descriptor *d,
		   const struct strv *names, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_load(im->s, d->digest, NULL, &img, e));
	TRY(unpack_all(im->s, im->u, &im->lease, &img, &im->notes, e));
	for (size_t i = 0; i < names->n; i++) {
		auto_ref struct ref ref = { 0 };
		auto_free char *full = NULL;

		TRY(ref_parse(names->v[i], &ref, e));
		full = ref_full(&ref);
		TRY(store_tag(im->s, d, full, e));
		im->loaded(im->arg, full);
	}
	if (names->n)
		return 0;
	TRY(store_tag(im->s, d, NULL, e));
	im->loaded(im->arg, img.id);
	return 0;
}

/* ---- docker-archive ---- */

static const char *layer_type(int fd)
{
	unsigned char m[4] = { 0 };

	if (pread(fd, m, 4, 0) < 2)
		return LAYER;
	if (m[0] == 0x1f && m[1] == 0x8b)
		return LAYER "+gzip";
	if (m[0] == 0x28 && m[1] == 0xb5 && m[2] == 0x2f && m[3] == 0xfd)
		return LAYER "+zstd";
	return LAYER;
}

static json_t *descriptor_json(const char *type, const struct descriptor *d)
{
	return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest",
			 d->digest, "size", (json_int_t)d->size);
}

static int take_member(struct import *im, const char *name, const char *type,
		       json_t **ret, struct err *e)
{
	auto_close int fd = bundle_open_file(im->b, name, e);
	struct descriptor d = { 0 };

	if (fd < 0)
		return fd;
	TRY(take_blob(im, fd, NULL, &d, e));
	*ret = descriptor_json(type ? type : layer_type(fd), &d);
	return 0;
}

static int take_layers(struct import *im, const json_t *item, json_t *list,
		       struct err *e)
{
	auto_strv struct strv names = { 0 };

	TRY(json_strv(item, "Layers", &names, e));
	if (names.n > IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the image has %zu layers; %d are the "
			       "most", names.n, IMAGE_LAYERS_MAX);
	for (size_t i = 0; i < names.n; i++) {
		json_t *layer = NULL;

		TRY(take_member(im, names.v[i], NULL, &layer, e));
		json_array_append_new(list, layer);
	}
	return 0;
}

/* An OCI manifest for what docker's manifest.json describes. */
static int docker_image(struct import *im, const json_t *item, struct err *e)
{
	auto_json json_t *manifest = json_pack("{s:i, s:s, s:[]}",
		"schemaVersion", 2, "mediaType", MANIFEST, "layers");
	auto_strv struct strv names = { 0 };
	auto_free char *text = NULL;
	struct descriptor d = { .media_type = MANIFEST };
	json_t *config = NULL;
	const char *file;

	TRY(json_str(item, "Config", &file, e));
	if (!file)
		return err_set(e, EINVAL, "manifest.json names no Config");
	TRY(json_strv(item, "RepoTags", &names, e));
	TRY(take_member(im, file, CONFIG, &config, e));
	json_object_set_new(manifest, "config", config);
	TRY(take_layers(im, item, json_object_get(manifest, "layers"), e));
	text = json_text(manifest);
	d.size = strlen(text);
	digest_bytes(text, d.size, d.digest);
	TRY(store_lease_add(im->s, &im->lease, d.digest, e));
	TRY(store_blob_put(im->s, d.digest, text, d.size, e));
	return publish(im, &d, &names, e);
}

static int member_json(const struct bundle *b, const char *name, json_t **ret,
		       struct err *e)
{
	auto_close int fd = bundle_open_file(b, name, e);
	auto_free char *text = NULL;
	size_t n;

	if (fd < 0)
		return fd;
	TRY(fd_read_all(fd, name, JSON_TEXT_MAX, &text, &n, e));
	return json_parse(text, n, name, ret, e);
}

static int docker_archive(struct import *im, struct err *e)
{
	auto_json json_t *list = NULL;
	json_t *item;
	size_t i;

	TRY(member_json(im->b, "manifest.json", &list, e));
	if (!json_is_array(list) || json_array_size(list) == 0)
		return err_set(e, EINVAL, "manifest.json lists no images");
	json_array_foreach(list, i, item)
		TRY(docker_image(im, item, e));
	return 0;
}

/* ---- OCI layout ---- */

static int take_digest(struct import *im, const char *digest,
		       struct descriptor *ret, struct err *e)
{
	auto_close int fd = -1;
	char name[96];

	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "a descriptor has no sha256 digest");
	snprintf(name, sizeof(name), "blobs/sha256/%s", digest + 7);
	fd = bundle_open_file(im->b, name, e);
	return fd < 0 ? fd : take_blob(im, fd, digest, ret, e);
}

static int take_manifest(struct import *im, const char *digest,
			 const struct strv *names, int depth, struct err *e);

/* Of an index, the part for this machine. */
static int take_index(struct import *im, const json_t *list,
		      const struct strv *names, int depth, struct err *e)
{
	struct platform host;
	const char *best = NULL;
	size_t i;
	json_t *m;
	int score = 0;

	platform_host(&host);
	json_array_foreach(list, i, m) {
		const json_t *p = json_object_get(m, "platform");
		struct platform have = { .os = "linux" };
		const char *arch = json_string_value(
			json_object_get(p, "architecture"));
		int k;

		snprintf(have.arch, sizeof(have.arch), "%s",
			 arch ? arch : host.arch);
		k = platform_match(&host, &have);
		if (k > score) {
			score = k;
			best = json_string_value(json_object_get(m, "digest"));
		}
	}
	if (!best)
		return err_set(e, ENOENT, "the archive has nothing for this "
			       "platform");
	return take_manifest(im, best, names, depth + 1, e);
}

static int take_manifest(struct import *im, const char *digest,
			 const struct strv *names, int depth, struct err *e)
{
	auto_json json_t *doc = NULL;
	struct descriptor d = { 0 }, part = { 0 };
	const json_t *list;
	const char *type;
	size_t i;
	json_t *layer;

	if (depth > 4)
		return err_set(e, ELOOP, "indexes are nested too deep");
	TRY(take_digest(im, digest, &d, e));
	TRY(store_json_blob(im->s, d.digest, &doc, e));
	TRY(json_arr(doc, "manifests", &list, e));
	if (list)
		return take_index(im, list, names, depth, e);
	TRY(json_str(doc, "mediaType", &type, e));
	TRY(take_digest(im, json_string_value(json_object_get(
				json_object_get(doc, "config"), "digest")),
			&part, e));
	TRY(json_arr(doc, "layers", &list, e));
	if (json_array_size(list) > IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the manifest names %zu layers; %d are "
			       "the most", json_array_size(list),
			       IMAGE_LAYERS_MAX);
	json_array_foreach(list, i, layer)
		TRY(take_digest(im, json_string_value(
					json_object_get(layer, "digest")),
				&part, e));
	d.media_type = (char *)type;
	return publish(im, &d, names, e);
}

static int oci_layout(struct import *im, struct err *e)
{
	auto_json json_t *index = NULL;
	const json_t *list;
	json_t *m;
	size_t i;

	TRY(member_json(im->b, "index.json", &index, e));
	TRY(json_arr(index, "manifests", &list, e));
	if (json_array_size(list) == 0)
		return err_set(e, EINVAL, "index.json lists no images");
	json_array_foreach(list, i, m) {
		const json_t *a = json_object_get(m, "annotations");
		const char *name = json_string_value(
			json_object_get(a, CONTAINERD_NAME));
		auto_strv struct strv names = { 0 };
		auto_ref struct ref ref = { 0 };
		struct err ignored;

		if (!name)
			name = json_string_value(json_object_get(a, REF_NAME));
		/* "latest" alone is a tag, not an image's name */
		if (name && ref_parse(name, &ref, &ignored) == 0 &&
		    strpbrk(name, ":/"))
			strv_add(&names, name);
		TRY(take_manifest(im, json_string_value(
					  json_object_get(m, "digest")),
				  &names, 0, e));
	}
	return 0;
}

int import_bundle(const struct store *s, struct unpacker *u,
		  const struct bundle *b,
		  void (*loaded)(void *arg, const char *name), void *arg,
		  struct unpack_notes *notes, struct err *e)
{
	struct import im = {
		.s = s, .u = u, .b = b, .lease = LEASE_INIT,
		.loaded = loaded, .arg = arg,
	};
	int r;

	TRY(store_lease_new(s, &im.lease, e));
	if (bundle_has(b, "manifest.json"))
		r = docker_archive(&im, e);
	else if (bundle_has(b, "index.json"))
		r = oci_layout(&im, e);
	else
		r = err_set(e, EINVAL, "this is not an image archive: it has "
			    "neither manifest.json nor index.json");
	store_lease_release(s, &im.lease);
	*notes = im.notes;
	return r;
}
