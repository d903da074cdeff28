/* commit.c - changes to a layer, a record to a configuration. */
#include "fs/transfer/commit.h"

#include "core/base/time.h"
#include "fs/image_change.h"
#include "fs/transfer/new_image.h"
#include "fs/transfer/tar_out.h"
#include "fs/transfer/upper_layer.h"

#include <stdio.h>

#define DEFAULT_PATH \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct commit {
	const struct store *s;
	const struct commit_wish *w;
	struct container_root root;
	struct lease lease;
};

/* 1: there is a layer; 0: nothing was changed. */
static int make_layer(struct commit *c, struct descriptor *ret, struct err *e)
{
	struct upper_layer u = {
		.store = c->s, .folder = c->root.c->path,
		.layers = &c->root.layers.paths, .map = &c->root.idmap,
		.whole = container_root_copied(c->root.c),
	};

	return upper_layer_make(&u, &c->lease, ret, e);
}

/* ---- the configuration ---- */

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* What every container has is no wish of this one's. */
static bool given_env(const struct commit *c, const json_t *config,
		      const char *v)
{
	const struct strv *image = &c->root.image.config.env;
	const char *name = skip_prefix(v, "HOSTNAME=");

	if (strv_has(image, v))
		return true;
	if (name)
		return !streq(name, text_of(config, "Hostname"));
	if (streq(v, "TERM=xterm"))
		return !json_is_true(json_object_get(config, "Tty"));
	return !streq(v, DEFAULT_PATH);
}

static void take_env(const struct commit *c, const json_t *from, json_t *to)
{
	auto_strv struct strv env = { 0 };
	json_t *list = json_array();
	struct err ignored;

	json_strv(from, "Env", &env, &ignored);
	for (size_t i = 0; i < env.n; i++)
		if (given_env(c, from, env.v[i]))
			json_array_append_new(list, json_from_bytes(env.v[i]));
	json_object_set_new(to, "Env", list);
}

static bool begins_with(const json_t *list, const json_t *head)
{
	for (size_t i = 0; i < json_array_size(head); i++)
		if (!json_equal(json_array_get(list, i),
				json_array_get(head, i)))
			return false;
	return json_array_size(head) > 0;
}

/* The record has the whole command: the image's entrypoint comes off it. */
static void take_command(const json_t *from, json_t *to)
{
	auto_json json_t *cmd = json_deep_copy(json_object_get(from, "Cmd"));
	json_t *entry = json_object_get(to, "Entrypoint");

	if (json_object_get(from, "Entrypoint")) {
		json_object_set(to, "Entrypoint",
				json_object_get(from, "Entrypoint"));
		json_object_set(to, "Cmd", cmd);
		return;
	}
	if (begins_with(cmd, entry)) {
		for (size_t i = json_array_size(entry); i > 0; i--)
			json_array_remove(cmd, 0);
	} else {
		json_object_del(to, "Entrypoint");
	}
	if (json_array_size(cmd))
		json_object_set(to, "Cmd", cmd);
	else
		json_object_del(to, "Cmd");
}

static void take_text(const json_t *from, json_t *to, const char *key,
		      const char *usual)
{
	const char *text = text_of(from, key);

	if (*text && (json_object_get(to, key) || !streq(text, usual)))
		json_object_set_new(to, key, json_string(text));
}

static void drop_null(json_t *to, const char *key)
{
	if (!json_object_get(to, key) ||
	    json_is_null(json_object_get(to, key)))
		json_object_del(to, key);
}

static json_t *make_config(const struct commit *c)
{
	const json_t *from = json_object_get(c->root.record, "Config");
	const json_t *old = json_object_get(c->root.image.config.json,
					    "config");
	json_t *to = json_is_object(old) ? json_deep_copy(old) : json_object();
	const json_t *labels = json_object_get(from, "Labels");
	static const char *const whole[] = {
		"Healthcheck", "ExposedPorts", "Volumes",
	};

	take_env(c, from, to);
	take_command(from, to);
	take_text(from, to, "User", "");
	take_text(from, to, "WorkingDir", "/");
	take_text(from, to, "StopSignal", "SIGTERM");
	if (json_object_size(labels))
		json_object_set_new(to, "Labels", json_deep_copy(labels));
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (json_object_get(from, whole[i]))
			json_object_set(to, whole[i],
					json_object_get(from, whole[i]));
	drop_null(to, "Entrypoint");
	drop_null(to, "Cmd");
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		drop_null(to, whole[i]);
	return to;
}

