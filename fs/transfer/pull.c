/* pull.c - find an image's endpoint, take its manifest, config and layers. */
#include "fs/transfer/pull.h"

#include "fs/image.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/pull_layers.h"
#include "fs/transfer/registry.h"

#include <stdio.h>

#define INDEX_DEPTH 4

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG "application/vnd.oci.image.config.v1+json"

static const char manifest_types[] =
	"application/vnd.oci.image.index.v1+json, "
	OCI_MANIFEST ", "
	"application/vnd.docker.distribution.manifest.list.v2+json, "
	"application/vnd.docker.distribution.manifest.v2+json";

struct pull {
	const struct store *store;
	const struct idmap *map;
	const struct ref *ref;
	const struct pull_options *o;
	struct pull_result *result;
	struct unpacker *unpacker;
	struct http *http;
	struct registry *registry;
	struct lease *lease;
	struct descriptor top;   /* what the name will point to */
	/* what is done at an endpoint, */
	int (*act)(struct pull *p, struct err *e);
	const struct image *some; /* and for pull_some() */
};

/* ---- documents ---- */

/* A manifest or an index, as it came. */
struct document {
	struct str text;
	char digest[DIGEST_MAX];
	char *type;
	json_t *doc;
};

static void document_release(struct document *d)
{
	str_release(&d->text);
	free(d->type);
	json_decref(d->doc);
	*d = (struct document){ 0 };
}

/* The type that the document says it is; else what HTTP said. */
static const char *type_of(const json_t *doc, const struct http_request *q)
{
	const char *own = json_string_value(json_object_get(doc, "mediaType"));

	return own ? own : q->type ? q->type : "";
}

static int check_type(const char *type, struct err *e)
{
	size_t n = strcspn(type, "; ");
	const char *at = n ? strstr(manifest_types, type) : NULL;

	if (strstr(type, "manifest.v1+prettyjws") ||
	    strstr(type, "manifest.v1+json; ") ||
	    streq(type, "application/vnd.docker.distribution.manifest.v1+json"))
		return err_set(e, EPROTO, "the registry has this image as "
			       "Docker schema 1 only, which ended in 2017: push "
			       "it again with a current tool");
	if (!at || strlen(type) != n)
		return err_set(e, EPROTO, "the registry answers with '%.80s', "
			       "which is no image manifest", type);
	return 0;
}

/* Is the body what it should be?  Its digest goes to `got`. */
static int check_digest(const struct http_request *q, const char *want,
			char got[static DIGEST_MAX], struct err *e)
{
	digest_bytes(str_text(&q->body), q->body.len, got);
	if (want && !streq(got, want))
		return err_set(e, EBADMSG, "the registry's answer is %s, asked "
			       "was for %s", got, want);
	if (!want && q->digest && digest_valid(q->digest) &&
	    !streq(got, q->digest))
		return err_set(e, EBADMSG, "the registry's answer is %s, though "
			       "it says %s", got, q->digest);
	return 0;
}

static int keep(struct pull *p, const char *text, size_t n, const char *digest,
		struct err *e)
{
	TRY(store_lease_add(p->store, p->lease, digest, e));
	return store_blob_put(p->store, digest, text, n, e);
}

/* A manifest or index by tag or digest: its bytes, digest and content. */
static int get_manifest(struct pull *p, const char *reference,
			struct document *ret, struct err *e)
{
	auto_free char *path = registry_manifest_path(p->registry, reference);
	auto_free char *what = xasprintf("manifest %s of %s", reference,
					 p->ref->path);
	struct http_request q = { .accept = manifest_types,
				  .max = JSON_TEXT_MAX };
	const char *want = digest_valid(reference) ? reference : NULL;
	int r = registry_ask(p->registry, path, &q, e);

