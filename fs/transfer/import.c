/* import.c - docker archives and OCI layouts into the store. */
#include "fs/transfer/import.h"

#include "core/base/file.h"
#include "fs/image.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/layers.h"

#include <stdio.h>

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define CONFIG "application/vnd.oci.image.config.v1+json"
#define LAYER "application/vnd.oci.image.layer.v1.tar"
#define REF_NAME "org.opencontainers.image.ref.name"
#define CONTAINERD_NAME "io.containerd.image.name"
#define COPY (1 << 20)
#define INDEX_DEPTH_MAX 4

struct import {
	const struct store *s;
	struct unpacker *u;
	const struct bundle *b;
	struct lease lease;
	struct unpack_notes notes;
	void (*loaded)(void *arg, const char *name);
	void *arg;
};

/* The layers of one image: members of the bundle. */
struct parts {
	struct import *im;
	struct strv members;       /* their names, */
	struct descriptor *blobs;  /* their digests (empty until computed), */
	struct strv diff_ids;      /* and those of the plain tars */
};

static void parts_release(struct parts *p)
{
	for (size_t i = 0; p->blobs && i < p->members.n; i++)
		free(p->blobs[i].media_type);
	free(p->blobs);
	strv_release(&p->members);
	strv_release(&p->diff_ids);
}
#define auto_parts __attribute__((cleanup(parts_release)))

/* ---- blobs ---- */

/* Copy a file and hash what was copied: it may be changing under us. */
static int copy_into(int from, struct blob_writer *w, char got[DIGEST_MAX],
		     struct err *e)
{
	auto_free char *buf = xmalloc(COPY);
	struct digest d;
	off_t at = 0;
	ssize_t n;
	int r = 0;

	if (ftruncate(w->fd, 0) < 0 || lseek(w->fd, 0, SEEK_SET) < 0)
		return err_sys(e, "write a blob");
	digest_init(&d);
	while (r == 0 && (n = pread(from, buf, COPY, at)) > 0) {
		digest_add(&d, buf, n);
		r = fd_write_all(w->fd, buf, n);
		at += n;
	}
	if (r < 0 || n < 0)
		r = err_sys(e, r < 0 ? "write a blob" : "read a blob");
	digest_final(&d, got);
	return r;
}

static int wrong_digest(const char *want, const char *got, struct err *e)
{
	return err_set(e, EBADMSG, "a blob's content is %s, its name says %s",
		       got, want);
}

static int copy_blob(struct import *im, int fd, const char *digest,
		     struct err *e)
{
	struct blob_writer w = BLOB_WRITER_INIT;
	char got[DIGEST_MAX];
	int r = store_blob_begin(im->s, digest, &w, e);

	if (r != 0)
		return r < 0 ? r : 0;
	r = copy_into(fd, &w, got, e);
	if (r == 0 && !streq(got, digest))
		r = wrong_digest(digest, got, e);
	if (r == 0)
		r = store_blob_commit(im->s, &w, e);
	store_blob_abandon(im->s, &w, true);
	return r;
}

/* A file that is in the store already becomes a blob by one more name. */
static int adopt_blob(struct import *im, int fd, const char *member,
		      const char *digest, struct err *e)
{
	auto_free char *path = xasprintf("blobs/sha256/%s", digest + 7);

	if (store_has_blob(im->s, digest))
		return 0;
	if (fsync(fd) < 0)
		return err_sys(e, "store blob %s", digest);
	return bundle_link(im->b, member, im->s->fd, path, e);
}

/* Keep a member as a blob.  ret->digest is what it must be, or empty. */
static int take_blob(struct import *im, const char *member,
		     struct descriptor *ret, struct err *e)
{
	auto_close int fd = bundle_open_file(im->b, member, e);
	char got[DIGEST_MAX];
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at a blob");
	TRY(digest_fd(fd, got, e));
	if (*ret->digest && !streq(ret->digest, got))
		return wrong_digest(ret->digest, got, e);
	memcpy(ret->digest, got, sizeof(got));
	ret->size = st.st_size;
	TRY(store_lease_add(im->s, &im->lease, got, e));
	return bundle_is_ours(im->b) ? adopt_blob(im, fd, member, got, e) :
				       copy_blob(im, fd, got, e);
}

