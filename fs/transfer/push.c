/* push.c - an image's blobs and its manifest to a registry. */
#include "fs/transfer/push.h"

#include "core/base/file.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/push_blobs.h"
#include "fs/transfer/registry.h"

#include <stdio.h>

#define MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define LAYER "application/vnd.oci.image.layer.v1.tar"

struct push {
	const struct store *s;
	const struct image *img;
	const struct ref *to;
	const struct push_options *o;
	struct lease lease;
	struct http *http;
	struct registry *registry;
	struct push_blob *v; /* the layers, each once, then the config */
	size_t n;
	struct str sources;  /* repositories to mount from, with spaces */
	char *name;          /* whose credentials */
};

/* ---- what goes out ---- */

static const struct push_blob *find(const struct push *p, const char *stored)
{
	for (size_t i = 0; i < p->img->n_layers && i < p->n; i++)
		if (streq(p->v[i].digest, stored))
			return &p->v[i];
	return NULL;
}

static int add_blob(struct push *p, const char *digest, struct err *e)
{
	memcpy(p->v[p->n++].digest, digest, DIGEST_MAX);
	return store_lease_add(p->s, &p->lease, digest, e);
}

static int list_blobs(struct push *p, struct err *e)
{
	const struct image *img = p->img;
	const json_t *config = json_object_get(img->manifest, "config");

	p->v = xcalloc(img->n_layers + 1, sizeof(*p->v));
	for (size_t i = 0; i < img->n_layers; i++) {
		const struct image_layer *l = &img->layers[i];
		struct push_blob *b = &p->v[p->n];

		if (find(p, l->digest))
			continue;
		b->size = l->size;
		b->plain = streq(l->digest, l->diff_id);
		snprintf(b->name, sizeof(b->name), "%s", l->diff_id + 7);
		TRY(add_blob(p, l->digest, e));
	}
	p->v[p->n].size = json_integer_value(json_object_get(config, "size"));
	return add_blob(p, img->id, e);
}

/* ---- from where it could be mounted ---- */

/* The repository of a name at our registry, other than ours; or NULL. */
static char *source(const struct push *p, const char *name)
{
	auto_ref struct ref ref = { 0 };
	struct err ignored;

	if (ref_parse(name, &ref, &ignored) < 0 ||
	    !streq(ref.domain, p->to->domain) || streq(ref.path, p->to->path))
		return NULL;
	return xstrdup(ref.path);
}

static void note_source(struct push *p, const struct image *other,
			const char *path)
{
	bool used = false;

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < other->n_layers && !p->v[i].from; k++)
			if (streq(other->layers[k].digest, p->v[i].digest)) {
				p->v[i].from = xstrdup(path);
				used = true;
			}
	if (used)
		str_printf(&p->sources, "%s%s", p->sources.len ? " " : "",
			   path);
}

/* An image with a name of that registry is likely to be there. */
static int find_sources(struct push *p, struct err *e)
{
	struct image *list = NULL;
	size_t n = 0;

	TRY(image_list(p->s, &list, &n, e));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i].names.n; k++) {
			auto_free char *path = source(p, list[i].names.v[k]);

			if (path)
				note_source(p, &list[i], path);
		}
	image_list_free(list, n);
	return 0;
}

/* ---- the manifest ---- */

/* As it is stored; with other layers where some were compressed. */
static int manifest_text(const struct push *p, const struct push_blob *old,
			 char **ret, size_t *ret_n, struct err *e)
{
	auto_json json_t *doc = json_deep_copy(p->img->manifest);
	auto_close int fd = -1;
	bool changed = false;
	json_t *l;
	size_t i;

	json_array_foreach(json_object_get(doc, "layers"), i, l)
		for (size_t k = 0; k < p->n; k++) {
			if (!p->v[k].plain ||
			    !streq(old[k].digest, p->img->layers[i].digest))
				continue;
			changed = true;
			json_object_set_new(l, "digest",
					    json_string(p->v[k].digest));
			json_object_set_new(l, "size",
					    json_integer(p->v[k].size));
			json_object_set_new(l, "mediaType", json_sprintf(
				LAYER "%s", packing_suffix(p->o->packing)));
		}
	if (changed) {
		*ret = json_text(doc);
		*ret_n = strlen(*ret);
		return 0;
	}
	fd = store_open_blob(p->s, p->img->manifest_digest, e);
	TRY(fd);
	return fd_read_all(fd, "the manifest", JSON_TEXT_MAX, ret, ret_n, e);
}