	document_release(ret);
	if (r == 0 && q.status != 200)
		r = registry_failure(p->registry, &q, what, e);
	if (r == 0)
		r = check_digest(&q, want, ret->digest, e);
	if (r == 0)
		r = json_parse(str_text(&q.body), q.body.len, what, &ret->doc,
			       e);
	if (r == 0)
		r = check_type(type_of(ret->doc, &q), e);
	if (r == 0) {
		ret->type = xstrdup(type_of(ret->doc, &q));
		ret->text = q.body;
		q.body = (struct str){ 0 };
	}
	http_request_release(&q);
	return r;
}

/*
 * Docker's schema 2 under OCI's names (image-spec, media-types.md): the same
 * members with other types.
 */
static void make_oci(struct document *d)
{
	static const char layer[] = "application/vnd.oci.image.layer.v1.tar";
	json_t *layers = json_object_get(d->doc, "layers"), *l;
	size_t i;

	json_object_set_new(d->doc, "mediaType", json_string(OCI_MANIFEST));
	json_object_set_new(json_object_get(d->doc, "config"), "mediaType",
			    json_string(OCI_CONFIG));
	json_array_foreach(layers, i, l) {
		const char *type = json_string_value(
			json_object_get(l, "mediaType"));
		const char *packed = !type ? "" :
			has_suffix(type, ".gzip") ? "+gzip" :
			has_suffix(type, ".zstd") ? "+zstd" : "";

		if (type && strstr(type, ".docker.") &&
		    !strstr(type, ".foreign."))
			json_object_set_new(l, "mediaType", json_sprintf(
						    "%s%s", layer, packed));
	}
	str_release(&d->text);
	d->text.s = json_dumps(d->doc, JSON_COMPACT);
	d->text.len = strlen(d->text.s);
	d->text.cap = d->text.len + 1;
	digest_bytes(d->text.s, d->text.len, d->digest);
}

/* The manifest becomes what the name will point to. */
static int keep_manifest(struct pull *p, struct document *d, struct err *e)
{
	if (strstr(d->type, ".docker."))
		make_oci(d);
	memcpy(p->top.digest, d->digest, DIGEST_MAX);
	p->top.media_type = xstrdup(OCI_MANIFEST);
	p->top.size = d->text.len;
	return keep(p, str_text(&d->text), d->text.len, d->digest, e);
}

static int get_config(struct pull *p, const json_t *manifest, struct err *e)
{
	const json_t *config = NULL;
	const char *digest = NULL;
	auto_free char *path = NULL;
	char got[DIGEST_MAX];
	struct http_request q = { .max = JSON_TEXT_MAX };
	int r;

	TRY(json_obj(manifest, "config", &config, e));
	TRY(json_str(config, "digest", &digest, e));
	if (!digest || !digest_valid(digest))
		return err_set(e, EINVAL, "the manifest names no config");
	TRY(store_lease_add(p->store, p->lease, digest, e));
	if (store_has_blob(p->store, digest))
		return 0;
	r = registry_ask_blob(p->registry, digest, &q, e);
	if (r == 0 && q.status != 200)
		r = registry_failure(p->registry, &q, "the image's config", e);
	if (r == 0)
		r = check_digest(&q, digest, got, e);
	if (r == 0)
		r = keep(p, str_text(&q.body), q.body.len, digest, e);
	http_request_release(&q);
	return r;
}

/* ---- the image ---- */

static int find_manifest(struct pull *p, struct document *d, struct err *e)
{
	auto_free char *reference = xstrdup(p->ref->digest ? p->ref->digest :
							     p->ref->tag);

	TRY(get_manifest(p, reference, d, e));
	memcpy(p->top.origin, d->digest, DIGEST_MAX);
	for (int depth = 0; json_object_get(d->doc, "manifests"); depth++) {
		const char *next;

		if (depth == INDEX_DEPTH)
			return err_set(e, ELOOP, "the image's indexes are "
				       "nested too deep");
		TRY(image_choose(d->doc, p->o->platform, &next, e));
		free(reference);
		reference = xstrdup(next);
		TRY(get_manifest(p, reference, d, e));
	}
	return 0;
}

