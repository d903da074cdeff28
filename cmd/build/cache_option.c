/* cache_option.c - what --cache-from and --cache-to say. */
#include "cmd/build/cache_option.h"

#include "core/base/csv.h"
#include "core/base/nearest.h"
#include "fs/ref.h"

typedef int key_fn(struct cache_option *o, const char *key, const char *value,
		   struct err *e);

static int bad_value(const char *key, const char *value, const char *are,
		     struct err *e)
{
	return err_set(e, EINVAL, "%s=%.60s: it is %s", key, value, are);
}

static int set_type(struct cache_option *o, const char *key, const char *value,
		    struct err *e)
{
	static const char *const types[] = {
		[CACHE_REGISTRY] = "registry", [CACHE_LOCAL] = "local",
		[CACHE_INLINE] = "inline",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (streq(value, types[i])) {
			o->type = i;
			return 0;
		}
	return bad_value(key, value, "registry, local or inline", e);
}

static void put(char **to, const char *value)
{
	free(*to);
	*to = xstrdup(value);
}

static int set_ref(struct cache_option *o, const char *key UNUSED,
		   const char *value, struct err *e UNUSED)
{
	put(&o->ref, value);
	return 0;
}

static int set_folder(struct cache_option *o, const char *key UNUSED,
		      const char *value, struct err *e UNUSED)
{
	put(&o->folder, value);
	return 0;
}

static int set_mode(struct cache_option *o, const char *key, const char *value,
		    struct err *e)
{
	o->max = streq(value, "max");
	return o->max || streq(value, "min") ? 0 :
	       bad_value(key, value, "min or max", e);
}

static int set_packing(struct cache_option *o, const char *key UNUSED,
		       const char *value, struct err *e)
{
	return packing_parse(value, &o->packing, e);
}

static int set_ignore(struct cache_option *o, const char *key,
		      const char *value, struct err *e)
{
	o->ignore_error = streq(value, "true");
	return o->ignore_error || streq(value, "false") ? 0 :
	       bad_value(key, value, "true or false", e);
}

/* What every cache here is. */
static int must_be_true(struct cache_option *o UNUSED, const char *key,
			const char *value, struct err *e)
{
	return streq(value, "true") ? 0 :
	       bad_value(key, value, "always true here", e);
}

#define FROM 1
#define TO 2

static const struct {
	const char *name;
	int of; /* FROM, TO */
	key_fn *set;
} keys[] = {
	{ "type", FROM | TO, set_type },
	{ "ref", FROM | TO, set_ref },
	{ "src", FROM, set_folder },
	{ "dest", TO, set_folder },
	{ "mode", TO, set_mode },
	{ "compression", TO, set_packing },
	{ "ignore-error", TO, set_ignore },
	{ "oci-mediatypes", TO, must_be_true },
	{ "image-manifest", TO, must_be_true },
};

static int unknown(const char *key, int of, struct err *e)
{
	const char *names[ARRAY_LEN(keys) + 1] = { NULL }, *near;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].of & of)
			names[n++] = keys[i].name;
	near = nearest_word(key, names);
	return err_set(e, EINVAL, "unexpected key '%.40s'%s%s%s", key,
		       near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

static int set_field(char *field, int of, struct cache_option *o,
		     struct err *e)
{
	char *value = strchr(field, '=');

	if (!value)
		return err_set(e, EINVAL, "'%.60s' is no KEY=VALUE", field);
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if ((keys[i].of & of) && streq(keys[i].name, field))
			return keys[i].set(o, field, value, e);
	return unknown(field, of, e);
}

static int need(const char *what, const char *value, struct err *e)
{
	return value && *value ? 0 :
		err_set(e, EINVAL, "%s= is missing", what);
}

static int check(const struct cache_option *o, bool to, struct err *e)
{
	auto_ref struct ref ref = { 0 };

	if (o->type == CACHE_INLINE && !to)
		return err_set(e, EINVAL, "type=inline is for --cache-to: "
			       "name the image that has it");
	if (o->type == CACHE_INLINE)
		return 0;
	if (o->type == CACHE_LOCAL)
		return need(to ? "dest" : "src", o->folder, e);
	TRY(need("ref", o->ref, e));
	TRY(ref_parse(o->ref, &ref, e));
	return ref.tag || !to ? 0 :
		err_set(e, EINVAL, "%.60s has no tag to push to", o->ref);
}

static int parse(const char *text, bool to, struct cache_option *o,
		 struct err *e)
{
	auto_strv struct strv fields = { 0 };

	o->packing = PACK_GZIP;
	if (!strchr(text, '=')) {
		o->named = true;
		o->ref = xstrdup(text);
		return check(o, to, e);
	}
	if (!csv_split(text, &fields))
		return err_set(e, EINVAL, "a quoted field has no end");
	for (size_t i = 0; i < fields.n; i++)
		TRY(set_field(fields.v[i], to ? TO : FROM, o, e));
	return check(o, to, e);
}

int cache_option_parse(const char *text, bool to, struct cache_option *ret,
		       struct err *e)
{
	*ret = (struct cache_option){ 0 };
	return parse(text, to, ret, e) == 0 ? 0 :
		err_wrap(e, "--cache-%s '%.100s'", to ? "to" : "from", text);
}

void cache_option_release(struct cache_option *o)
{
	free(o->ref);
	free(o->folder);
	*o = (struct cache_option){ 0 };
}