/* Keep a manifest or a config; *ret is what it says. */
static int take_document(struct import *im, const char *member,
			 struct descriptor *d, json_t **ret, struct err *e)
{
	auto_close int fd = bundle_open_file(im->b, member, e);
	auto_free char *text = NULL;
	char got[DIGEST_MAX];
	size_t n;

	if (fd < 0)
		return fd;
	TRY(fd_read_all(fd, member, JSON_TEXT_MAX, &text, &n, e));
	digest_bytes(text, n, got);
	if (*d->digest && !streq(d->digest, got))
		return wrong_digest(d->digest, got, e);
	memcpy(d->digest, got, sizeof(got));
	d->size = n;
	TRY(json_parse(text, n, member, ret, e));
	TRY(store_lease_add(im->s, &im->lease, got, e));
	return store_blob_put(im->s, got, text, n, e);
}

/* ---- layers ---- */

static int open_member(void *arg, size_t i, struct err *e)
{
	struct parts *p = arg;

	return bundle_open_file(p->im->b, p->members.v[i], e);
}

/* Unpack all layers, and keep their blobs meanwhile. */
static int take_layers(struct parts *p, struct err *e)
{
	struct import *im = p->im;
	struct layers l = {
		.u = im->u, .n = p->diff_ids.n, .open = open_member, .arg = p,
		.diff_ids = (const char *const *)strv_list(&p->diff_ids),
		.notes = &im->notes,
	};
	int r = 0;

	for (size_t i = 0; i < l.n && r == 0; i++)
		r = digest_valid(l.diff_ids[i]) ?
		    store_lease_add(im->s, &im->lease, l.diff_ids[i], e) :
		    err_set(e, EINVAL, "'%.80s' is not a diff_id",
			    l.diff_ids[i]);
	for (size_t i = 0; i < p->members.n && r == 0; i++) {
		r = layers_pump(&l, e);
		if (r == 0)
			r = take_blob(im, p->members.v[i], &p->blobs[i], e);
	}
	if (r == 0)
		r = layers_finish(&l, e);
	layers_release(&l);
	return r;
}

/* As many diffIDs as layers, and not too many of either. */
static int check_counts(const struct parts *p, struct err *e)
{
	if (p->members.n > IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the image has %zu layers; %d are the "
			       "most", p->members.n, IMAGE_LAYERS_MAX);
	if (p->members.n != p->diff_ids.n)
		return err_set(e, EINVAL, "the image has %zu layers, and its "
			       "config %zu diff_ids", p->members.n,
			       p->diff_ids.n);
	return 0;
}

static int read_diff_ids(struct parts *p, const json_t *config, struct err *e)
{
	const json_t *rootfs;

	TRY(json_obj(config, "rootfs", &rootfs, e));
	if (!rootfs)
		return err_set(e, EINVAL, "the image's config has no rootfs");
	return json_strv(rootfs, "diff_ids", &p->diff_ids, e);
}

/* All is there: name it. */
static int publish(struct import *im, const struct descriptor *d,
		   const struct strv *names, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_load(im->s, d->digest, NULL, &img, e));
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

static const char *layer_type(const struct bundle *b, const char *member)
{
	struct err ignored;
	auto_close int fd = bundle_open_file(b, member, &ignored);
	unsigned char m[4] = { 0 };

	if (fd < 0 || pread(fd, m, 4, 0) < 2)
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

/* The OCI manifest of what docker's manifest.json describes. */
static json_t *make_manifest(const struct parts *p,
			     const struct descriptor *config)
{
	json_t *layers = json_array();

	for (size_t i = 0; i < p->members.n; i++)
		json_array_append_new(layers, descriptor_json(
			layer_type(p->im->b, p->members.v[i]), &p->blobs[i]));
	return json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2,
			 "mediaType", MANIFEST, "config",
			 descriptor_json(CONFIG, config), "layers", layers);
}

