/* expand_fields.c - which fields of which instruction are expanded. */
#include "fs/dockerfile/scope.h"

#include "core/signal_name.h"
#include "fs/dockerfile/chmod.h"
#include "fs/dockerfile/expand.h"
#include "fs/dockerfile/expose.h"
#include "fs/dockerfile/instruction.h"
#include "fs/dockerfile/mount.h"
#include "fs/ref.h"

#define PORTS_MAX 200000 /* all there are, of three protocols */

/* The word takes the place of what it came from. */
static int word(const struct expand *x, char **slot, struct err *e)
{
	char *text;

	if (!*slot)
		return 0;
	TRY(expand_word(x, *slot, &text, e));
	free(*slot);
	*slot = text;
	return 0;
}

static int each(const struct expand *x, struct strv *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		TRY(word(x, &l->v[i], e));
	return 0;
}

static int needed(const struct expand *x, char **slot, struct err *e)
{
	auto_free char *typed = xstrdup(*slot);

	TRY(word(x, slot, e));
	return **slot ? 0 : err_set(e, EINVAL, "'%.60s' is empty", typed);
}

/* ---- pairs ---- */

static int pairs(const struct expand *x, struct df_pairs *p, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		TRY(needed(x, &p->v[i].key, e));
		TRY(word(x, &p->v[i].value, e));
	}
	return 0;
}

/* A default is not looked at when --build-arg has the value. */
static int args(const struct expand *x, const struct df_scope *s,
		struct df_pairs *p, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		TRY(needed(x, &p->v[i].key, e));
		if (!env_get(&s->args->given, p->v[i].key))
			TRY(word(x, &p->v[i].value, e));
	}
	return 0;
}

/* ---- COPY, ADD ---- */

static bool is_url(const char *s)
{
	return skip_prefix(s, "http://") || skip_prefix(s, "https://");
}

/* What docker would clone: "https://host/x.git#v1", "git@host:x". */
static bool is_git(const char *s)
{
	size_t n = strcspn(s, "#?");

	if (skip_prefix(s, "git://") || skip_prefix(s, "git@") ||
	    skip_prefix(s, "ssh://"))
		return true;
	return is_url(s) && n > 4 && strncmp(s + n - 4, ".git", 4) == 0;
}

static int check_source(const struct df_instruction *in, const char *s,
			struct err *e)
{
	if (!*s)
		return err_set(e, EINVAL, "a source is empty");
	if (in->kind == DF_COPY && is_url(s))
		return err_set(e, EINVAL, "%.80s: a URL is a source of ADD "
			       "only", s);
	if (in->kind == DF_ADD && is_git(s))
		return err_set(e, EOPNOTSUPP, "%.80s: git repositories are not "
			       "fetched here: clone it beside the Dockerfile "
			       "and COPY it, or clone it in a RUN", s);
	return 0;
}

static int check_checksum(const struct df_copy *c, struct err *e)
{
	if (!c->checksum)
		return 0;
	if (!digest_valid(c->checksum))
		return err_set(e, EINVAL, "--checksum=%.80s is not sha256: and "
			       "64 hex digits", c->checksum);
	if (c->sources.n + c->inlined.n != 1 || !c->sources.n ||
	    !is_url(c->sources.v[0]))
		return err_set(e, EINVAL, "--checksum is for one source that "
			       "is a URL");
	return 0;
}

static int check_copy(const struct df_instruction *in, struct err *e)
{
	const struct df_copy *c = &in->copy;
	struct chmod mode;

	if (c->chmod && *c->chmod)
		TRY(chmod_parse(c->chmod, &mode, e));
	for (size_t i = 0; i < c->sources.n; i++)
		TRY(check_source(in, c->sources.v[i], e));
	return check_checksum(c, e);
}

static int copy(const struct expand *x, struct df_instruction *in,
		struct err *e)
{
	/* what a heredoc escapes does not hang on the directive */
	const struct expand text = { .env = x->env, .escape = '\\',
				     .quotes_stay = true, .left = x->left };
	struct df_copy *c = &in->copy;

	TRY(each(x, &c->sources, e));
	TRY(each(x, &c->excludes, e));
	for (size_t i = 0; i < c->inlined.n; i++)
		if (c->inlined.v[i].expand)
			TRY(word(&text, &c->inlined.v[i].text, e));
	TRY(needed(x, &c->dest, e));
	TRY(word(x, &c->chown, e));
	TRY(word(x, &c->chmod, e));
	TRY(word(x, &c->checksum, e));
	return check_copy(in, e);
}

/* ---- RUN ---- */

static int mount_value(void *arg, const char *text, char **ret, struct err *e)
{
	return expand_word(arg, text, ret, e);
}

static int run(const struct expand *x, struct df_run *r, struct err *e)
{
	for (size_t i = 0; i < r->n_mounts; i++) {
		auto_free char *text = xstrdup(r->mounts[i].text);

		df_mount_release(&r->mounts[i]);
		TRY(df_mount_parse(text, mount_value, (void *)x, &r->mounts[i],
				   e));
	}
	return 0;
}

/* ---- the rest ---- */

static int ports(const struct expand *x, struct strv *words, struct err *e)
{
	auto_strv struct strv typed = *words, all = { 0 };

	*words = (struct strv){ 0 };
	for (size_t i = 0; i < typed.n; i++)
		TRY(expand_words(x, typed.v[i], &all, e));
	for (size_t i = 0; i < all.n; i++) {
		TRY(expose_ports(all.v[i], words, e));
		if (words->n > PORTS_MAX)
			return err_set(e, E2BIG, "more than %d ports",
				       PORTS_MAX);
	}
	return 0;
}

static int volumes(const struct expand *x, struct strv *words, struct err *e)
{
	for (size_t i = 0; i < words->n; i++)
		TRY(needed(x, &words->v[i], e));
	return 0;
}

static int stop_signal(const struct expand *x, char **slot, struct err *e)
{
	int r;

	TRY(needed(x, slot, e));
	r = signal_parse(*slot, e);
	return r < 0 ? r : 0;
}

static int fields(const struct expand *x, const struct df_scope *s,
		  struct df_instruction *in, struct err *e)
{
	switch (in->kind) {
	case DF_ADD:
	case DF_COPY:
		return copy(x, in, e);
	case DF_ARG:
		return args(x, s, &in->pairs, e);
	case DF_ENV:
	case DF_LABEL:
		return pairs(x, &in->pairs, e);
	case DF_EXPOSE:
		return ports(x, &in->words, e);
	case DF_VOLUME:
		return volumes(x, &in->words, e);
	case DF_RUN:
		return run(x, &in->run, e);
	case DF_STOPSIGNAL:
		return stop_signal(x, &in->word, e);
	case DF_USER:
	case DF_WORKDIR:
		return needed(x, &in->word, e);
	default:
		return 0;
	}
}

int df_expand(const struct df_instruction *in, const struct df_scope *s,
	      char escape, struct df_instruction *ret, struct err *e)
{
	size_t left = DF_EXPAND_ALL_MAX;
	const struct expand x = { .env = &s->env, .escape = escape,
				  .left = &left };

	df_instruction_copy(in, ret);
	return fields(&x, s, ret, e);
}
