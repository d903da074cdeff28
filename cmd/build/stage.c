/* stage.c - what a stage stands on: its base. */
#include "cmd/build/build.h"

#include "fs/build/config.h"

#include <stdio.h>

void build_stage_release(struct stage *st)
{
	json_decref(st->doc);
	json_decref(st->descriptors);
	image_release(&st->img);
	cache_entries_release(&st->made);
	df_scope_release(&st->scope);
	strv_release(&st->shell);
	*st = (struct stage){ 0 };
}

static void add_layer(struct stage *st, const struct image_layer *l)
{
	struct image *img = &st->img;

	img->layers = xrealloc(img->layers, img->n_layers + 1, sizeof(*l));
	img->layers[img->n_layers] = *l;
	img->layers[img->n_layers++].media_type = xstrdup(l->media_type);
}

void build_take_layers(struct stage *st, const struct image *from,
			const json_t *descriptors)
{
	for (size_t i = 0; i < from->n_layers; i++)
		add_layer(st, &from->layers[i]);
	st->descriptors = json_deep_copy(descriptors);
	memcpy(st->img.manifest_digest, from->manifest_digest, DIGEST_MAX);
}

void build_stage_shell(struct stage *st)
{
	struct err ignored;

	strv_clear(&st->shell);
	json_strv(json_object_get(st->doc, "config"), "Shell", &st->shell,
		  &ignored);
	if (st->shell.n == 0) {
		strv_add(&st->shell, "/bin/sh");
		strv_add(&st->shell, "-c");
	}
}

static void take_stage(struct stage *st, const struct stage *from)
{
	build_take_layers(st, &from->img, from->descriptors);
	st->n_base = from->n_base;
	st->base_steps = from->base_steps;
	st->doc = json_deep_copy(from->doc);
	/* whether there was a CMD is asked of one stage only */
	json_object_del(st->doc, "rl.cmd");
	memcpy(st->key, from->key, DIGEST_MAX);
	memcpy(st->created, from->created, sizeof(st->created));
	cache_entries_extend(&st->made, &from->made);
}

int build_stage_begin(struct build *b, struct stage *st, struct err *e)
{
	auto_strv struct strv env = { 0 };
	const struct df_plan_stage *p = &b->plan.stages[st->place];
	const struct stage *other = p->base.kind == DF_SOURCE_STAGE ?
		b->stages[p->base.stage] : NULL;
	struct err ignored;
	char epoch[24];

	if (other)
		take_stage(st, other);
	else
		TRY(build_base(b, &p->base, p->platform ? p->platform :
			       b->o->platform, st, e));
	json_strv(json_object_get(st->doc, "config"), "Env", &env, &ignored);
	df_scope_start(&st->scope, &b->args, &env);
	if (other) {
		df_scope_release(&st->scope);
		df_scope_inherit(&st->scope, &other->scope);
	}
	if (b->clamp) {
		snprintf(epoch, sizeof(epoch), "%lld", (long long)b->epoch);
		build_key_add(st->key, epoch);
	}
	build_stage_shell(st);
	return 0;
}
