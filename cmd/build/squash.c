/* squash.c - layers that a build made, as one. */
#include "cmd/build/squash.h"

#include "cmd/build/copy_job.h"
#include "core/base/file.h"
#include "fs/build/merge_marks.h"
#include "fs/transfer/layer_blob.h"
#include "fs/transfer/tar_out.h"

#include <sys/mount.h>

/* It finds its way to the step in the instruction, which comes first. */
struct squash {
	struct df_instruction in;
	struct step *s;
	struct strv layers; /* that were made, the uppermost first; borrowed */
	struct descriptor made;
};

/* ---- in the child, root of the id map's namespace ---- */

static int put_all(struct tar_out *t, int merged, const struct strv *marks,
		   struct err *e)
{
	for (size_t i = 0; i < marks->n; i++)
		TRY(tar_out_empty(t, marks->v[i], e));
	TRY(tar_out_tree(t, merged, ".", "", e));
	return tar_out_end(t, NULL, e);
}

static int find_marks(const struct squash *q, int merged, struct strv *ret,
		      struct err *e)
{
	struct rootfs r = { .layers = q->layers };
	int *fds, code;

	TRY(driver_open_layers(&r, &fds, e));
	code = merge_marks(merged, fds, r.layers.n, ret, e);
	for (size_t i = 0; i < r.layers.n; i++)
		close(fds[i]);
	free(fds);
	return code;
}

static int write_tar(void *arg, int out, struct err *e)
{
	struct squash *q = arg;
	auto_close int at = dir_open(AT_FDCWD, q->s->c.path, e);
	auto_close int merged = -1;
	auto_strv struct strv marks = { 0 };
	const struct tar_out_options o = {
		.own_ids = true, .sparse = TAR_OUT_SPARSE,
		.clamp = q->s->b->clamp, .newest = q->s->b->epoch,
	};
	struct tar_out *t;
	int r;

	TRY(at);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	merged = step_mount_layers(q->s, &q->layers, at, e);
	TRY(merged);
	TRY(find_marks(q, merged, &marks, e));
	TRY(tar_out_new(out, &o, &t, e));
	r = put_all(t, merged, &marks, e);
	tar_out_free(t);
	return r < 0 ? r : 0;
}

static int squash_step(struct step *s, struct err *e)
{
	struct squash *q = (struct squash *)(void *)s->in;
	int r;

	q->s = s;
	q->layers = s->layers.paths;
	q->layers.n = s->st->img.n_layers - s->st->n_base;
	r = layer_blob_make(&s->b->store, &s->b->map, write_tar, q,
			    &s->b->lease, &q->made, e);
	return r < 0 ? r : 0;
}

/* ---- the configuration ---- */

static void cut(json_t *list, size_t n)
{
	while (json_array_size(list) > n)
		json_array_remove(list, json_array_size(list) - 1);
}

static void rewrite(struct stage *st, const struct descriptor *d)
{
	json_t *history = json_object_get(st->doc, "history");
	json_t *ids = json_object_get(json_object_get(st->doc, "rootfs"),
				      "diff_ids");
	size_t made = st->img.n_layers - st->n_base;

	for (size_t i = st->base_steps; i < json_array_size(history); i++)
		json_object_set_new(json_array_get(history, i), "empty_layer",
				    json_true());
	json_array_append_new(history, json_pack("{s:s, s:o}", "created",
		st->created, "comment", json_sprintf("merge of %zu layers",
						     made)));
	cut(ids, st->n_base);
	json_array_append_new(ids, json_string(d->digest));
	cut(st->descriptors, st->n_base);
	json_array_append_new(st->descriptors, json_pack(
		"{s:s, s:s, s:I}", "mediaType", d->media_type, "digest",
		d->digest, "size", (json_int_t)d->size));
}

int build_squash(struct build *b, struct stage *st, struct err *e)
{
	struct squash q = { 0 };

	if (st->img.n_layers - st->n_base < 2)
		return 0;
	TRY(build_in_folder(b, st, &q.in, squash_step, e));
	rewrite(st, &q.made);
	return 0;
}
