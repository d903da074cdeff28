/* step_copy.c - COPY, ADD and WORKDIR: what their keys depend on. */
#include "cmd/build/copy_job.h"

#include "core/base/file.h"
#include "fs/build/config.h"
#include "fs/transfer/digest.h"
#include "fs/transfer/import_flat.h"

#include <stdio.h>

/* The job finds its way through build_step() in the instruction. */
struct job_step {
	struct df_instruction in; /* first: what step.in points to */
	struct copy_job job;
	struct digest d;
	char of_files[DIGEST_MAX]; /* of a stage, as a child hashed them */
};

static int copy_step(struct step *s, struct err *e)
{
	struct copy_job *j = &((struct job_step *)(void *)s->in)->job;

	j->s = s;
	return copy_job_run(j, e);
}

/* ---- the plan ---- */

static bool is_url(const char *s)
{
	return skip_prefix(s, "http://") || skip_prefix(s, "https://");
}

static int plan_dest(struct build_copy *c, const struct stage *st)
{
	const char *dest = c->copy->dest;

	c->dest = build_config_path(st->doc, dest);
	c->into = has_suffix(dest, "/") || has_suffix(dest, "/.") ||
		  streq(dest, ".") || streq(dest, "..") ||
		  has_suffix(dest, "/..") || streq(c->dest, "/");
	return 0;
}

static int plan(struct build *b, struct stage *st,
		const struct df_instruction *in, struct build_copy *c,
		struct err *e)
{
	const struct df_copy *copy = &in->copy;

	c->copy = copy;
	c->note_owner = b->map.kind == IDMAP_SINGLE;
	c->keep_owner = copy->from != NULL;
	c->unpack = in->kind == DF_ADD && copy->unpack != DF_UNPACK_NO;
	c->unpack_fetched = copy->unpack == DF_UNPACK_YES;
	plan_dest(c, st);
	if (copy->chmod) {
		TRY(chmod_parse(copy->chmod, &c->mode, e));
		c->moded = true;
	}
	for (size_t i = 0; i < copy->excludes.n; i++)
		TRY(ignore_add(&c->exclude, copy->excludes.v[i], e));
	if (!copy->from && b->ignore.n)
		c->ignore = &b->ignore;
	return 0;
}

/* ---- URLs ---- */

/* The last part of its path; "" when it has none. */
static char *name_of_url(const char *url)
{
	const char *path = strchr(strstr(url, "://") + 3, '/');
	auto_free char *whole = path ? xstrndup(path, strcspn(path, "?#")) :
				       xstrdup("");
	const char *slash = strrchr(whole, '/');

	return xstrdup(slash ? slash + 1 : "");
}

static int check_sum(const struct df_copy *copy, const char *url, int fd,
		     struct err *e)
{
	char got[DIGEST_MAX];

	if (!copy->checksum)
		return 0;
	TRY(digest_fd(fd, got, e));
	return streq(got, copy->checksum) ? 0 :
		err_set(e, EBADMSG, "digest mismatch: %s is %s, not %s", url,
			got, copy->checksum);
}

static int fetch(struct build *b, struct build_copy *c, const char *url,
		 struct err *e)
{
	auto_free char *name = name_of_url(url);
	auto_close int fd = -1;

	if (c->into && !*name)
		return err_set(e, EINVAL, "%s has no name that a file in %s "
			       "could have", url, c->dest);
	fd = import_download(&b->store, url, e);
	TRY(fd);
	TRY(check_sum(c->copy, url, fd, e));
	c->fetched = xrealloc(c->fetched, c->n_fetched + 1,
			      sizeof(*c->fetched));
	c->fetched[c->n_fetched++] = (struct build_fetched){
		steal_fd(fd), steal_ptr(name),
	};
	return 0;
}

static int fetch_all(struct build *b, const struct df_instruction *in,
		     struct build_copy *c, struct err *e)
{
	const struct strv *l = &in->copy.sources;

	for (size_t i = 0; in->kind == DF_ADD && i < l->n; i++) {
		if (is_url(l->v[i]))
			TRY(fetch(b, c, l->v[i], e));
		else if (strstr(l->v[i], "://") || skip_prefix(l->v[i],
							       "git@"))
			return err_set(e, EOPNOTSUPP, "ADD of '%s': git "
				       "repositories are not supported: clone "
				       "it into the context, or in a RUN",
				       l->v[i]);
	}
	if (in->copy.checksum && c->n_fetched != 1)
		return err_set(e, EINVAL, "--checksum is of one URL");
	return 0;
}

/* ---- the key ---- */

