/* plan_names.c - names to stages, contexts, images; and the nearest name. */
#include "fs/dockerfile/plan_names.h"

#include "core/base/nearest.h"
#include "fs/ref.h"

#include <strings.h>

#define NONE SIZE_MAX

/* ---- names of contexts ---- */

/* "docker.io/library/a:latest" as "a"; caller frees. */
static char *short_name(const char *text)
{
	auto_ref struct ref r = { 0 };
	struct err ignored;
	char *name;
	size_t n;

	if (ref_parse(text, &r, &ignored) < 0)
		return xstrdup(text);
	name = ref_familiar(&r);
	n = strlen(name);
	if (has_suffix(name, ":latest"))
		name[n - strlen(":latest")] = '\0';
	return name;
}

/* The --build-context of this name, which may be an image's; or NULL. */
static const char *find_context(const struct df_names *n, const char *name)
{
	const struct strv *l = n->o->contexts;
	auto_free char *wanted = l && l->n ? short_name(name) : NULL;

	for (size_t i = 0; l && i < l->n; i++) {
		auto_free char *own = short_name(l->v[i]);

		if (streq(own, wanted))
			return l->v[i];
	}
	return NULL;
}

/* ---- names of stages ---- */

/* The last one before `limit`. */
static size_t find_stage(const struct df_names *n, const char *name,
			 size_t limit)
{
	while (limit-- > 0)
		if (n->from[limit].name &&
		    strcasecmp(n->from[limit].name, name) == 0)
			return limit;
	return NONE;
}

/* Borrowed from the file, which outlives the plan. */
static const char *nearest_stage(const struct df_names *n, const char *name,
				 size_t limit)
{
	auto_free const char **names = xcalloc(limit + 1, sizeof(*names));
	size_t k = 0;

	for (size_t i = 0; i < limit; i++)
		if (n->d->stages[i].from.from.name)
			names[k++] = n->d->stages[i].from.from.name;
	/* every "a" is near to "b" */
	return strlen(name) < 3 ? NULL : nearest_word(name, names);
}

char *df_names_show(const struct df_names *n, size_t i)
{
	const char *name = n->from[i].name;

	return name ? xstrdup(name) : xasprintf("stage %zu", i);
}

/* ---- all at once ---- */

int df_names_init(struct df_names *n, const struct dockerfile *d,
		  const struct df_args *a, const struct df_plan_options *o,
		  struct err *e)
{
	*n = (struct df_names){ .d = d, .o = o };
	n->from = xcalloc(d->n_stages, sizeof(*n->from));
	n->replaced = xcalloc(d->n_stages, sizeof(*n->replaced));
	for (size_t i = 0; i < d->n_stages; i++) {
		TRY(df_expand_from(a, d, &d->stages[i], &n->from[i], e));
		if (n->from[i].name)
			n->replaced[i] = find_context(n, n->from[i].name);
	}
	return 0;
}

void df_names_release(struct df_names *n)
{
	for (size_t i = 0; n->from && i < n->d->n_stages; i++)
		df_from_release(&n->from[i]);
	free(n->from);
	free(n->replaced);
	*n = (struct df_names){ 0 };
}

/* ---- what one is ---- */

static void set_stage(const struct df_names *n, size_t i,
		      struct df_source *ret)
{
	ret->kind = n->replaced[i] ? DF_SOURCE_CONTEXT : DF_SOURCE_STAGE;
	ret->stage = i;
	if (n->replaced[i]) {
		free(ret->text);
		ret->text = xstrdup(n->replaced[i]);
	}
}

/* A stage before `limit`, a context, or else an image. */
static void set_name(const struct df_names *n, const char *name, size_t limit,
		     size_t line, struct df_source *ret)
{
	size_t i = find_stage(n, name, limit);
	const char *context;

	*ret = (struct df_source){ .text = xstrdup(name), .line = line };
	if (streq(name, "scratch")) {
		ret->kind = DF_SOURCE_SCRATCH;
		return;
	}
	if (i != NONE) {
		set_stage(n, i, ret);
		return;
	}
	context = find_context(n, name);
	ret->kind = context ? DF_SOURCE_CONTEXT : DF_SOURCE_IMAGE;
	if (context) {
		free(ret->text);
		ret->text = xstrdup(context);
	} else {
		ret->like = nearest_stage(n, name, limit);
	}
}

void df_names_base(const struct df_names *n, size_t i, struct df_source *ret)
{
	set_name(n, n->from[i].image, i, n->d->stages[i].from.first, ret);
}

static int no_number(const struct df_names *n, const char *text,
		     struct err *e)
{
	size_t last = n->d->n_stages - 1;

	if (last == 0)
		return err_set(e, ENOENT, "there is no stage %.20s: the file "
			       "has stage 0 only", text);
	return err_set(e, ENOENT, "there is no stage %.20s: the file has "
		       "stages 0 to %zu", text, last);
}

int df_names_from(const struct df_names *n, const char *text, size_t line,
		  struct df_source *ret, struct err *e)
{
	uint64_t i;

	*ret = (struct df_source){ 0 };
	if (!text[strspn(text, "0123456789")]) {
		if (!parse_u64(text, n->d->n_stages - 1, &i))
			return no_number(n, text, e);
		*ret = (struct df_source){ .text = xstrdup(text),
					   .line = line };
		set_stage(n, i, ret);
		return 0;
	}
	set_name(n, text, n->d->n_stages, line, ret);
	return 0;
}

static int no_target(const struct df_names *n, const char *name, struct err *e)
{
	const char *near = nearest_stage(n, name, n->d->n_stages);

	return err_set(e, ENOENT, "%s: no stage is named '%.60s', as --target "
		       "has it%s%s%s", n->d->file, name,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

int df_names_target(const struct df_names *n, struct err *e)
{
	const char *name = n->o->target;
	size_t i = n->d->n_stages - 1;
	uint64_t number;

	if (name && *name) {
		i = find_stage(n, name, n->d->n_stages);
		if (i == NONE && parse_u64(name, n->d->n_stages - 1, &number))
			i = number;
		if (i == NONE)
			return no_target(n, name, e);
	}
	if (n->replaced[i])
		return err_set(e, EINVAL, "%s:%zu: the target %s is replaced "
			       "by the --build-context of its name: there is "
			       "nothing to build", n->d->file,
			       n->d->stages[i].from.first, n->from[i].name);
	return i;
}
