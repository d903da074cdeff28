/* cache_image.c - records of steps in the config of an image. */
#include "fs/build/cache_image.h"

#include "fs/platform.h"
#include "fs/transfer/new_image.h"

#include <stdio.h>

#define MEMBER "rl.cache.v1"

/* ---- a list ---- */

const struct build_record *cache_entries_find(const struct cache_entries *l,
					      const char *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (streq(l->v[i].key, key))
			return &l->v[i].record;
	return NULL;
}

void cache_entries_add(struct cache_entries *l, const char *key,
		       const struct build_record *r)
{
	if (cache_entries_find(l, key))
		return;
	/* doubling: n is a power of two when it is full */
	if ((l->n & (l->n - 1)) == 0)
		l->v = xrealloc(l->v, l->n ? l->n * 2 : 1, sizeof(*l->v));
	memcpy(l->v[l->n].key, key, DIGEST_MAX);
	l->v[l->n++].record = *r;
}

void cache_entries_extend(struct cache_entries *l,
			  const struct cache_entries *more)
{
	for (size_t i = 0; i < more->n; i++)
		cache_entries_add(l, more->v[i].key, &more->v[i].record);
}

void cache_entries_release(struct cache_entries *l)
{
	free(l->v);
	*l = (struct cache_entries){ 0 };
}

/* ---- out of an image ---- */

static int take_layer(const struct image *img, const json_t *index,
		      struct build_record *ret, struct err *e)
{
	json_int_t i = json_integer_value(index);
	const struct image_layer *l = img->layers + i;

	if (!json_is_integer(index) || i < 0 || (size_t)i >= img->n_layers)
		return err_set(e, EINVAL, "a step has a layer that the image "
			       "has not");
	memcpy(ret->digest, l->diff_id, DIGEST_MAX);
	memcpy(ret->blob, l->digest, DIGEST_MAX);
	snprintf(ret->type, sizeof(ret->type), "%s", l->media_type);
	ret->size = l->size;
	return 0;
}

static int take(const struct image *img, const json_t *entry,
		struct cache_entries *ret, struct err *e)
{
	const json_t *index = json_object_get(entry, "layer");
	struct build_record r = { .empty = !index };
	const char *key = NULL, *created = NULL;

	TRY(json_str(entry, "key", &key, e));
	TRY(json_str(entry, "created", &created, e));
	if (!key || !digest_valid(key) || !created ||
	    strlen(created) >= sizeof(r.created))
		return err_set(e, EINVAL, "a step has no key or no time");
	if (index)
		TRY(take_layer(img, index, &r, e));
	snprintf(r.created, sizeof(r.created), "%s", created);
	cache_entries_add(ret, key, &r);
	return 0;
}

int cache_image_read(const struct image *img, struct cache_entries *ret,
		     struct err *e)
{
	const json_t *list = NULL;
	json_t *entry;
	size_t i;

	TRY(json_arr(img->config.json, MEMBER, &list, e));
	if (json_array_size(list) > CACHE_ENTRIES_MAX)
		return err_set(e, E2BIG, "more than %d steps",
			       CACHE_ENTRIES_MAX);
	json_array_foreach(list, i, entry)
		TRY(take(img, entry, ret, e));
	return 0;
}

/* ---- into one ---- */

static int place_of(const json_t *ids, const char *diff_id)
{
	json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
		if (streq(json_string_value(id), diff_id))
			return (int)i;
	return -1;
}

void cache_image_inline(json_t *config, const struct cache_entries *l)
{
	const json_t *ids = json_object_get(json_object_get(config, "rootfs"),
					    "diff_ids");
	json_t *list = json_array();

	for (size_t i = 0; i < l->n; i++) {
		const struct build_record *r = &l->v[i].record;
		int layer = r->empty ? -1 : place_of(ids, r->digest);
		json_t *entry;

		if (!r->empty && layer < 0)
			continue;
		entry = json_pack("{s:s, s:s}", "key", l->v[i].key, "created",
				  r->created);
		if (layer >= 0)
			json_object_set_new(entry, "layer",
					    json_integer(layer));
		json_array_append_new(list, entry);
	}
	json_object_set_new(config, MEMBER, list);
}

void cache_image_new(const struct cache_entries *l, json_t **ret_config,
		     json_t **ret_layers)
{
	json_t *ids = json_array();
	struct platform p;

	*ret_layers = json_array();
	for (size_t i = 0; i < l->n; i++) {
		const struct build_record *r = &l->v[i].record;

		if (r->empty || place_of(ids, r->digest) >= 0)
			continue;
		json_array_append_new(ids, json_string(r->digest));
		json_array_append_new(*ret_layers, new_image_layer(
			r->type, r->blob, r->size));
	}
	platform_host(&p);
	*ret_config = json_pack("{s:s, s:s, s:{}, s:{s:s, s:o}}",
				"architecture", p.arch, "os", p.os, "config",
				"rootfs", "type", "layers", "diff_ids", ids);
	cache_image_inline(*ret_config, l);
}
