/* cache_to.c - steps as an image that is pushed or saved. */
#include "cmd/build/cache_to.h"

#include "cmd/build/cache_option.h"
#include "cmd/transfer/target.h"
#include "core/base/file.h"
#include "fs/transfer/export.h"
#include "fs/transfer/new_image.h"
#include "fs/transfer/push.h"

#include <stdio.h>

int cache_to_check(const struct build_options *o, struct err *e)
{
	for (size_t i = 0; i < o->cache_to.n; i++) {
		struct cache_option one;
		int r = cache_option_parse(o->cache_to.v[i], true, &one, e);

		cache_option_release(&one);
		TRY(r);
	}
	return 0;
}

void cache_to_inline(const struct build *b, struct stage *target)
{
	for (size_t i = 0; i < b->o->cache_to.n; i++) {
		struct cache_option o;
		struct err ignored;

		if (cache_option_parse(b->o->cache_to.v[i], true, &o,
				       &ignored) == 0 &&
		    o.type == CACHE_INLINE)
			cache_image_inline(target->doc, &target->made);
		cache_option_release(&o);
	}
}

/* ---- the image ---- */

static int make_image(struct build *b, const struct stage *target, bool max,
		      struct descriptor *ret, struct err *e)
{
	auto_json json_t *config = NULL, *layers = NULL;
	struct cache_entries all = { 0 };
	char id[DIGEST_MAX];
	int r;

	cache_entries_extend(&all, &target->made);
	for (size_t i = 0; max && i < b->n; i++)
		cache_entries_extend(&all, &b->stages[i]->made);
	cache_image_new(&all, &config, &layers);
	r = json_array_size(layers) > IMAGE_LAYERS_MAX ?
		err_set(e, E2BIG, "a cache of more than %d layers",
			IMAGE_LAYERS_MAX) :
		new_image_put(&b->store, &b->lease, config, layers, ret, id,
			      e);
	cache_entries_release(&all);
	return r;
}

static int push(struct build *b, const struct cache_option *o,
		const char *digest, struct err *e)
{
	const struct push_options p = { .packing = o->packing,
					.progress = progress_new(true) };
	auto_image struct image img = { 0 };
	auto_ref struct ref ref = { 0 };
	struct push_result res;
	int r = ref_parse(o->ref, &ref, e);

	if (r == 0)
		r = image_load(&b->store, digest, NULL, &img, e);
	if (r == 0)
		r = push_image(&b->store, &img, &ref, &p, &res, e);
	progress_free(p.progress);
	return r;
}

/* ---- a folder ---- */

struct folder {
	struct build *b;
	const char *digest;
};

static int fill_folder(void *arg, int dir, struct err *e)
{
	const struct folder *f = arg;
	struct export_out out = { .fd = -1, .dir = dir };

	return export_manifest(&f->b->store, f->digest, EXPORT_OCI_DIR, &out,
			       e);
}

/* A cache of an earlier build makes room, nothing else does. */
static int replace(const char *path, struct folder *f, struct err *e)
{
	auto_free char *layout = xasprintf("%s/oci-layout", path);
	auto_free char *prefix = xasprintf("%s.new", path);
	auto_free char *new = temp_name(prefix);
	int r;

	if (access(layout, F_OK) < 0)
		return err_set(e, EEXIST, "%s is a folder with other things "
			       "than a cache", path);
	TRY(target_folder(new, fill_folder, f, e));
	r = renameat2(AT_FDCWD, new, AT_FDCWD, path, RENAME_EXCHANGE) < 0 ?
		err_sys(e, "replace %s", path) : 0;
	if (r == 0)
		return tree_remove(AT_FDCWD, new, e);
	tree_remove(AT_FDCWD, new, &(struct err){ 0 });
	return r;
}

static int save(struct build *b, const struct cache_option *o,
		const char *digest, struct err *e)
{
	struct folder f = { b, digest };
	auto_free char *path = xstrdup(o->folder);

	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = '\0';
	TRY(mkdir_parents(AT_FDCWD, path, 0755, e));
	return rmdir(path) == 0 ? target_folder(path, fill_folder, &f, e) :
				  replace(path, &f, e);
}

/* ---- all of it ---- */

static int write_one(struct build *b, const struct stage *target,
		     const struct cache_option *o, struct err *e)
{
	struct descriptor d;

	build_progress_note(b->progress, "exporting cache to ",
			    o->ref ? o->ref : o->folder);
	TRY(make_image(b, target, o->max, &d, e));
	return o->type == CACHE_LOCAL ? save(b, o, d.digest, e) :
					push(b, o, d.digest, e);
}

int cache_to_write(struct build *b, const struct stage *target, struct err *e)
{
	for (size_t i = 0; i < b->o->cache_to.n; i++) {
		const char *text = b->o->cache_to.v[i];
		struct cache_option o;
		int r = cache_option_parse(text, true, &o, e);

		if (r == 0 && o.type != CACHE_INLINE)
			r = write_one(b, target, &o, e);
		if (r < 0 && o.ignore_error) {
			fprintf(stderr, "rl: WARNING: --cache-to %s: %s\n",
				text, e->text);
			r = 0;
		}
		cache_option_release(&o);
		if (r < 0)
			return err_wrap(e, "--cache-to %s", text);
	}
	return 0;
}