/* From the name down to one platform's manifest and config, kept. */
static int get_documents(struct pull *p, struct err *e)
{
	struct document d = { 0 };
	int r = find_manifest(p, &d, e);

	if (r == 0)
		r = keep_manifest(p, &d, e);
	if (r == 0)
		r = get_config(p, d.doc, e);
	document_release(&d);
	return r;
}

static int lease_layers(struct pull *p, const struct image *img, struct err *e)
{
	for (size_t i = 0; i < img->n_layers; i++) {
		TRY(store_lease_add(p->store, p->lease, img->layers[i].digest,
				    e));
		TRY(store_lease_add(p->store, p->lease,
				    img->layers[i].diff_id, e));
	}
	return 0;
}

static int get_image(struct pull *p, struct err *e)
{
	struct pull_layers layers = { p->store, p->http, p->registry,
				      p->unpacker, p->o->progress };
	auto_free char *full = ref_full(p->ref);
	auto_image struct image img = { 0 };

	TRY(get_documents(p, e));
	TRY(image_load(p->store, p->top.digest, p->o->platform, &img, e));
	TRY(image_check_platform(&img, full, p->o->platform, e));
	TRY(lease_layers(p, &img, e));
	TRY(pull_layers(&layers, &img, e));
	TRY(store_tag(p->store, &p->top, full, e));
	memcpy(p->result->digest, p->top.origin, DIGEST_MAX);
	return 0;
}

/* ---- is it here already? ---- */

static bool is_whole(struct pull *p, const char *digest)
{
	auto_image struct image img = { 0 };
	struct err ignored;

	struct platform want;

	if (image_load(p->store, digest, p->o->platform, &img, &ignored) < 0)
		return false;
	platform_host(&want);
	if (p->o->platform)
		want = *p->o->platform;
	if (*img.platform.arch && !platform_match(&want, &img.platform))
		return false;
	for (size_t i = 0; i < img.n_layers; i++)
		if (!store_has_blob(p->store, img.layers[i].digest))
			return false;
	return true;
}

/* What the name is, here (`own`) and at its registry; false: unknown. */
static bool known_digest(struct pull *p, char own[static DIGEST_MAX],
			 char origin[static DIGEST_MAX])
{
	auto_free char *full = ref_full(p->ref);
	auto_json json_t *index = NULL;
	struct err ignored;
	json_t *entry;
	size_t i;

	if (store_index(p->store, &index, &ignored) < 0)
		return false;
	json_array_foreach(json_object_get(index, "manifests"), i, entry) {
		const char *d = json_string_value(json_object_get(entry,
								  "digest"));

		const char *o = store_entry_origin(entry);

		if (!d || !streq(store_entry_name(entry), full))
			continue;
		snprintf(own, DIGEST_MAX, "%s", d);
		snprintf(origin, DIGEST_MAX, "%s", o ? o : d);
		return true;
	}
	return false;
}

/* A HEAD costs no rate limit where a GET does. */
static int check_current(struct pull *p, struct err *e)
{
	struct http_request q = { .head = true, .accept = manifest_types };
	auto_free char *path = NULL;
	char own[DIGEST_MAX], digest[DIGEST_MAX];
	int r;

	if (!known_digest(p, own, digest) || !is_whole(p, own))
		return 0;
	if (streq(p->ref->digest, digest)) {
		memcpy(p->result->digest, digest, DIGEST_MAX);
		p->result->up_to_date = true;
		return 0;
	}
	path = registry_manifest_path(p->registry, p->ref->digest ?
				      p->ref->digest : p->ref->tag);
	r = registry_ask(p->registry, path, &q, e);
	if (r == 0 && q.status == 200 && streq(q.digest, digest)) {
		memcpy(p->result->digest, digest, DIGEST_MAX);
		p->result->up_to_date = true;
	}
	http_request_release(&q);
	return r;
}

/* ---- what is done ---- */

static int act_image(struct pull *p, struct err *e)
{
	TRY(check_current(p, e));
	return p->result->up_to_date ? 0 : get_image(p, e);
}

static int act_documents(struct pull *p, struct err *e)
{
	TRY(get_documents(p, e));
	memcpy(p->result->digest, p->top.digest, DIGEST_MAX);
	return 0;
}

