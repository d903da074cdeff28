/* cache_from.c - sources of steps: images and folders. */
#include "cmd/build/cache_from.h"

#include "cmd/build/cache_option.h"
#include "core/base/file.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/pull.h"
#include "fs/transfer/unpack.h"

#include <stdio.h>

#define COPY (1 << 20)

struct cache_source {
	struct cache_option o;
	enum { HERE, FOLDER, REMOTE } place; /* of its layers */
	int dir;         /* FOLDER */
	struct ref ref;  /* REMOTE */
	struct cache_entries entries;
};

int cache_from_check(const struct build_options *o, struct err *e)
{
	for (size_t i = 0; i < o->cache_from.n; i++) {
		struct cache_option one;
		int r = cache_option_parse(o->cache_from.v[i], false, &one, e);

		cache_option_release(&one);
		TRY(r);
	}
	return 0;
}

/* ---- reading: manifest and config come into the store ---- */

static int read_entries(struct build *b, struct cache_source *s,
			const char *manifest, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_load(&b->store, manifest, NULL, &img, e));
	TRY(cache_image_read(&img, &s->entries, e));
	return s->entries.n ? 0 :
		err_set(e, ENOENT, "it has no steps of a build (rl build "
			"--cache-to writes them)");
}

/* An image of this store, by its name. */
static int read_here(struct build *b, struct cache_source *s, struct err *e)
{
	auto_image struct image img = { 0 };

	TRY(image_find(&b->store, s->o.ref, NULL, &img, e));
	return read_entries(b, s, img.manifest_digest, e);
}

static int read_remote(struct build *b, struct cache_source *s, struct err *e)
{
	const struct pull_options o = { .progress = progress_new(true) };
	char digest[DIGEST_MAX];
	int r = ref_parse(s->o.ref, &s->ref, e);

	if (r == 0)
		r = pull_documents(&b->store, &s->ref, &o, &b->lease, digest,
				   e);
	progress_free(o.progress);
	return r < 0 ? r : read_entries(b, s, digest, e);
}

/* A document of the folder, which is what its digest says. */
static int take_document(struct build *b, int dir, const char *digest,
			 json_t **ret, struct err *e)
{
	auto_free char *path = NULL, *text = NULL;
	char got[DIGEST_MAX];
	size_t n;

	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "it is no image layout");
	path = xasprintf("blobs/sha256/%s", digest + 7);
	TRY(file_read(dir, path, JSON_TEXT_MAX, &text, &n, e));
	digest_bytes(text, n, got);
	if (!streq(got, digest))
		return err_set(e, EBADMSG, "%s is %s", path, got);
	TRY(store_lease_add(&b->store, &b->lease, digest, e));
	TRY(store_blob_put(&b->store, digest, text, n, e));
	return json_parse(text, n, path, ret, e);
}

static const char *digest_in(const json_t *o)
{
	return json_string_value(json_object_get(o, "digest"));
}

static int read_folder(struct build *b, struct cache_source *s, struct err *e)
{
	auto_json json_t *index = NULL, *manifest = NULL, *config = NULL;
	const char *digest;

	s->dir = dir_open(AT_FDCWD, s->o.folder, e);
	TRY(s->dir);
	TRY(json_read_file(s->dir, "index.json", &index, e));
	digest = digest_in(json_array_get(json_object_get(index, "manifests"),
					  0));
	TRY(take_document(b, s->dir, digest, &manifest, e));
	TRY(take_document(b, s->dir, digest_in(json_object_get(
		manifest, "config")), &config, e));
	return read_entries(b, s, digest, e);
}

static int read_source(struct build *b, struct cache_source *s, struct err *e)
{
	auto_image struct image img = { 0 };
	struct err ignored;

	if (s->o.type == CACHE_LOCAL) {
		s->place = FOLDER;
		return read_folder(b, s, e);
	}
	if (s->o.named && image_find(&b->store, s->o.ref, NULL, &img,
				     &ignored) == 0)
		return read_here(b, s, e);
	s->place = REMOTE;
	return read_remote(b, s, e);
}

static int open_source(struct build *b, struct cache_source *s,
		       const char *text, struct err *e)
{
	auto_free char *title = NULL;
	struct err why;
	size_t step;
	bool good;

	*s = (struct cache_source){ .dir = -1 };
	TRY(cache_option_parse(text, false, &s->o, e));
	title = xasprintf("importing cache manifest from %s",
			  s->o.ref ? s->o.ref : s->o.folder);
	step = build_progress_begin(b->progress, title);
	good = read_source(b, s, &why) == 0;
	build_progress_end(b->progress, step, good ? STEP_DONE : STEP_FAILED,
			   good ? NULL : why.text);
	if (!good)
		cache_entries_release(&s->entries);
	return 0;
}