static json_t *history(const struct commit *c, const char *created,
		       bool empty)
{
	json_t *h = json_object(), *v;
	const json_t *record = c->root.record;
	auto_str struct str by = { 0 };
	size_t i;

	str_puts(&by, text_of(record, "Path"));
	json_array_foreach(json_object_get(record, "Args"), i, v)
		str_printf(&by, " %s", json_string_value(v));
	json_object_set_new(h, "created", json_string(created));
	json_object_set_new(h, "created_by", json_from_bytes(str_text(&by)));
	if (c->w->author)
		json_object_set_new(h, "author", json_from_bytes(c->w->author));
	if (c->w->message)
		json_object_set_new(h, "comment",
				    json_from_bytes(c->w->message));
	if (empty)
		json_object_set_new(h, "empty_layer", json_true());
	return h;
}

static json_t *array_in(json_t *o, const char *key)
{
	json_t *a = json_object_get(o, key);

	if (!json_is_array(a)) {
		a = json_array();
		json_object_set_new(o, key, a);
	}
	return a;
}

/* docker's own notes of how an image was built do not go on. */
static void drop_old(json_t *doc)
{
	static const char *const keys[] = {
		"author", "comment", "container", "container_config", "id",
		"parent", "throwaway", "docker_version",
		"moby.buildkit.buildinfo.v1", "moby.buildkit.cache.v0",
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_del(doc, keys[i]);
}

static int make_document(const struct commit *c, const char *diff_id,
			 json_t **ret, struct err *e)
{
	auto_json json_t *doc = json_deep_copy(c->root.image.config.json);
	auto_free char *created = time_rfc3339(time_now());
	json_t *config = make_config(c);
	json_t *rootfs = json_object_get(doc, "rootfs");

	drop_old(doc);
	json_object_set_new(doc, "config", config);
	json_object_set_new(doc, "created", json_string(created));
	if (c->w->author)
		json_object_set_new(doc, "author",
				    json_from_bytes(c->w->author));
	if (diff_id)
		json_array_append_new(array_in(rootfs, "diff_ids"),
				      json_string(diff_id));
	json_array_append_new(array_in(doc, "history"),
			      history(c, created, !diff_id));
	TRY(image_change(config, c->w->changes, e));
	*ret = steal_ptr(doc);
	return 0;
}

/* ---- the image ---- */

static json_t *list_layers(const struct image *img)
{
	json_t *list = json_array();

	for (size_t i = 0; i < img->n_layers; i++)
		json_array_append_new(list, new_image_layer(
			img->layers[i].media_type, img->layers[i].digest,
			img->layers[i].size));
	return list;
}

static int claim_layers(struct commit *c, struct err *e)
{
	const struct image *img = &c->root.image;

	for (size_t i = 0; i < img->n_layers; i++)
		TRY(store_lease_add(c->s, &c->lease, img->layers[i].digest,
				    e));
	return 0;
}

static int make_image(struct commit *c, char *ret_id, struct err *e)
{
	auto_json json_t *layers = list_layers(&c->root.image);
	auto_json json_t *doc = NULL;
	struct descriptor blob;
	int r;

	if (c->root.image.n_layers >= IMAGE_LAYERS_MAX)
		return err_set(e, EFBIG, "the image has %d layers already",
			       IMAGE_LAYERS_MAX);
	TRY(claim_layers(c, e));
	r = make_layer(c, &blob, e);
	TRY(r);
	if (r == 1)
		json_array_append_new(layers, new_image_layer(
			blob.media_type, blob.digest, blob.size));
	TRY(make_document(c, r == 1 ? blob.digest : NULL, &doc, e));
	return new_image_store(c->s, &c->lease, doc, layers, c->w->ref, ret_id,
			       e);
}

/* A wrong --change is told before anything is read. */
static int check_changes(const struct commit_wish *w, struct err *e)
{
	auto_json json_t *nothing = json_object();

	return image_change(nothing, w->changes, e);
}

int commit_container(const struct store *s, struct container *c,
		     const struct commit_wish *w,
		     char ret_id[static DIGEST_MAX], struct err *e)
{
	struct commit job = { .s = s, .w = w, .root = CONTAINER_ROOT_INIT,
			      .lease = LEASE_INIT };
	int r;

	TRY(check_changes(w, e));
	tar_out_prepare();
	TRY(store_lease_new(s, &job.lease, e));
	r = container_root_layers(s, c, &job.root, e);
	if (r == 0)
		r = make_image(&job, ret_id, e);
	container_root_release(&job.root);
	store_lease_release(s, &job.lease);
	return r;
}