static int put_manifest(struct import *im, const json_t *manifest,
			struct descriptor *d, struct err *e)
{
	auto_free char *text = json_text(manifest);

	d->size = strlen(text);
	digest_bytes(text, d->size, d->digest);
	TRY(store_lease_add(im->s, &im->lease, d->digest, e));
	return store_blob_put(im->s, d->digest, text, d->size, e);
}

static int docker_image(struct import *im, const json_t *item, struct err *e)
{
	auto_parts struct parts p = { .im = im };
	auto_strv struct strv names = { 0 };
	auto_json json_t *config = NULL, *manifest = NULL;
	struct descriptor c = { 0 }, d = { .media_type = MANIFEST };
	const char *file;

	TRY(json_str(item, "Config", &file, e));
	if (!file)
		return err_set(e, EINVAL, "manifest.json names no Config");
	TRY(json_strv(item, "RepoTags", &names, e));
	TRY(json_strv(item, "Layers", &p.members, e));
	TRY(take_document(im, file, &c, &config, e));
	TRY(read_diff_ids(&p, config, e));
	TRY(check_counts(&p, e));
	p.blobs = xcalloc(p.members.n + 1, sizeof(*p.blobs));
	TRY(take_layers(&p, e));
	manifest = make_manifest(&p, &c);
	TRY(put_manifest(im, manifest, &d, e));
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

/* The member that holds a blob; the digest it must have goes to `d`. */
static int blob_member(const json_t *descriptor, struct descriptor *d,
		       char **ret, struct err *e)
{
	const char *digest = json_string_value(
		json_object_get(descriptor, "digest"));

	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "a descriptor has no sha256 digest");
	snprintf(d->digest, sizeof(d->digest), "%s", digest);
	*ret = xasprintf("blobs/sha256/%s", digest + 7);
	return 0;
}

/* Of an index, the part for this machine; it stays the index's. */
static int pick_manifest(const json_t *list, const json_t **ret,
			 struct err *e)
{
	struct platform host;
	int score = 0;
	json_t *m;
	size_t i;

	platform_host(&host);
	*ret = NULL;
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
			*ret = m;
		}
	}
	return *ret ? 0 : err_set(e, ENOENT, "the archive has nothing for this "
				  "platform");
}

/* Follow indexes down to a manifest: its descriptor and its text. */
static int take_manifest(struct import *im, const json_t *descriptor,
			 struct descriptor *d, json_t **ret, struct err *e)
{
	auto_json json_t *doc = NULL;

	for (int depth = 0; depth < INDEX_DEPTH_MAX; depth++) {
		auto_free char *member = NULL;
		auto_json json_t *next = NULL;
		const json_t *list;

		TRY(blob_member(descriptor, d, &member, e));
		TRY(take_document(im, member, d, &next, e));
		json_decref(doc);
		doc = steal_ptr(next);
		TRY(json_arr(doc, "manifests", &list, e));
		if (!list) {
			*ret = steal_ptr(doc);
			return 0;
		}
		TRY(pick_manifest(list, &descriptor, e));
	}
	return err_set(e, ELOOP, "indexes are nested too deep");
}

static int find_blobs(struct parts *p, const json_t *manifest, struct err *e)
{
	const json_t *list;
	json_t *layer;
	size_t i;

	TRY(json_arr(manifest, "layers", &list, e));
	p->blobs = xcalloc(json_array_size(list) + 1, sizeof(*p->blobs));
	json_array_foreach(list, i, layer) {
		char *member = NULL;

		TRY(blob_member(layer, &p->blobs[i], &member, e));
		strv_take(&p->members, member);
	}
	return 0;
}

/* What run would refuse is refused before it is unpacked. */
static int check_layers(const json_t *manifest, const json_t *config,
			struct err *e)
{
	struct image_layer *l = NULL;
	size_t n = 0;

	TRY(image_layers_parse(manifest, config, &l, &n, e));
	for (size_t i = 0; i < n; i++)
		free(l[i].media_type);
	free(l);
	return 0;
}

