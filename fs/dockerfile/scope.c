/* scope.c - ARG and ENV as they come. */
#include "fs/dockerfile/scope.h"

#include "fs/dockerfile/expand.h"
#include "fs/platform.h"

static const char *const proxies[] = {
	"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY",
	"ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
};

static bool is_proxy(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
		if (streq(proxies[i], key))
			return true;
	return false;
}

/* ---- of the build ---- */

static int add_given(struct df_args *a, const char *text, struct err *e)
{
	const char *eq = strchr(text, '=');
	size_t n = strcspn(text, "=");
	auto_free char *key = xstrndup(text, n);
	const char *value = eq ? eq + 1 : getenv(key);

	if (n == 0)
		return err_set(e, EINVAL, "--build-arg '%.60s' has no name",
			       text);
	if (value)
		env_set(&a->given, key, value);
	return 0;
}

static void predefine(struct df_args *a, const char *prefix, const char *what,
		      const char *value)
{
	auto_free char *key = xasprintf("%s%s", prefix, what);
	const char *given = env_get(&a->given, key);

	env_set(&a->head, key, given ? given : value);
}

static int predefine_platform(struct df_args *a, const char *prefix,
			      const char *text, struct err *e)
{
	struct platform p;
	char whole[52];

	TRY(platform_parse(text, &p, e));
	platform_text(&p, whole, sizeof(whole));
	predefine(a, prefix, "PLATFORM", whole);
	predefine(a, prefix, "OS", p.os);
	predefine(a, prefix, "OSVERSION", "");
	predefine(a, prefix, "ARCH", p.arch);
	predefine(a, prefix, "VARIANT", p.variant);
	return 0;
}

int df_args_init(struct df_args *a, const struct strv *given,
		 const char *build_platform, const char *target_platform,
		 const char *target, struct err *e)
{
	*a = (struct df_args){ 0 };
	for (size_t i = 0; i < given->n; i++)
		TRY(add_given(a, given->v[i], e));
	TRY(predefine_platform(a, "BUILD", build_platform, e));
	TRY(predefine_platform(a, "TARGET", target_platform, e));
	predefine(a, "TARGET", "STAGE", target && *target ? target : "default");
	return 0;
}

void df_args_release(struct df_args *a)
{
	strv_release(&a->given);
	strv_release(&a->head);
	strv_release(&a->used);
}

static const char *use_given(struct df_args *a, const char *key)
{
	const char *value = env_get(&a->given, key);

	if (value && !strv_has(&a->used, key))
		strv_add(&a->used, key);
	return value;
}

static int take_head(struct df_args *a, const struct df_pair *p, char escape,
		     struct err *e)
{
	const struct expand x = { .env = &a->head, .escape = escape };
	auto_free char *key = NULL, *value = NULL;
	const char *given;

	TRY(expand_word(&x, p->key, &key, e));
	given = use_given(a, key);
	if (!given && p->value)
		TRY(expand_word(&x, p->value, &value, e));
	if (given || value)
		env_set(&a->head, key, given ? given : value);
	return 0;
}

int df_args_head(struct df_args *a, const struct dockerfile *d, struct err *e)
{
	for (size_t i = 0; i < d->head.n; i++) {
		const struct df_instruction *in = &d->head.v[i];

		for (size_t k = 0; k < in->pairs.n; k++)
			if (take_head(a, &in->pairs.v[k], d->escape, e) < 0)
				return dockerfile_wrap(d, in, e);
	}
	return 0;
}

static bool needs_no_arg(const char *key)
{
	return is_proxy(key) || skip_prefix(key, "BUILDKIT_") ||
	       streq(key, "SOURCE_DATE_EPOCH");
}

void df_args_unused(const struct df_args *a, struct strv *ret)
{
	for (size_t i = 0; i < a->given.n; i++) {
		char *key = xstrndup(a->given.v[i],
				     strcspn(a->given.v[i], "="));

		if (strv_has(&a->used, key) || needs_no_arg(key) ||
		    env_get(&a->head, key))
			free(key);
		else
			strv_take(ret, key);
	}
}

void df_args_proxies(const struct df_args *a, struct strv *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(proxies); i++) {
		const char *value = env_get(&a->given, proxies[i]);

		if (value)
			env_set(ret, proxies[i], value);
	}
}

/* ---- FROM ---- */

static int expand_from(const struct expand *x, const struct df_from *from,
		       struct df_from *ret, struct err *e)
{
	TRY(expand_word(x, from->image, &ret->image, e));
	if (!*ret->image)
		return err_set(e, EINVAL, "'%.60s' is empty: an ARG in front "
			       "of the first FROM has no value", from->image);
	if (from->platform)
		TRY(expand_word(x, from->platform, &ret->platform, e));
	if (ret->platform && !*ret->platform)
		return err_set(e, EINVAL, "--platform=%.60s is empty",
			       from->platform);
	ret->name = from->name ? xstrdup(from->name) : NULL;
	return 0;
}

int df_expand_from(const struct df_args *a, const struct dockerfile *d,
		   const struct df_stage *stage, struct df_from *ret,
		   struct err *e)
{
	const struct expand x = { .env = &a->head, .escape = d->escape };

	*ret = (struct df_from){ 0 };
	return expand_from(&x, &stage->from.from, ret, e) < 0 ?
		       dockerfile_wrap(d, &stage->from, e) : 0;
}

/* ---- of a stage ---- */

void df_scope_start(struct df_scope *s, struct df_args *a,
		    const struct strv *env)
{
	*s = (struct df_scope){ .args = a };
	strv_extend(&s->env, strv_list(env));
}

void df_scope_inherit(struct df_scope *s, const struct df_scope *of)
{
	df_scope_start(s, of->args, &of->env);
	strv_extend(&s->build, strv_list(&of->build));
}

void df_scope_release(struct df_scope *s)
{
	strv_release(&s->env);
	strv_release(&s->build);
}

/* --build-arg, else its default, else the head's; NULL: none. */
static void take_arg(struct df_scope *s, const struct df_pair *p)
{
	const char *value = use_given(s->args, p->key);

	if (!value)
		value = p->value ? p->value : env_get(&s->args->head, p->key);
	if (value)
		env_set(&s->env, p->key, value);
	else
		value = env_get(&s->env, p->key);
	env_set(&s->build, p->key, value ? value : "");
}

static void take_env(struct df_scope *s, const struct df_pair *p)
{
	env_set(&s->env, p->key, p->value);
	if (env_get(&s->build, p->key))
		env_set(&s->build, p->key, p->value);
}

/* What grows by itself, ENV A=$A$A, has an end. */
static int check_size(const struct df_scope *s, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < s->env.n; i++)
		n += strlen(s->env.v[i]) + 1;
	return n <= DF_ENV_MAX ? 0 :
	       err_set(e, E2BIG, "the environment grows to more than %d bytes",
		       DF_ENV_MAX);
}

int df_scope_apply(struct df_scope *s, const struct df_instruction *in,
		   struct err *e)
{
	if (in->kind != DF_ARG && in->kind != DF_ENV)
		return 0;
	for (size_t i = 0; i < in->pairs.n; i++)
		(in->kind == DF_ARG ? take_arg : take_env)(s, &in->pairs.v[i]);
	return check_size(s, e);
}