int cache_from_open(struct build *b, struct err *e)
{
	const struct strv *l = &b->o->cache_from;

	b->caches = xcalloc(l->n + 1, sizeof(*b->caches));
	for (; b->n_caches < l->n && !b->o->no_cache; b->n_caches++)
		TRY(open_source(b, &b->caches[b->n_caches],
				l->v[b->n_caches], e));
	return 0;
}

void cache_from_close(struct build *b)
{
	for (size_t i = 0; i < b->n_caches; i++) {
		struct cache_source *s = &b->caches[i];

		cache_option_release(&s->o);
		cache_entries_release(&s->entries);
		ref_release(&s->ref);
		if (s->dir >= 0)
			close(s->dir);
	}
	free(b->caches);
	b->caches = NULL;
	b->n_caches = 0;
}

/* ---- a layer ---- */

static int copy_blob(int in, struct blob_writer *w, struct err *e)
{
	auto_free char *buf = xmalloc(COPY);
	char got[DIGEST_MAX];
	struct digest d;
	ssize_t n;

	digest_init(&d);
	while ((n = read(in, buf, COPY)) > 0) {
		digest_add(&d, buf, n);
		if (fd_write_all(w->fd, buf, n) < 0)
			break;
	}
	digest_final(&d, got);
	if (n != 0)
		return err_sys(e, "copy blob %s", w->digest);
	return streq(got, w->digest) ? 0 :
		err_set(e, EBADMSG, "blob %s is %s", w->digest, got);
}

/* From the folder into the store. */
static int take_blob(struct build *b, int dir, const char *digest,
		     struct err *e)
{
	auto_free char *path = xasprintf("blobs/sha256/%s", digest + 7);
	struct blob_writer w = BLOB_WRITER_INIT;
	auto_close int in = openat(dir, path, O_RDONLY | O_CLOEXEC);
	int r;

	if (in < 0)
		return err_sys(e, "open %s", path);
	r = store_blob_begin(&b->store, digest, &w, e);
	if (r != 0)
		return r < 0 ? r : 0;
	if (ftruncate(w.fd, 0) < 0 || lseek(w.fd, 0, SEEK_SET) < 0)
		r = err_sys(e, "empty the part of %s", digest);
	if (r == 0)
		r = copy_blob(in, &w, e);
	if (r == 0)
		r = store_blob_commit(&b->store, &w, e);
	store_blob_abandon(&b->store, &w, true);
	return r;
}

static int unpack(struct build *b, const struct build_record *r, struct err *e)
{
	auto_unpacker struct unpacker *u = NULL;
	auto_close int blob = store_open_blob(&b->store, r->blob, e);
	struct unpack_notes ignored = { 0 };

	TRY(blob);
	TRY(unpacker_start(&b->store, &b->map, &u, e));
	return unpack_layer(u, r->digest, blob, &ignored, e);
}

static int pull_layer(struct build *b, const struct cache_source *s,
		      const struct build_record *r, struct err *e)
{
	const struct pull_options o = { .progress = progress_new(true) };
	struct image_layer l = { .size = r->size,
				 .media_type = (char *)r->type };
	const struct image img = { .layers = &l, .n_layers = 1 };
	int code;

	memcpy(l.digest, r->blob, DIGEST_MAX);
	memcpy(l.diff_id, r->digest, DIGEST_MAX);
	code = pull_some(&b->store, &b->map, &s->ref, &o, &b->lease, &img, e);
	progress_free(o.progress);
	return code;
}

static int fetch(struct build *b, const struct cache_source *s,
		 const struct build_record *r, struct err *e)
{
	TRY(store_lease_add(&b->store, &b->lease, r->digest, e));
	TRY(store_lease_add(&b->store, &b->lease, r->blob, e));
	if (s->place == REMOTE)
		return pull_layer(b, s, r, e);
	if (s->place == FOLDER)
		TRY(take_blob(b, s->dir, r->blob, e));
	return unpack(b, r, e);
}

static int take(struct build *b, const struct cache_source *s, const char *key,
		const struct build_record *r, struct err *e)
{
	if (!r->empty)
		TRY(fetch(b, s, r, e));
	return build_cache_put(&b->store, key, r, e);
}

bool cache_from_find(struct build *b, const char *key,
		     struct build_record *ret)
{
	for (size_t i = 0; i < b->n_caches; i++) {
		const struct cache_source *s = &b->caches[i];
		const struct build_record *r = cache_entries_find(&s->entries,
								  key);
		struct err e;

		if (!r)
			continue;
		if (take(b, s, key, r, &e) == 0) {
			*ret = *r;
			return true;
		}
		fprintf(stderr, "rl: WARNING: --cache-from %s: %s\n",
			b->o->cache_from.v[i], e.text);
	}
	return false;
}