static int oci_image(struct import *im, const json_t *descriptor,
		     const struct strv *names, struct err *e)
{
	auto_parts struct parts p = { .im = im };
	auto_json json_t *manifest = NULL, *config = NULL;
	auto_free char *member = NULL;
	struct descriptor d = { 0 }, c = { 0 };
	const char *type;

	TRY(take_manifest(im, descriptor, &d, &manifest, e));
	TRY(blob_member(json_object_get(manifest, "config"), &c, &member, e));
	TRY(take_document(im, member, &c, &config, e));
	TRY(find_blobs(&p, manifest, e));
	TRY(read_diff_ids(&p, config, e));
	TRY(check_counts(&p, e));
	TRY(check_layers(manifest, config, e));
	TRY(take_layers(&p, e));
	TRY(json_str(manifest, "mediaType", &type, e));
	d.media_type = (char *)type;
	return publish(im, &d, names, e);
}

/* The name that an entry of index.json gives; "latest" alone is none. */
static void entry_names(const json_t *m, struct strv *ret)
{
	const json_t *a = json_object_get(m, "annotations");
	const char *name = json_string_value(
		json_object_get(a, CONTAINERD_NAME));
	auto_ref struct ref ref = { 0 };
	struct err ignored;

	if (!name)
		name = json_string_value(json_object_get(a, REF_NAME));
	if (name && strpbrk(name, ":/") && ref_parse(name, &ref, &ignored) == 0)
		strv_add(ret, name);
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
		auto_strv struct strv names = { 0 };

		entry_names(m, &names);
		TRY(oci_image(im, m, &names, e));
	}
	return 0;
}

/* ---- which of the two ---- */

/* Does index.json name each of its images? */
static bool oci_names_all(const json_t *index)
{
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(index, "manifests"), i, m) {
		auto_strv struct strv names = { 0 };

		entry_names(m, &names);
		if (names.n == 0)
			return false;
	}
	return true;
}

static bool docker_names_any(const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_array_size(json_object_get(item, "RepoTags")) > 0)
			return true;
	return false;
}

/*
 * docker save writes both since version 25.  The OCI part keeps the images'
 * digests; manifest.json is used where only it knows their names.
 */
static int import_any(struct import *im, struct err *e)
{
	auto_json json_t *index = NULL, *list = NULL;
	bool docker = bundle_has(im->b, "manifest.json");

	if (!bundle_has(im->b, "index.json"))
		return docker ? docker_archive(im, e) :
		       err_set(e, EINVAL, "this is not an image archive: it "
			       "has neither manifest.json nor index.json");
	if (!docker)
		return oci_layout(im, e);
	TRY(member_json(im->b, "index.json", &index, e));
	TRY(member_json(im->b, "manifest.json", &list, e));
	if (oci_names_all(index) || !docker_names_any(list))
		return oci_layout(im, e);
	return docker_archive(im, e);
}

/* ---- entry points ---- */

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
	r = import_any(&im, e);
	store_lease_release(s, &im.lease);
	*notes = im.notes;
	return r;
}

struct stored {
	const struct store *s;
	const struct image *img;
};

static int open_stored(void *arg, size_t i, struct err *e)
{
	struct stored *st = arg;

	return store_open_blob(st->s, st->img->layers[i].digest, e);
}

int import_unpack(const struct store *s, struct unpacker *u,
		  const char *manifest_digest, struct unpack_notes *notes,
		  struct err *e)
{
	auto_image struct image img = { 0 };
	auto_strv struct strv diff_ids = { 0 };
	struct stored st = { s, &img };
	struct layers l = {
		.u = u, .open = open_stored, .arg = &st, .notes = notes,
	};
	int r;

	TRY(image_load(s, manifest_digest, NULL, &img, e));
	for (size_t i = 0; i < img.n_layers; i++)
		strv_add(&diff_ids, img.layers[i].diff_id);
	l.n = img.n_layers;
	l.diff_ids = (const char *const *)strv_list(&diff_ids);
	r = layers_finish(&l, e);
	layers_release(&l);
	return r;
}
