/* image.c - finding an image and reading its manifest and config. */
#include "fs/image.h"

#include <stdio.h>

#define INDEX_DEPTH 4 /* an index may name an index, not for ever */

void image_config_release(struct image_config *c)
{
	strv_release(&c->env);
	strv_release(&c->entrypoint);
	strv_release(&c->cmd);
	strv_release(&c->volumes);
	strv_release(&c->exposed_ports);
	free(c->user);
	free(c->workdir);
	free(c->stop_signal);
	json_decref(c->labels);
	json_decref(c->healthcheck);
	json_decref(c->json);
	*c = (struct image_config){ 0 };
}

void image_release(struct image *img)
{
	strv_release(&img->names);
	strv_release(&img->origins);
	for (size_t i = 0; i < img->n_layers; i++)
		free(img->layers[i].media_type);
	free(img->layers);
	image_config_release(&img->config);
	json_decref(img->manifest);
	*img = (struct image){ 0 };
}

void image_list_free(struct image *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		image_release(&list[i]);
	free(list);
}

/* ---- the config ---- */

static int take_str(const json_t *obj, const char *key, char **ret,
		    struct err *e)
{
	const char *s;

	TRY(json_str(obj, key, &s, e));
	*ret = s && *s ? xstrdup(s) : NULL;
	return 0;
}

/* {"80/tcp": {}}: the keys are the list. */
static int take_keys(const json_t *obj, const char *key, struct strv *ret,
		     struct err *e)
{
	const json_t *set;
	const char *k;
	json_t *v;

	TRY(json_obj(obj, key, &set, e));
	json_object_foreach((json_t *)set, k, v)
		strv_add(ret, k);
	return 0;
}

static int take_obj(const json_t *obj, const char *key, json_t **ret,
		    struct err *e)
{
	const json_t *o;

	TRY(json_obj(obj, key, &o, e));
	*ret = json_incref((json_t *)o);
	return 0;
}

/* "Healthcheck" and "config" have several writers: all types are checked. */
static int parse_config(const json_t *doc, struct image_config *c,
			struct err *e)
{
	const json_t *cfg;

	if (!json_is_object(doc))
		return err_set(e, EINVAL, "it is not an object");
	c->json = json_incref((json_t *)doc);
	TRY(json_obj(doc, "config", &cfg, e));
	if (!cfg)
		return 0;
	TRY(json_strv(cfg, "Env", &c->env, e));
	TRY(json_strv(cfg, "Entrypoint", &c->entrypoint, e));
	TRY(json_strv(cfg, "Cmd", &c->cmd, e));
	TRY(take_keys(cfg, "Volumes", &c->volumes, e));
	TRY(take_keys(cfg, "ExposedPorts", &c->exposed_ports, e));
	TRY(take_str(cfg, "User", &c->user, e));
	TRY(take_str(cfg, "WorkingDir", &c->workdir, e));
	TRY(take_str(cfg, "StopSignal", &c->stop_signal, e));
	TRY(take_obj(cfg, "Labels", &c->labels, e));
	return take_obj(cfg, "Healthcheck", &c->healthcheck, e);
}

int image_config_parse(const json_t *doc, struct image_config *ret,
		       struct err *e)
{
	*ret = (struct image_config){ 0 };
	if (parse_config(doc, ret, e) < 0) {
		image_config_release(ret);
		return err_wrap(e, "image config");
	}
	return 0;
}

/* ---- layers ---- */

static int read_layer(const json_t *desc, const json_t *diff,
		      struct image_layer *ret, struct err *e)
{
	const char *digest, *type, *id = json_string_value(diff);
	int64_t size;

	TRY(json_str(desc, "digest", &digest, e));
	TRY(json_str(desc, "mediaType", &type, e));
	TRY(json_int(desc, "size", &size, e));
	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "a layer's digest is not sha256:HEX");
	if (!id || !digest_valid(id))
		return err_set(e, EINVAL, "a diff_id is not sha256:HEX");
	if (size < 0)
		return err_set(e, EINVAL, "a layer's size is negative");
	if (!type || (!strstr(type, "tar") && !strstr(type, "layer")))
		return err_set(e, EINVAL, "a layer has the media type '%.80s'",
			       type ? type : "");
	snprintf(ret->digest, sizeof(ret->digest), "%s", digest);
	snprintf(ret->diff_id, sizeof(ret->diff_id), "%s", id);
	ret->media_type = xstrdup(type);
	ret->size = size;
	return 0;
}

int image_layers_parse(const json_t *manifest, const json_t *config,
		       struct image_layer **ret, size_t *ret_n, struct err *e)
{
	const json_t *rootfs, *layers, *diffs;
	struct image_layer *l;
	size_t n;

