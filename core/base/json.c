/* json.c - jansson with our errors, limits and cleanup. */
#include "core/base/json.h"

#include "core/base/file.h"

int json_parse(const char *text, size_t len, const char *what, json_t **ret,
	       struct err *e)
{
	json_error_t je;

	if (len > JSON_TEXT_MAX)
		return err_set(e, EFBIG, "%s: larger than %d bytes", what,
			       JSON_TEXT_MAX);
	*ret = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (!*ret)
		return err_set(e, EINVAL, "%s: not valid JSON: %s (line %d)",
			       what, je.text, je.line);
	return 0;
}

int json_read_file(int dirfd, const char *path, json_t **ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t n;

	TRY(file_read(dirfd, path, JSON_TEXT_MAX, &text, &n, e));
	return json_parse(text, n, path, ret, e);
}

/* The member, or NULL when it is missing or null. */
static const json_t *member(const json_t *obj, const char *key)
{
	const json_t *v = json_object_get(obj, key);

	return json_is_null(v) ? NULL : v;
}

static int wrong_type(const char *key, const char *want, struct err *e)
{
	return err_set(e, EINVAL, "'%s' is not %s", key, want);
}

int json_str(const json_t *obj, const char *key, const char **ret,
	     struct err *e)
{
	const json_t *v = member(obj, key);

	*ret = json_string_value(v);
	return v && !*ret ? wrong_type(key, "a string", e) : 0;
}

int json_int(const json_t *obj, const char *key, int64_t *ret, struct err *e)
{
	const json_t *v = member(obj, key);

	*ret = json_integer_value(v);
	return v && !json_is_integer(v) ? wrong_type(key, "a number", e) : 0;
}

int json_bool(const json_t *obj, const char *key, bool *ret, struct err *e)
{
	const json_t *v = member(obj, key);

	*ret = json_is_true(v);
	return v && !json_is_boolean(v) ? wrong_type(key, "a boolean", e) : 0;
}

int json_arr(const json_t *obj, const char *key, const json_t **ret,
	     struct err *e)
{
	const json_t *v = member(obj, key);

	*ret = v;
	return v && !json_is_array(v) ? wrong_type(key, "a list", e) : 0;
}

int json_obj(const json_t *obj, const char *key, const json_t **ret,
	     struct err *e)
{
	const json_t *v = member(obj, key);

	*ret = v;
	return v && !json_is_object(v) ? wrong_type(key, "an object", e) : 0;
}

int json_strv(const json_t *obj, const char *key, struct strv *ret,
	      struct err *e)
{
	const json_t *list;
	size_t i;
	json_t *v;

	TRY(json_arr(obj, key, &list, e));
	json_array_foreach(list, i, v) {
		if (!json_is_string(v))
			return wrong_type(key, "a list of strings", e);
		strv_add(ret, json_string_value(v));
	}
	return 0;
}

json_t *json_from_bytes(const char *s)
{
	json_t *v = json_string(s ? s : "");
	auto_str struct str clean = { 0 };

	if (v)
		return v;
	for (; *s; s++)
		str_putc(&clean, (unsigned char)*s < 0x80 ? *s : '?');
	return json_string(str_text(&clean));
}

json_t *json_from_strv(const struct strv *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(a, json_from_bytes(l->v[i]));
	return a;
}

char *json_text(const json_t *v)
{
	char *s = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	return s ? s : xstrdup("null");
}