static void add(struct job_step *j, const char *text)
{
	digest_add(&j->d, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* What stands in the line and changes what is made. */
static void add_words(struct job_step *j)
{
	const struct df_copy *c = j->job.c.copy;
	auto_free char *bits = xasprintf("%s %d %d %d %d %d",
		df_kind_name(j->in.kind), j->job.c.into, c->parents,
		j->job.c.keep_owner, j->job.c.unpack,
		j->job.c.unpack_fetched);

	add(j, bits);
	add(j, j->job.c.dest);
	add(j, c->chown);
	add(j, c->chmod);
	for (size_t i = 0; i < c->excludes.n; i++)
		add(j, c->excludes.v[i]);
}

static int finish(struct build *b, struct stage *st, struct job_step *j,
		  char *ret_layer, struct err *e)
{
	char of_all[DIGEST_MAX], key[DIGEST_MAX];

	digest_final(&j->d, of_all);
	memcpy(key, st->key, DIGEST_MAX);
	build_key_add(key, of_all);
	return build_step(b, st, &j->in, key, copy_step, ret_layer, e);
}

static int list_step(struct step *s, struct err *e)
{
	struct job_step *j = (struct job_step *)(void *)s->in;

	j->job.s = s;
	return copy_job_list(&j->job, j->of_files, e);
}

/*
 * A stage's layers say what is in it, so its files need not be read; but for
 * the first time, since they may be the same as those of others.
 */
static int stage_key(struct build *b, struct stage *st, struct job_step *j,
		     const struct stage *from, char *key, struct err *e)
{
	char quick[DIGEST_MAX], of_words[DIGEST_MAX];
	const struct strv *l = &j->in.copy.sources;

	digest_final(&j->d, of_words);
	memcpy(quick, st->key, DIGEST_MAX);
	build_key_add(quick, of_words);
	memcpy(key, quick, DIGEST_MAX);
	for (size_t i = 0; i < from->img.n_layers; i++)
		build_key_add(quick, from->img.layers[i].diff_id);
	for (size_t i = 0; i < l->n; i++)
		build_key_add(quick, l->v[i]);
	if (build_cache_alias(&b->store, quick, key))
		return 0;
	TRY(build_in_folder(b, st, &j->in, list_step, e));
	build_key_add(key, j->of_files);
	return build_cache_put_alias(&b->store, quick, key, e);
}

static int from_stage(struct build *b, struct stage *st, struct job_step *j,
		      struct build_from *from, char *ret_layer, struct err *e)
{
	struct layer_stack layers = { 0 };
	char key[DIGEST_MAX];
	int r = layer_stack_open(&b->store, &from->stage->img, &b->map,
				 &layers, e);

	j->job.context = -1;
	j->job.layers = &layers.paths;
	if (r == 0)
		r = stage_key(b, st, j, from->stage, key, e);
	if (r == 0)
		r = build_step(b, st, &j->in, key, copy_step, ret_layer, e);
	layer_stack_release(&layers);
	return r;
}

static int from_folder(struct build *b, struct stage *st, struct job_step *j,
		       int folder, char *ret_layer, struct err *e)
{
	if (folder < 0 && j->in.copy.sources.n > j->job.c.n_fetched)
		return err_set(e, ENOENT, "there is no context to copy from "
			       "(-f - FOLDER: a Dockerfile on stdin, and one)");
	/* heredocs and URLs alone need none */
	j->job.context = folder >= 0 ? folder : b->store.fd;
	TRY(build_copy_list(&j->job.c, j->job.context, &j->d, e));
	return finish(b, st, j, ret_layer, e);
}

static int from_named(struct build *b, struct stage *st, struct job_step *j,
		      char *ret_layer, struct err *e)
{
	struct build_from from;
	int r = build_from_open(b, st, j->in.copy.from, &from, e);

	if (r == 0 && from.stage) {
		r = from_stage(b, st, j, &from, ret_layer, e);
	} else if (r == 0) {
		j->job.c.keep_owner = false;
		j->job.c.ignore = from.ignore.n ? &from.ignore : NULL;
		r = from_folder(b, st, j, from.folder, ret_layer, e);
	}
	build_from_release(&from);
	return r;
}

int build_step_copy(struct build *b, struct stage *st,
		    const struct df_instruction *in,
		    char ret_layer[static DIGEST_MAX], struct err *e)
{
	struct job_step j = { .in = *in };
	int r = plan(b, st, in, &j.job.c, e);

	digest_init(&j.d);
	if (r == 0)
		r = fetch_all(b, in, &j.job.c, e);
	if (r == 0) {
		add_words(&j);
		r = in->copy.from ? from_named(b, st, &j, ret_layer, e) :
				    from_folder(b, st, &j, b->context,
						ret_layer, e);
	}
	digest_release(&j.d);
	build_copy_release(&j.job.c);
	return r;
}

/* ---- WORKDIR ---- */

int build_step_workdir(struct build *b, struct stage *st,
		       const struct df_instruction *in,
		       char ret_layer[static DIGEST_MAX], struct err *e)
{
	auto_free char *path = build_config_path(st->doc, ".");
	const char *user = json_string_value(json_object_get(json_object_get(
		st->doc, "config"), "User"));
	auto_free char *words = xasprintf("WORKDIR %s %s", path,
					  user ? user : "");
	char key[DIGEST_MAX];

	memcpy(key, st->key, DIGEST_MAX);
	build_key_add(key, words);
	return build_step(b, st, in, key, workdir_job_run, ret_layer, e);
}