	TRY(json_arr(manifest, "layers", &layers, e));
	TRY(json_obj(config, "rootfs", &rootfs, e));
	TRY(json_arr(rootfs, "diff_ids", &diffs, e));
	n = json_array_size(layers);
	if (n > IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the manifest names %zu layers; %d "
			       "are the most", n, IMAGE_LAYERS_MAX);
	if (n != json_array_size(diffs))
		return err_set(e, EINVAL, "the manifest names %zu layers, the "
			       "config %zu", n, json_array_size(diffs));
	l = xcalloc(n, sizeof(*l));
	for (size_t i = 0; i < n; i++)
		if (read_layer(json_array_get(layers, i),
			       json_array_get(diffs, i), &l[i], e) < 0) {
			for (size_t k = 0; k < n; k++)
				free(l[k].media_type);
			free(l);
			return -e->code;
		}
	*ret = l;
	*ret_n = n;
	return 0;
}

/* ---- manifests ---- */

static void platform_of(const json_t *obj, struct platform *p)
{
	const char *os = json_string_value(json_object_get(obj, "os"));
	const char *arch = json_string_value(
		json_object_get(obj, "architecture"));
	const char *variant = json_string_value(
		json_object_get(obj, "variant"));

	memset(p, 0, sizeof(*p));
	snprintf(p->os, sizeof(p->os), "%s", os ? os : "");
	snprintf(p->arch, sizeof(p->arch), "%s", arch ? arch : "");
	snprintf(p->variant, sizeof(p->variant), "%s", variant ? variant : "");
}

/* The entry of an index that serves `want` best. */
static const char *pick(const json_t *manifests, const struct platform *want)
{
	const char *best = NULL;
	int score = 0;
	size_t i;
	json_t *m;

	json_array_foreach(manifests, i, m) {
		struct platform p;
		int k;

		platform_of(json_object_get(m, "platform"), &p);
		k = *p.arch ? platform_match(want, &p) : 1;
		if (k <= score)
			continue;
		score = k;
		best = json_string_value(json_object_get(m, "digest"));
	}
	return best;
}

/* "linux/amd64, linux/arm64/v8": what an index offers instead. */
static int nothing_for(const json_t *manifests, const struct platform *want,
		       struct err *e)
{
	auto_str struct str have = { 0 };
	char text[52];
	size_t i;
	json_t *m;

	json_array_foreach(manifests, i, m) {
		struct platform p;

		platform_of(json_object_get(m, "platform"), &p);
		platform_text(&p, text, sizeof(text));
		str_printf(&have, "%s%s", have.len ? ", " : "", text);
	}
	platform_text(want, text, sizeof(text));
	return err_set(e, ENOENT, "no manifest for %s; there is %s (choose with "
		       "--platform)", text, *str_text(&have) ? str_text(&have) :
		       "none at all");
}

int image_choose(const json_t *index, const struct platform *want,
		 const char **ret, struct err *e)
{
	const json_t *list = json_object_get(index, "manifests");
	struct platform host;
	const char *digest;

	platform_host(&host);
	digest = pick(list, want ? want : &host);
	if (!digest || !digest_valid(digest))
		return nothing_for(list, want ? want : &host, e);
	*ret = digest;
	return 0;
}

/* Follow indexes down to a manifest. */
static int find_manifest(const struct store *s, const char *digest,
			 const struct platform *want, struct image *img,
			 struct err *e)
{
	snprintf(img->manifest_digest, sizeof(img->manifest_digest), "%.71s",
		 digest);
	for (int depth = 0; depth < INDEX_DEPTH; depth++) {
		const json_t *list;
		const char *next;

		json_decref(img->manifest);
		img->manifest = NULL;
		TRY(store_json_blob(s, img->manifest_digest, &img->manifest, e));
		TRY(json_arr(img->manifest, "manifests", &list, e));
		if (!list)
			return 0;
		TRY(image_choose(img->manifest, want, &next, e));
		snprintf(img->manifest_digest, sizeof(img->manifest_digest),
			 "%s", next);
	}
	return err_set(e, ELOOP, "the image's indexes are nested too deep");
}

static int read_image(const struct store *s, struct image *img, struct err *e)
{
	const json_t *desc;
	json_t *doc = NULL;
	const char *digest;
	int r;

	TRY(json_obj(img->manifest, "config", &desc, e));
	TRY(json_str(desc, "digest", &digest, e));
	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "the manifest's config has no sha256 "
			       "digest");
	snprintf(img->id, sizeof(img->id), "%s", digest);
	TRY(store_json_blob(s, img->id, &doc, e));
	r = image_config_parse(doc, &img->config, e);
	json_decref(doc);
	if (r < 0)
		return r;
	platform_of(img->config.json, &img->platform);
	return image_layers_parse(img->manifest, img->config.json,
				  &img->layers, &img->n_layers, e);
}

int image_load(const struct store *s, const char *manifest_digest,
	       const struct platform *want, struct image *ret, struct err *e)
{
	*ret = (struct image){ 0 };
	if (find_manifest(s, manifest_digest, want, ret, e) < 0 ||
	    read_image(s, ret, e) < 0) {
		image_release(ret);
		return err_wrap(e, "image %.19s", manifest_digest);
	}
	return 0;
}

/* ---- finding ---- */

static const char *entry_digest(const json_t *entry)
{
	const char *d = json_string_value(json_object_get(entry, "digest"));

	return d && digest_valid(d) ? d : NULL;
}

