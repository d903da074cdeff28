/* step.c - a step that makes a layer: from the cache, or in a folder. */
#include "cmd/build/build.h"

#include "cmd/build/cache_from.h"
#include "core/base/file.h"
#include "fs/layer.h"
#include "fs/layer_sync.h"
#include "fs/transfer/new_image.h"
#include "fs/transfer/upper_layer.h"

#include <stdio.h>

int build_folder_make(struct build *b, struct container *ret, struct err *e)
{
	char id[65];

	random_hex(id, 32);
	container_plan(&b->store, id, ret);
	return container_create(&b->store, NULL, ret, e);
}

/* The step's folder, over what the stage has so far. */
static int open_step(struct step *s, struct err *e)
{
	struct build *b = s->b;

	TRY(build_folder_make(b, &s->c, e));
	TRY(layer_stack_open(&b->store, &s->st->img, &b->map, &s->layers, e));
	TRY(container_mountpoints(&b->store, &s->mountpoints, e));
	s->rootfs = (struct rootfs){
		.layers = s->layers.paths, .path = s->c.path,
		.mountpoints = s->mountpoints,
		/* a power cut ends the build; a layer is in its blob, too */
		.volatile_upper = true,
	};
	return 0;
}

static void close_step(struct step *s)
{
	struct err ignored;

	if (s->c.fd >= 0)
		container_remove(&s->b->store, &s->c, -1, &ignored);
	container_release(&s->c);
	layer_stack_release(&s->layers);
	free(s->mountpoints);
	strv_release(&s->stubs);
}

/* The upper folder is what unpacking the layer would give: it stays. */
static int publish(struct step *s, const char *diff_id, struct err *e)
{
	auto_close int maps = layer_dir_open(&s->b->store, &s->b->map, e);

	TRY(maps);
	TRY(layer_sync_owe(maps, diff_id + 7, e));
	if (renameat(s->c.fd, "upper", maps, diff_id + 7) < 0 &&
	    errno != EEXIST && errno != ENOTEMPTY)
		return err_sys(e, "publish layer %s", diff_id);
	return 0;
}

static int make_layer(struct step *s, struct build_record *ret, struct err *e)
{
	struct upper_layer u = {
		.store = &s->b->store, .folder = s->c.path,
		.layers = &s->layers.paths, .map = &s->b->map,
		.clamp = s->b->clamp, .newest = s->b->epoch,
		.stubs = &s->stubs,
	};
	struct descriptor d;
	int r = upper_layer_make(&u, &s->b->lease, &d, e);

	TRY(r);
	*ret = (struct build_record){ .empty = r == 0 };
	if (r == 0)
		return 0;
	memcpy(ret->digest, d.digest, DIGEST_MAX);
	memcpy(ret->blob, d.digest, DIGEST_MAX);
	snprintf(ret->type, sizeof(ret->type), "%s", NEW_IMAGE_TAR);
	ret->size = d.size;
	return publish(s, d.digest, e);
}

static int perform(struct step *s, int (*fn)(struct step *s, struct err *e),
		   struct build_record *ret, struct err *e)
{
	int r = open_step(s, e);

	if (r == 0)
		r = fn(s, e);
	if (r == 0)
		r = make_layer(s, ret, e);
	close_step(s);
	return r;
}

int build_in_folder(struct build *b, struct stage *st,
		    const struct df_instruction *in,
		    int (*fn)(struct step *s, struct err *e), struct err *e)
{
	struct step s = { .b = b, .st = st, .in = in, .c = CONTAINER_INIT };
	int r = open_step(&s, e);

	if (r == 0)
		r = fn(&s, e);
	close_step(&s);
	return r;
}

/* The stage stands on one layer more. */
static void grow(struct stage *st, const struct build_record *r)
{
	struct image *img = &st->img;
	struct image_layer *l;

	img->layers = xrealloc(img->layers, img->n_layers + 1, sizeof(*l));
	l = &img->layers[img->n_layers++];
	*l = (struct image_layer){ .size = r->size };
	l->media_type = xstrdup(r->type);
	memcpy(l->digest, r->blob, DIGEST_MAX);
	memcpy(l->diff_id, r->digest, DIGEST_MAX);
	json_array_append_new(st->descriptors, new_image_layer(
		r->type, r->blob, r->size));
}

/* The step is behind us: the stage has its key, its layer. */
static int take_record(struct build *b, struct stage *st, const char *key,
		       const struct build_record *r, char *ret_layer,
		       struct err *e)
{
	if (st->img.n_layers >= IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the image has %d layers already",
			       IMAGE_LAYERS_MAX);
	memcpy(st->key, key, DIGEST_MAX);
	cache_entries_add(&st->made, key, r);
	snprintf(st->created, sizeof(st->created), "%s",
		 b->clamp ? b->created : r->created);
	*ret_layer = '\0';
	if (!r->empty) {
		grow(st, r);
		memcpy(ret_layer, r->digest, DIGEST_MAX);
	}
	return 0;
}

int build_step(struct build *b, struct stage *st,
	       const struct df_instruction *in, const char *key,
	       int (*fn)(struct step *s, struct err *e),
	       char ret_layer[static DIGEST_MAX], struct err *e)
{
	struct step s = { .b = b, .st = st, .in = in, .c = { .fd = -1 } };
	struct report_step told = {
		.stage = b->plan.stages[st->place].index,
	};
	struct build_record *r = &told.record;

	told.cached = !b->o->no_cache &&
		(build_cache_find(&b->store, &b->map, &b->lease, key, r) ||
		 cache_from_find(b, key, r));
	if (!told.cached) {
		TRY(perform(&s, fn, r, e));
		snprintf(r->created, sizeof(r->created), "%s", b->created);
		TRY(build_cache_put(&b->store, key, r, e));
	}
	TRY(take_record(b, st, key, r, ret_layer, e));
	memcpy(told.key, key, DIGEST_MAX);
	stage_report_step(b->report, &told);
	return 0;
}

int build_step_told(struct build *b, struct stage *st,
		    char ret_layer[static DIGEST_MAX], struct err *e)
{
	size_t index = b->plan.stages[st->place].index;

	for (size_t i = 0; i < b->n_told; i++) {
		struct report_step t = b->told[i];

		if (t.stage != index || !*t.key)
			continue;
		*b->told[i].key = '\0'; /* once */
		return take_record(b, st, t.key, &t.record, ret_layer, e);
	}
	return err_set(e, EPROTO, "nothing is known of this step");
}
