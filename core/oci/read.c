/* read.c - JSON into structs by tables. */
#include "core/oci/read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int read_fail(struct reader *r, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(r->e, EINVAL, "%s%s%s", str_text(&r->path),
		       r->path.len ? ": " : "", text);
}

/* ---- the path ---- */

static size_t enter(struct reader *r, const char *key)
{
	size_t before = r->path.len;

	str_printf(&r->path, "%s%.80s", before ? "." : "", key);
	return before;
}

static size_t enter_index(struct reader *r, size_t i)
{
	size_t before = r->path.len;

	str_printf(&r->path, "[%zu]", i);
	return before;
}

static void leave(struct reader *r, size_t before)
{
	r->path.len = before;
	if (r->path.s)
		r->path.s[before] = '\0';
}

/* ---- what holds others ---- */

static int read_field(struct reader *r, const struct field *f,
		      const json_t *obj, void *dest)
{
	const json_t *v = json_object_get(obj, f->key);
	size_t before = enter(r, f->key);
	int ret = 0;

	if (v && !json_is_null(v))
		ret = f->read(r, f, v, (char *)dest + f->offset);
	else if (f->required)
		ret = read_fail(r, "it is missing");
	leave(r, before);
	return ret;
}

int read_fields(struct reader *r, const struct field *table, const json_t *v,
		void *dest)
{
	if (!json_is_object(v))
		return read_fail(r, "an object is wanted");
	for (; table->key; table++)
		TRY(read_field(r, table, v, dest));
	return 0;
}

int read_each(struct reader *r, const json_t *v,
	      int (*each)(struct reader *r, const json_t *v, void *dest),
	      void *dest)
{
	size_t i;
	json_t *item;

	if (!json_is_array(v))
		return read_fail(r, "a list is wanted");
	json_array_foreach(v, i, item) {
		size_t before = enter_index(r, i);

		TRY(each(r, item, dest));
		leave(r, before);
	}
	return 0;
}

int read_members(struct reader *r, const json_t *v,
		 int (*each)(struct reader *r, const char *key,
			     const json_t *v, void *dest), void *dest)
{
	const char *key;
	json_t *item;

	if (!json_is_object(v))
		return read_fail(r, "an object is wanted");
	json_object_foreach((json_t *)v, key, item) {
		size_t before = enter(r, key);

		TRY(each(r, key, item, dest));
		leave(r, before);
	}
	return 0;
}

int read_object(struct reader *r, const struct field *f, const json_t *v,
		void *dest)
{
	return read_fields(r, f->sub, v, dest);
}

/* ---- values ---- */

const char *read_text(struct reader *r, const json_t *v)
{
	const char *s = json_string_value(v);

	if (!s)
		read_fail(r, "a string is wanted");
	else if (strlen(s) != json_string_length(v))
		s = (read_fail(r, "a NUL is in it"), NULL);
	return s;
}

int read_string(struct reader *r, const struct field *f UNUSED,
		const json_t *v, void *dest)
{
	const char *s = read_text(r, v);

	if (!s)
		return -EINVAL;
	free(*(char **)dest);
	*(char **)dest = xstrdup(s);
	return 0;
}

int read_bool(struct reader *r, const struct field *f UNUSED, const json_t *v,
	      void *dest)
{
	if (!json_is_boolean(v))
		return read_fail(r, "true or false is wanted");
	*(bool *)dest = json_is_true(v);
	return 0;
}

int read_number(struct reader *r, const json_t *v, int64_t min, int64_t max,
		int64_t *ret)
{
	int64_t n = json_integer_value(v);

	if (!json_is_integer(v))
		return read_fail(r, "a whole number is wanted");
	if (n < min || n > max)
		return read_fail(r, "%" PRId64 " is out of range", n);
	*ret = n;
	return 0;
}

int read_int64(struct reader *r, const struct field *f UNUSED,
	       const json_t *v, void *dest)
{
	return read_number(r, v, INT64_MIN, INT64_MAX, dest);
}

int read_uint64(struct reader *r, const struct field *f, const json_t *v,
		void *dest)
{
	return read_int64(r, f, v, dest);
}

int read_uint32(struct reader *r, const struct field *f UNUSED,
		const json_t *v, void *dest)
{
	int64_t n = 0;

	TRY(read_number(r, v, 0, UINT32_MAX, &n));
	*(uint32_t *)dest = (uint32_t)n;
	return 0;
}

static int add_string(struct reader *r, const json_t *v, void *dest)
{
	const char *s = read_text(r, v);

	if (!s)
		return -EINVAL;
	strv_add(dest, s);
	return 0;
}

int read_strings(struct reader *r, const struct field *f UNUSED,
		 const json_t *v, void *dest)
{
	return read_each(r, v, add_string, dest);
}

/* ---- the text ---- */

/* Past a string, from behind its opening quote. */
static const char *string_end(const char *s, const char *end)
{
	while (s < end && *s != '"')
		s += *s == '\\' && s + 1 < end ? 2 : 1;
	return s < end ? s + 1 : end;
}

/* Of digits alone: as 64 bits, if it takes the sign's. */
static bool add_large(struct str *out, const char *s, size_t n)
{
	auto_free char *text = xstrndup(s, n);
	uint64_t v;

	if (n < 19 || n > 20 || !parse_u64(text, UINT64_MAX, &v) ||
	    v <= INT64_MAX)
		return false;
	str_printf(out, "%" PRId64, (int64_t)v);
	return true;
}

int oci_json_parse(const char *text, size_t n, const char *what, json_t **ret,
		   struct err *e)
{
	auto_str struct str out = { 0 };
	const char *s = text, *end = text + n, *copied = text;

	while (s < end) {
		size_t k;

		if (*s == '"') {
			s = string_end(s + 1, end);
			continue;
		}
		for (k = 0; s + k < end && strchr("+-.0123456789eE", s[k]) &&
		     s[k]; k++)
			;
		str_add(&out, copied, s - copied);
		copied = s;
		if (k && add_large(&out, s, k))
			copied = s + k;
		s += k ? k : 1;
	}
	str_add(&out, copied, end - copied);
	return json_parse(str_text(&out), out.len, what, ret, e);
}
