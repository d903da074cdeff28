/* output.c - the image into the store, and -o. */
#include "cmd/build/output.h"

#include "cmd/build/cache_to.h"
#include "cmd/build/output_tree.h"
#include "cmd/build/squash.h"
#include "cmd/cmd.h"
#include "core/base/file.h"
#include "core/labels.h"
#include "fs/transfer/new_image.h"

#include <stdio.h>

/* ---- -o ---- */

struct output {
	enum { TO_STORE, TO_DOCKER, TO_OCI, TO_FOLDER, TO_TAR } type;
	char *dest, *name;
};

static void release(struct output *o)
{
	free(o->dest);
	free(o->name);
	*o = (struct output){ 0 };
}

static int set_type(struct output *o, const char *value, struct err *e)
{
	static const char *const types[] = {
		[TO_STORE] = "image", [TO_DOCKER] = "docker",
		[TO_OCI] = "oci", [TO_FOLDER] = "local", [TO_TAR] = "tar",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (streq(value, types[i])) {
			o->type = i;
			return 0;
		}
	if (streq(value, "registry"))
		return err_set(e, EINVAL, "--output type=registry: build with "
			       "-t NAME, then rl push NAME");
	return err_set(e, EINVAL, "--output type=%s: it is image, docker, "
		       "oci, local or tar", value);
}

static int parse_fields(const char *text, struct output *o, struct err *e)
{
	auto_strv struct strv f = { 0 };

	strv_split(&f, text, ',');
	for (size_t i = 0; i < f.n; i++) {
		if (skip_prefix(f.v[i], "type="))
			TRY(set_type(o, f.v[i] + 5, e));
		else if (skip_prefix(f.v[i], "dest=") && !o->dest)
			o->dest = xstrdup(f.v[i] + 5);
		else if (skip_prefix(f.v[i], "name=") && !o->name)
			o->name = xstrdup(f.v[i] + 5);
		else
			return err_set(e, EINVAL, "--output '%s': it is "
				       "type=TYPE,dest=FILE[,name=NAME], not "
				       "'%s'", text, f.v[i]);
	}
	return 0;
}

static int parse(const char *text, struct output *o, struct err *e)
{
	*o = (struct output){ 0 };
	if (!strchr(text, '=')) {
		o->type = streq(text, "-") ? TO_TAR : TO_FOLDER;
		o->dest = xstrdup(text);
		return 0;
	}
	TRY(parse_fields(text, o, e));
	if ((o->type == TO_STORE) != !o->dest && o->type != TO_DOCKER)
		return err_set(e, EINVAL, "--output '%s': dest=FILE is %s",
			       text, o->dest ? "not for this type" :
			       "missing (\"-\": stdout)");
	if (o->name && (o->type == TO_FOLDER || o->type == TO_TAR))
		return err_set(e, EINVAL, "--output '%s': files have no name=",
			       text);
	if (o->type == TO_FOLDER && streq(o->dest, "-"))
		return err_set(e, EINVAL, "--output '%s': dest is a folder",
			       text);
	return 0;
}

int output_check(struct build_options *o, struct err *e)
{
	struct output out = { 0 };
	int r = 0;

	if (o->output.n > 1)
		return err_set(e, EINVAL, "--output is given once");
	if (o->output.n)
		r = parse(o->output.v[0], &out, e);
	if (r == 0 && out.name)
		strv_add(&o->tags, out.name);
	release(&out);
	return r;
}

/* ---- the store ---- */

static int set_labels(const struct build *b, json_t *doc, struct err *e)
{
	auto_strv struct strv labels = { 0 };
	json_t *config = json_object_get(doc, "config");
	json_t *o = json_object_get(config, "Labels");

	for (size_t i = 0; i < b->o->labels.n; i++)
		TRY(label_add(b->o->labels.v[i], &labels, e));
	if (labels.n && !json_is_object(o)) {
		o = json_object();
		json_object_set_new(config, "Labels", o);
	}
	for (size_t i = 0; i < labels.n; i++) {
		auto_free char *key = xstrndup(labels.v[i],
					       strcspn(labels.v[i], "="));
		const char *value = labels.v[i] + strlen(key);

		json_object_set_new(o, key, json_from_bytes(value + !!*value));
	}
	return 0;
}

static int store_image(struct build *b, struct stage *st, char *ret_id,
		       struct err *e)
{
	if (b->o->squash)
		TRY(build_squash(b, st, e));
	json_object_del(st->doc, "rl.cmd");
	json_object_set_new(st->doc, "created", json_string(st->created));
	TRY(set_labels(b, st->doc, e));
	cache_to_inline(b, st);
	if (b->o->tags.n == 0)
		return new_image_store(&b->store, &b->lease, st->doc,
				       st->descriptors, NULL, ret_id, e);
	for (size_t i = 0; i < b->o->tags.n; i++) {
		auto_ref struct ref ref = { 0 };
		auto_free char *full = NULL;

		TRY(ref_parse(b->o->tags.v[i], &ref, e));
		full = ref_full(&ref);
		TRY(new_image_store(&b->store, &b->lease, st->doc,
				    st->descriptors, full, ret_id, e));
	}
	return 0;
}

static int tell(const struct build *b, const char *id, struct err *e)
{
	if (b->o->iidfile && file_replace(AT_FDCWD, b->o->iidfile, id,
					  strlen(id), 0644, e) < 0)
		return err_wrap(e, "--iidfile (the image is made: %.19s)", id);
	if (b->o->quiet)
		printf("%s\n", id);
	else
		build_progress_note(b->progress, "writing image ", id);
	for (size_t i = 0; !b->o->quiet && i < b->o->tags.n; i++) {
		auto_ref struct ref ref = { 0 };
		auto_free char *full = NULL;

		TRY(ref_parse(b->o->tags.v[i], &ref, e));
		full = ref_full(&ref);
		build_progress_note(b->progress, "naming to ", full);
	}
	return 0;
}

/* ---- all of it ---- */

static int write_archive(const struct build *b, const struct output *o,
			 const char *id, struct err *e)
{
	auto_strv struct strv words = { 0 };
	int code;

	strv_add(&words, "rl-transfer");
	strv_add(&words, "save");
	strv_printf(&words, "--format=%s", o->type == TO_OCI ? "oci-archive" :
		    "docker-archive");
	if (!streq(o->dest, "-"))
		strv_printf(&words, "--output=%s", o->dest);
	for (size_t i = 0; i < b->o->tags.n; i++)
		strv_add(&words, b->o->tags.v[i]);
	if (b->o->tags.n == 0)
		strv_add(&words, id);
	code = cmd_run_transfer(strv_list(&words), e);
	TRY(code);
	return code ? err_set(e, EIO, "the archive is not written") : 0;
}

static int make(struct build *b, struct stage *st, const struct output *o,
		struct err *e)
{
	char id[DIGEST_MAX];

	if (o->type == TO_FOLDER)
		return output_folder(b, st, o->dest, e);
	if (o->type == TO_TAR)
		return output_tar(b, st, o->dest, e);
	TRY(store_image(b, st, id, e));
	TRY(tell(b, id, e));
	return o->dest ? write_archive(b, o, id, e) : 0;
}

int output_make(struct build *b, struct stage *st, struct err *e)
{
	struct output o = { 0 };
	int r = b->o->output.n ? parse(b->o->output.v[0], &o, e) : 0;

	if (r == 0)
		r = make(b, st, &o, e);
	release(&o);
	return r;
}