static int act_some(struct pull *p, struct err *e)
{
	const struct pull_layers layers = { p->store, p->http, p->registry,
					    p->unpacker, p->o->progress };

	TRY(lease_layers(p, p->some, e));
	return pull_layers(&layers, p->some, e);
}

/* ---- endpoints ---- */

static void note(void *arg, const char *text)
{
	progress_line(arg, text);
}

static int pull_from(struct pull *p, const struct endpoint *at, struct err *e)
{
	auto_free char *own = xasprintf("%s/%s", p->ref->domain, p->ref->path);
	auto_free char *mirrors = xasprintf("%s/%s", at->host, at->path);
	struct registry_options o = {
		.authfile = p->o->authfile, .insecure = p->o->insecure,
		.name = at->mirror ? mirrors : own,
		.note = note, .note_arg = p->o->progress,
	};
	int r = registry_open(p->http, at, &o, &p->registry, e);

	TRY(r);
	r = p->act(p, e);
	registry_close(steal_ptr(p->registry));
	free(p->top.media_type);
	p->top = (struct descriptor){ 0 };
	return r;
}

/* The disk's trouble is no reason to ask elsewhere. */
static bool try_next(const struct err *e)
{
	return e->code != ENOSPC && e->code != EDQUOT && e->code != EMFILE;
}

static int try_endpoints(struct pull *p, const struct endpoints *list,
			 struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < list->n; i++) {
		auto_free char *line = NULL;

		r = pull_from(p, &list->v[i], e);
		if (r == 0 || i + 1 == list->n || !try_next(e))
			break;
		line = xasprintf("mirror %s: %s", list->v[i].host, e->text);
		progress_line(p->o->progress, line);
	}
	return r;
}

static int plan(const struct ref *ref, struct endpoints *ret, struct err *e)
{
	auto_json json_t *files = NULL;

	TRY(registries_read(&files, e));
	return registries_plan(files, getenv("RL_MIRROR"), ref, ret, e);
}

static int pull(struct pull *p, struct err *e)
{
	struct endpoints list = { 0 };
	int r = plan(p->ref, &list, e);

	/* before libcurl starts threads and secrets are read */
	if (r == 0 && p->map)
		r = unpacker_start(p->store, p->map, &p->unpacker, e);
	if (r == 0)
		r = http_open(&p->http, e);
	if (r == 0)
		r = try_endpoints(p, &list, e);
	http_close(p->http);
	unpacker_stop(p->unpacker);
	endpoints_release(&list);
	return r;
}

int pull_image(const struct store *s, const struct idmap *map,
	       const struct ref *ref, const struct pull_options *o,
	       struct pull_result *ret, struct err *e)
{
	struct lease lease = LEASE_INIT;
	struct pull p = { .store = s, .map = map, .ref = ref, .o = o,
			  .result = ret, .lease = &lease, .act = act_image };
	int r = store_lease_new(s, &lease, e);

	if (r == 0)
		r = pull(&p, e);
	if (lease.fd >= 0)
		store_lease_release(s, &lease);
	return r;
}

int pull_documents(const struct store *s, const struct ref *ref,
		   const struct pull_options *o, struct lease *l,
		   char ret_digest[static DIGEST_MAX], struct err *e)
{
	struct pull_result res = { 0 };
	struct pull p = { .store = s, .ref = ref, .o = o, .result = &res,
			  .lease = l, .act = act_documents };

	TRY(pull(&p, e));
	memcpy(ret_digest, res.digest, DIGEST_MAX);
	return 0;
}

int pull_some(const struct store *s, const struct idmap *map,
	      const struct ref *ref, const struct pull_options *o,
	      struct lease *l, const struct image *img, struct err *e)
{
	struct pull_result res = { 0 };
	struct pull p = { .store = s, .map = map, .ref = ref, .o = o,
			  .result = &res, .lease = l, .act = act_some,
			  .some = img };

	return pull(&p, e);
}