static void collect_names(const json_t *entries, const char *digest,
			  struct image *img)
{
	size_t i;
	json_t *m;

	json_array_foreach(entries, i, m)
		if (streq(entry_digest(m), digest) && store_entry_name(m)) {
			const char *origin = store_entry_origin(m);

			strv_add(&img->names, store_entry_name(m));
			strv_add(&img->origins, origin ? origin :
						img->manifest_digest);
		}
}

/* The manifest that has exactly this name, or NAME@DIGEST's digest. */
static const char *by_reference(const json_t *entries, const char *name)
{
	auto_ref struct ref ref = { 0 };
	auto_free char *full = NULL;
	struct err ignored;
	size_t i;
	json_t *m;

	if (ref_parse(name, &ref, &ignored) < 0)
		return NULL;
	full = ref_full(&ref);
	json_array_foreach(entries, i, m)
		if (streq(store_entry_name(m), full) ||
		    (ref.digest && (streq(entry_digest(m), ref.digest) ||
				    streq(store_entry_origin(m), ref.digest))))
			return entry_digest(m);
	return NULL;
}

/*
 * Does the image behind `digest` have an ID, or the manifest a digest, with
 * this prefix?  `id` gets what tells images apart.
 */
static bool id_starts(const struct store *s, const char *digest,
		      const char *hex, char id[static DIGEST_MAX])
{
	auto_image struct image img = { 0 };
	struct err ignored;

	snprintf(id, DIGEST_MAX, "%s", digest);
	if (image_load(s, digest, NULL, &img, &ignored) == 0)
		snprintf(id, DIGEST_MAX, "%s", img.id);
	return skip_prefix(digest + 7, hex) || skip_prefix(id + 7, hex);
}

/* Several manifests of one ID (gzip, zstd) are one image: the first. */
static int by_id(const struct store *s, const json_t *entries,
		 const char *name, const char **ret, struct err *e)
{
	const char *bare = skip_prefix(name, "sha256:");
	const char *hex = bare ? bare : name;
	char found[DIGEST_MAX], id[DIGEST_MAX];
	size_t n = strlen(hex), i;
	json_t *m;

	*ret = NULL;
	if (n < 2 || n > 64 || strspn(hex, "0123456789abcdef") != n)
		return 0;
	json_array_foreach(entries, i, m) {
		const char *digest = entry_digest(m);

		if (!digest || !id_starts(s, digest, hex, id))
			continue;
		if (*ret && !streq(found, id))
			return err_set(e, EEXIST, "several images have an ID "
				       "that starts with %s (type more of it: "
				       "rl images --no-trunc)", name);
		if (!*ret)
			*ret = digest;
		memcpy(found, id, sizeof(found));
	}
	return 0;
}

int image_check_platform(const struct image *img, const char *name,
			 const struct platform *want, struct err *e)
{
	char wanted[52], actual[52];

	if (!want || !*img->platform.arch ||
	    platform_match(want, &img->platform))
		return 0;
	platform_text(want, wanted, sizeof(wanted));
	platform_text(&img->platform, actual, sizeof(actual));
	return err_set(e, ENOENT, "image with reference %s was found but does "
		       "not match the specified platform: wanted %s, actual: "
		       "%s", name, wanted, actual);
}

int image_find(const struct store *s, const char *name,
	       const struct platform *want, struct image *ret, struct err *e)
{
	auto_json json_t *index = NULL;
	const json_t *entries;
	const char *digest;

	TRY(store_index(s, &index, e));
	entries = json_object_get(index, "manifests");
	digest = by_reference(entries, name);
	if (!digest)
		TRY(by_id(s, entries, name, &digest, e));
	if (!digest)
		return err_set(e, ENOENT, "No such image: %s (rl images lists "
			       "what is here, rl pull and rl load bring one in)",
			       name);
	TRY(image_load(s, digest, want, ret, e));
	if (image_check_platform(ret, name, want, e) < 0) {
		image_release(ret);
		return -e->code;
	}
	collect_names(entries, digest, ret);
	return 0;
}

static bool listed_before(const json_t *entries, size_t i, const char *digest)
{
	for (size_t k = 0; k < i; k++)
		if (streq(entry_digest(json_array_get(entries, k)), digest))
			return true;
	return false;
}

int image_list(const struct store *s, struct image **ret, size_t *ret_n,
	       struct err *e)
{
	auto_json json_t *index = NULL;
	const json_t *entries;
	struct image *list;
	size_t i, n = 0;
	json_t *m;

	TRY(store_index(s, &index, e));
	entries = json_object_get(index, "manifests");
	list = xcalloc(json_array_size(entries), sizeof(*list));
	json_array_foreach(entries, i, m) {
		const char *digest = entry_digest(m);
		struct err ignored;

		/* what cannot be read is not shown: a pull mends it */
		if (!digest || listed_before(entries, i, digest) ||
		    image_load(s, digest, NULL, &list[n], &ignored) < 0)
			continue;
		collect_names(entries, digest, &list[n++]);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}