static int put_manifest(struct push *p, const char *text, size_t n,
			struct push_result *ret, struct err *e)
{
	const char *type = json_string_value(json_object_get(
		p->img->manifest, "mediaType"));
	auto_free char *path = registry_manifest_path(p->registry,
						      p->to->tag);
	struct http_upload body = { .type = type ? type : MANIFEST,
				    .data = text, .size = n };
	struct http_request q = { .method = "PUT", .upload = &body };
	int r = registry_ask(p->registry, path, &q, e);

	if (r == 0 && q.status / 100 != 2)
		r = registry_failure(p->registry, &q, "the manifest", e);
	http_request_release(&q);
	digest_bytes(text, n, ret->digest);
	ret->size = n;
	return r;
}

static int push_all(struct push *p, struct push_result *ret, struct err *e)
{
	struct push_blobs blobs = { p->s, p->http, p->registry,
				    p->o->progress, p->o->packing };
	auto_free struct push_blob *old = xcalloc(p->n, sizeof(*old));
	auto_free char *text = NULL;
	size_t n = 0;

	memcpy(old, p->v, p->n * sizeof(*old));
	/* what ends it: a config without its layers is of no use */
	TRY(push_blobs(&blobs, p->v, p->n, e));
	TRY(manifest_text(p, old, &text, &n, e));
	return put_manifest(p, text, n, ret, e);
}

/* ---- where it goes ---- */

static void note(void *arg, const char *text)
{
	progress_line(arg, text);
}

/* The registry itself, the last endpoint: mirrors take nothing. */
static int open_registry(struct push *p, struct err *e)
{
	auto_json json_t *files = NULL;
	struct endpoints list = { 0 };
	struct registry_options o = {
		.authfile = p->o->authfile, .insecure = p->o->insecure,
		.name = p->name, .push = true, .also_from = str_text(&p->sources),
		.note = note, .note_arg = p->o->progress,
	};
	int r;

	TRY(registries_read(&files, e));
	r = registries_plan(files, NULL, p->to, &list, e);
	if (r == 0)
		r = registry_open(p->http, &list.v[list.n - 1], &o,
				  &p->registry, e);
	endpoints_release(&list);
	return r;
}

/* One request alone finds out the scheme and gets the token for all. */
static int greet(struct push *p, struct err *e)
{
	struct http_request q = { .max = JSON_TEXT_MAX };
	int r = registry_ask(p->registry, "", &q, e);

	http_request_release(&q);
	return r;
}

static int push(struct push *p, struct push_result *ret, struct err *e)
{
	TRY(store_lease_new(p->s, &p->lease, e));
	TRY(list_blobs(p, e));
	TRY(find_sources(p, e));
	TRY(http_open(&p->http, e));
	TRY(open_registry(p, e));
	TRY(greet(p, e));
	return push_all(p, ret, e);
}

int push_image(const struct store *s, const struct image *img,
	       const struct ref *to, const struct push_options *o,
	       struct push_result *ret, struct err *e)
{
	struct push p = { .s = s, .img = img, .to = to, .o = o,
			  .lease = LEASE_INIT,
			  .name = xasprintf("%s/%s", to->domain, to->path) };
	int r = push(&p, ret, e);

	registry_close(p.registry);
	http_close(p.http);
	if (p.lease.fd >= 0)
		store_lease_release(s, &p.lease);
	for (size_t i = 0; i < p.n; i++)
		free(p.v[i].from);
	free(p.v);
	free(p.name);
	str_release(&p.sources);
	return r;
}
