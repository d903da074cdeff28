/* from.c - what --from= names: a context, a stage, or an image. */
#include "cmd/build/build.h"

#include "cmd/image_obtain.h"
#include "core/base/file.h"
#include "fs/build/config.h"
#include "fs/dockerfile/find.h"

#include <stdio.h>
#include <strings.h>

/* ---- --build-context NAME=VALUE ---- */

static const char *context_value(const struct build *b, const char *name)
{
	for (size_t i = b->o->contexts.n; i-- > 0;) {
		const char *text = b->o->contexts.v[i];
		size_t n = strcspn(text, "=");

		if (n == strlen(name) && strncasecmp(text, name, n) == 0)
			return text + n + 1;
	}
	return NULL;
}

/* docker-image://REF; NULL: it is a folder. */
static const char *context_image(const char *value)
{
	return skip_prefix(value, "docker-image://") ?
		       value + strlen("docker-image://") : NULL;
}

int build_context_check(const char *text, struct err *e)
{
	const char *eq = strchr(text, '=');

	if (!eq || eq == text || !eq[1])
		return err_set(e, EINVAL, "--build-context '%s': it is "
			       "NAME=FOLDER or NAME=docker-image://IMAGE",
			       text);
	if (strstr(eq, "://") && !context_image(eq + 1))
		return err_set(e, EOPNOTSUPP, "--build-context '%s': it may "
			       "be a folder or docker-image://IMAGE", text);
	return 0;
}

/* ---- images ---- */

static int is_empty(const struct build *b, struct stage *st)
{
	snprintf(st->created, sizeof(st->created), "%s", b->created);
	st->doc = build_config_new();
	st->descriptors = json_array();
	build_key_add(st->key, "scratch");
	return 0;
}

static int claim(struct build *b, const struct image *img, struct err *e)
{
	for (size_t i = 0; i < img->n_layers; i++) {
		TRY(store_lease_add(&b->store, &b->lease,
				    img->layers[i].digest, e));
		TRY(store_lease_add(&b->store, &b->lease,
				    img->layers[i].diff_id, e));
	}
	return 0;
}

int build_base(struct build *b, const struct df_source *from,
	       const char *platform, struct stage *st, struct err *e)
{
	const char *image = from->kind == DF_SOURCE_CONTEXT ?
		context_image(context_value(b, from->text)) : from->text;
	/* the command takes what the process of the stage has found */
	struct image_wish wish = { image, b->o->pull && b->report >= 0 ?
				   "always" : NULL, platform, b->o->quiet };
	auto_image struct image img = { 0 };
	const char *created;
	int r;

	if (from->kind == DF_SOURCE_SCRATCH)
		return is_empty(b, st);
	if (!image)
		return err_set(e, EINVAL, "FROM %s: the context of that name "
			       "is a folder and no image", from->text);
	r = image_obtain(&b->store, &wish, &img, e);
	if (r > 0)
		return err_set(e, ENOENT, from->like ? "%s: there is no such "
			       "image; did you mean the stage %s?" :
			       "%s: there is no such image", image,
			       from->like);
	TRY(r);
	TRY(claim(b, &img, e));
	build_take_layers(st, &img, json_object_get(img.manifest, "layers"));
	st->doc = build_config_from(img.config.json);
	st->n_base = img.n_layers;
	st->base_steps = json_array_size(json_object_get(st->doc, "history"));
	build_key_add(st->key, img.id);
	created = json_string_value(json_object_get(st->doc, "created"));
	snprintf(st->created, sizeof(st->created), "%s",
		 created && !b->clamp ? created : b->created);
	return 0;
}

/* ---- --from ---- */

static int open_folder(const char *value,
		       struct build_from *ret, struct err *e)
{
	ret->folder = dir_open(AT_FDCWD, value, e);
	if (ret->folder < 0)
		return ret->folder;
	return ignore_read(ret->folder, NULL, ret->folder, &ret->ignore, e);
}

int build_from_open(struct build *b, const struct stage *st, const char *name,
		    struct build_from *ret, struct err *e)
{
	const struct df_source *s = df_plan_from(&b->plan.stages[st->place],
						 name);
	const char *value;

	*ret = (struct build_from){ .folder = -1 };
	if (!s)
		return err_set(e, ENOENT, "--from=%s: there is no such stage",
			       name);
	if (s->kind == DF_SOURCE_STAGE) {
		ret->stage = b->stages[s->stage];
		return 0;
	}
	value = s->kind == DF_SOURCE_CONTEXT ? context_value(b, s->text) :
					       NULL;
	if (value && !context_image(value))
		return open_folder(value, ret, e);
	ret->stage = &ret->image;
	return build_base(b, s, b->o->platform, &ret->image, e);
}

void build_from_release(struct build_from *f)
{
	build_stage_release(&f->image);
	ignore_release(&f->ignore);
	if (f->folder >= 0)
		close(f->folder);
	f->folder = -1;
}
