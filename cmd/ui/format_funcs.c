/* format_funcs.c - the functions that templates may call. */
#include "cmd/ui/format_ast.h"

#include <ctype.h>
#include <stdio.h>

#define PAD_MAX 4096 /* of pad and of a width in printf */

static int as_text(const json_t *v, const char **ret, struct err *e)
{
	if (!json_is_string(v))
		return err_set(e, EINVAL, "a text is needed");
	*ret = json_string_value(v);
	return 0;
}

static int as_int(const json_t *v, int64_t *ret, struct err *e)
{
	if (!json_is_integer(v))
		return err_set(e, EINVAL, "a whole number is needed");
	*ret = json_integer_value(v);
	return 0;
}

json_t *format_string(const char *s, size_t n)
{
	json_t *ret = json_stringn(s, n);
	auto_free char *ascii = NULL;

	if (ret)
		return ret;
	ascii = xmalloc(n + 1);
	for (size_t i = 0; i < n; i++)
		ascii[i] = s[i] & 0x80 ? '?' : s[i];
	return json_stringn(ascii, n);
}

static json_t *from_str(const struct str *s)
{
	return format_string(str_text(s), s->len);
}

bool format_truth(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return json_object_size(v) > 0;
	case JSON_ARRAY:
		return json_array_size(v) > 0;
	case JSON_STRING:
		return json_string_length(v) > 0;
	case JSON_INTEGER:
		return json_integer_value(v) != 0;
	case JSON_REAL:
		return json_real_value(v) != 0;
	case JSON_TRUE:
		return true;
	default:
		return false;
	}
}

/* ---- texts ---- */

/* Without what is only there to be asked (format.h). */
static json_t *without_methods(json_t *v)
{
	json_t *ret = NULL, *value;
	const char *key;

	json_object_foreach(v, key, value) {
		if (!has_suffix(key, "()"))
			continue;
		ret = ret ? ret : json_copy(v);
		json_object_del(ret, key);
	}
	return ret ? ret : json_incref(v);
}

static int fn_json(size_t n UNUSED, json_t *const *a, json_t **ret,
		   struct err *e)
{
	auto_json json_t *v = without_methods(a[0]);
	auto_free char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text)
		return err_set(e, EINVAL, "the value has no JSON text");
	*ret = format_string(text, strlen(text));
	return 0;
}

static int change_case(const json_t *v, int (*change)(int), json_t **ret,
		       struct err *e)
{
	auto_free char *copy = NULL;
	const char *s = "";

	TRY(as_text(v, &s, e));
	copy = xstrdup(s);
	for (char *c = copy; *c; c++)
		if (!(*c & 0x80))
			*c = (char)change(*c);
	*ret = format_string(copy, strlen(copy));
	return 0;
}

static int fn_upper(size_t n UNUSED, json_t *const *a, json_t **ret,
		    struct err *e)
{
	return change_case(a[0], toupper, ret, e);
}

static int fn_lower(size_t n UNUSED, json_t *const *a, json_t **ret,
		    struct err *e)
{
	return change_case(a[0], tolower, ret, e);
}

static int fn_title(size_t n UNUSED, json_t *const *a, json_t **ret,
		    struct err *e)
{
	auto_free char *copy = NULL;
	const char *s = "";
	char before = ' ';

	TRY(as_text(a[0], &s, e));
	copy = xstrdup(s);
	for (char *c = copy; *c; before = *c++)
		if (isspace((unsigned char)before) && !(*c & 0x80))
			*c = (char)toupper(*c);
	*ret = format_string(copy, strlen(copy));
	return 0;
}

static int fn_join(size_t n UNUSED, json_t *const *a, json_t **ret,
		   struct err *e)
{
	auto_str struct str out = { 0 };
	const char *sep = "";

	TRY(as_text(a[1], &sep, e));
	if (!json_is_array(a[0]) && !json_is_null(a[0]))
		return err_set(e, EINVAL, "a list is needed");
	for (size_t i = 0; i < json_array_size(a[0]); i++) {
		if (i)
			str_puts(&out, sep);
		TRY(format_value(json_array_get(a[0], i), &out, e));
	}
	*ret = from_str(&out);
	return 0;
}

/* An empty separator cuts between the bytes of a character in no case. */
static int fn_split(size_t n UNUSED, json_t *const *a, json_t **ret,
		    struct err *e)
{
	const char *s = "", *sep = "", *end;
	json_t *list;

	TRY(as_text(a[0], &s, e));
	TRY(as_text(a[1], &sep, e));
	if (!*sep)
		return err_set(e, EINVAL, "the separator is empty");
	list = json_array();
	while ((end = strstr(s, sep))) {
		json_array_append_new(list, format_string(s, end - s));
		s = end + strlen(sep);
	}
	json_array_append_new(list, format_string(s, strlen(s)));
	*ret = list;
	return 0;
}

static int fn_pad(size_t n UNUSED, json_t *const *a, json_t **ret,
		  struct err *e)
{
	auto_str struct str out = { 0 };
	int64_t before = 0, after = 0;
	const char *s = "";

	TRY(as_text(a[0], &s, e));
	TRY(as_int(a[1], &before, e));
	TRY(as_int(a[2], &after, e));
	if (before < 0 || after < 0 || before > PAD_MAX || after > PAD_MAX)
		return err_set(e, EINVAL, "a width is not in 0 to %d", PAD_MAX);
	if (*s)
		str_printf(&out, "%*s%s%*s", (int)before, "", s, (int)after,
			   "");
	*ret = from_str(&out);
	return 0;
}

/* The largest cut of at most `n` bytes that ends between two characters. */
static size_t cut_at(const char *s, size_t n)
{
	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static int fn_truncate(size_t n UNUSED, json_t *const *a, json_t **ret,
		       struct err *e)
{
	const char *s = "";
	int64_t max = 0;
	size_t len;

	TRY(as_text(a[0], &s, e));
	TRY(as_int(a[1], &max, e));
	if (max < 0)
		return err_set(e, EINVAL, "the length is negative");
	len = strlen(s);
	if ((uint64_t)max < len)
		len = cut_at(s, max);
	*ret = format_string(s, len);
	return 0;
}

/* Spaces go between operands when neither is a text, as in Go. */
static int print_all(size_t n, json_t *const *a, bool line, json_t **ret,
		     struct err *e)
{
	auto_str struct str out = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (i && (line || (!json_is_string(a[i - 1]) &&
				   !json_is_string(a[i]))))
			str_putc(&out, ' ');
		TRY(format_value(a[i], &out, e));
	}
	if (line)
		str_putc(&out, '\n');
	*ret = from_str(&out);
	return 0;
}

static int fn_print(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	return print_all(n, a, false, ret, e);
}

static int fn_println(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	return print_all(n, a, true, ret, e);
}

/* ---- printf ---- */

struct verb {
	bool minus, plus, zero;
	int  width, precision; /* precision -1: none */
	char letter;
};

static int verb_number(const char **s, int *ret, struct err *e)
{
	*ret = 0;
	for (; isdigit((unsigned char)**s); (*s)++) {
		*ret = *ret * 10 + (**s - '0');
		if (*ret > PAD_MAX)
			return err_set(e, EINVAL, "a width is over %d",
				       PAD_MAX);
	}
	return 0;
}

/* Parse what follows a '%'; *s is moved behind it. */
static int parse_verb(const char **s, struct verb *ret, struct err *e)
{
	*ret = (struct verb){ .precision = -1 };
	for (; **s && strchr("-+0 #", **s); (*s)++) {
		ret->minus |= **s == '-';
		ret->plus |= **s == '+';
		ret->zero |= **s == '0';
	}
	TRY(verb_number(s, &ret->width, e));
	if (**s == '.') {
		(*s)++;
		TRY(verb_number(s, &ret->precision, e));
	}
	ret->letter = **s;
	if (!ret->letter)
		return err_set(e, EINVAL, "the format ends within a %%verb");
	(*s)++;
	return 0;
}

static void print_quoted(const char *s, struct str *out)
{
	auto_json json_t *v = json_string(s);
	auto_free char *text = json_dumps(v, JSON_ENCODE_ANY);

	str_puts(out, text ? text : "\"\"");
}

static int wrong_type(const struct verb *v, const json_t *arg,
		      struct str *out, struct err *e)
{
	str_printf(out, "%%!%c(", v->letter);
	TRY(format_value(arg, out, e));
	str_putc(out, ')');
	return 0;
}

static int print_integer(const struct verb *v, const json_t *arg,
			 struct str *out, struct err *e)
{
	long long i = json_integer_value(arg);

	if (json_is_string(arg) && (v->letter == 'x' || v->letter == 'X')) {
		const char *s = json_string_value(arg);

		for (; *s; s++)
			str_printf(out, v->letter == 'x' ? "%02x" : "%02X",
				   (unsigned char)*s);
		return 0;
	}
	if (!json_is_integer(arg))
		return wrong_type(v, arg, out, e);
	if (v->letter == 'd')
		str_printf(out, v->plus ? "%+lld" : "%lld", i);
	else if (i < 0)
		str_putc(out, '-');
	if (v->letter != 'd')
		str_printf(out, v->letter == 'x'   ? "%llx"
				: v->letter == 'X' ? "%llX"
						   : "%llo",
			   (unsigned long long)(i < 0 ? -i : i));
	return 0;
}

static int print_float(const struct verb *v, const json_t *arg,
		       struct str *out, struct err *e)
{
	int precision = v->precision < 0 ? 6 : v->precision;
	double d = json_number_value(arg);

	if (!json_is_number(arg))
		return wrong_type(v, arg, out, e);
	if (v->letter == 'g')
		return format_value(arg, out, e);
	str_printf(out, v->letter == 'f' ? "%.*f" : "%.*e", precision, d);
	return 0;
}

static int print_string(const struct verb *v, const json_t *arg,
			struct str *out, struct err *e)
{
	size_t from = out->len;

	if (v->letter == 'q') {
		auto_str struct str text = { 0 };

		TRY(format_value(arg, &text, e));
		print_quoted(str_text(&text), out);
		return 0;
	}
	TRY(format_value(arg, out, e));
	if (v->precision >= 0 && out->len - from > (size_t)v->precision) {
		out->len = from + cut_at(out->s + from, v->precision);
		out->s[out->len] = '\0';
	}
	return 0;
}

static int print_verb(const struct verb *v, const json_t *arg,
		      struct str *out, struct err *e)
{
	switch (v->letter) {
	case 'd':
	case 'x':
	case 'X':
	case 'o':
		return print_integer(v, arg, out, e);
	case 'f':
	case 'e':
	case 'g':
		return print_float(v, arg, out, e);
	case 's':
	case 'v':
	case 'q':
		return print_string(v, arg, out, e);
	case 't':
		if (json_is_boolean(arg))
			return format_value(arg, out, e);
		return wrong_type(v, arg, out, e);
	}
	return err_set(e, EINVAL, "unknown verb %%%c", v->letter);
}

static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Put `text` at the end of `out`, as wide as the verb says. */
static void add_padded(const struct verb *v, const char *text, struct str *out)
{
	size_t n = characters(text);
	int fill = n < (size_t)v->width ? v->width - (int)n : 0;
	bool sign = *text == '-' || *text == '+';

	if (v->minus) {
		str_printf(out, "%s%*s", text, fill, "");
		return;
	}
	if (!v->zero || !strchr("dxXofe", v->letter)) {
		str_printf(out, "%*s%s", fill, "", text);
		return;
	}
	if (sign)
		str_putc(out, *text);
	while (fill-- > 0)
		str_putc(out, '0');
	str_puts(out, text + sign);
}

static int fn_printf(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	auto_str struct str out = { 0 };
	size_t used = 1;
	const char *s = "";

	TRY(as_text(a[0], &s, e));
	while (*s) {
		auto_str struct str text = { 0 };
		struct verb v;

		if (*s != '%') {
			str_putc(&out, *s++);
			continue;
		}
		s++;
		TRY(parse_verb(&s, &v, e));
		if (v.letter == '%') {
			str_putc(&out, '%');
			continue;
		}
		if (used >= n)
			return err_set(e, EINVAL, "no value for %%%c",
				       v.letter);
		TRY(print_verb(&v, a[used++], &text, e));
		add_padded(&v, str_text(&text), &out);
	}
	if (used < n)
		return err_set(e, EINVAL, "%zu values are left over", n - used);
	*ret = from_str(&out);
	return 0;
}

/* ---- lists and objects ---- */

static int fn_len(size_t n UNUSED, json_t *const *a, json_t **ret,
		  struct err *e)
{
	if (json_is_string(a[0]))
		*ret = json_integer(json_string_length(a[0]));
	else if (json_is_array(a[0]))
		*ret = json_integer(json_array_size(a[0]));
	else if (json_is_object(a[0]) || json_is_null(a[0]))
		*ret = json_integer(json_object_size(a[0]));
	else
		return err_set(e, EINVAL, "the value has no length");
	return 0;
}

/* One step of index: *v is borrowed; a key that is missing gives NULL. */
static int index_step(const json_t **v, const json_t *key, struct err *e)
{
	int64_t i = 0;

	if (json_is_array(*v)) {
		TRY(as_int(key, &i, e));
		if (i < 0 || (uint64_t)i >= json_array_size(*v))
			return err_set(e, EINVAL,
				       "%lld is not within a list of %zu",
				       (long long)i, json_array_size(*v));
		*v = json_array_get(*v, i);
		return 0;
	}
	if (!json_is_object(*v) && !json_is_null(*v))
		return err_set(e, EINVAL, "a list or an object is needed");
	if (!json_is_string(key))
		return err_set(e, EINVAL, "the key of an object is a text");
	*v = json_object_get(*v, json_string_value(key));
	return 0;
}

/* A missing key is the empty text, as for Docker's maps of texts. */
static int fn_index(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	const json_t *v = a[0];

	for (size_t i = 1; v && i < n; i++)
		TRY(index_step(&v, a[i], e));
	*ret = v ? json_incref((json_t *)v) : json_string("");
	return 0;
}

static int slice_bounds(size_t n, json_t *const *a, size_t len, size_t *from,
			size_t *to, struct err *e)
{
	int64_t f = 0, t = (int64_t)len;

	if (n > 1)
		TRY(as_int(a[1], &f, e));
	if (n > 2)
		TRY(as_int(a[2], &t, e));
	if (f < 0 || t < f || (uint64_t)t > len)
		return err_set(e, EINVAL,
			       "%lld to %lld is not within a length of %zu",
			       (long long)f, (long long)t, len);
	*from = f;
	*to = t;
	return 0;
}

static int fn_slice(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	size_t from, to;

	if (json_is_string(a[0])) {
		TRY(slice_bounds(n, a, json_string_length(a[0]), &from, &to,
				 e));
		*ret = format_string(json_string_value(a[0]) + from,
				     to - from);
		return 0;
	}
	if (!json_is_array(a[0]))
		return err_set(e, EINVAL, "a list or a text is needed");
	TRY(slice_bounds(n, a, json_array_size(a[0]), &from, &to, e));
	*ret = json_array();
	for (; from < to; from++)
		json_array_append(*ret, json_array_get(a[0], from));
	return 0;
}

/* ---- comparison ---- */

/* -1, 0, 1 of two texts or two numbers. */
static int order(const json_t *a, const json_t *b, int *ret, struct err *e)
{
	double x, y;

	if (json_is_string(a) && json_is_string(b)) {
		int c = strcmp(json_string_value(a), json_string_value(b));

		*ret = (c > 0) - (c < 0);
		return 0;
	}
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t i = json_integer_value(a), j = json_integer_value(b);

		*ret = (i > j) - (i < j);
		return 0;
	}
	if (!json_is_number(a) || !json_is_number(b))
		return err_set(e, EINVAL,
			       "the values are of types that do not compare");
	x = json_number_value(a);
	y = json_number_value(b);
	*ret = (x > y) - (x < y);
	return 0;
}

static int equal(const json_t *a, const json_t *b, bool *ret, struct err *e)
{
	int c = 0;

	*ret = json_is_null(a) && json_is_null(b);
	if (json_is_null(a) || json_is_null(b))
		return 0;
	if (json_is_boolean(a) && json_is_boolean(b)) {
		*ret = json_is_true(a) == json_is_true(b);
		return 0;
	}
	TRY(order(a, b, &c, e));
	*ret = c == 0;
	return 0;
}

/* The first is equal to one of the others. */
static int fn_eq(size_t n, json_t *const *a, json_t **ret, struct err *e)
{
	bool same = false;

	for (size_t i = 1; i < n && !same; i++)
		TRY(equal(a[0], a[i], &same, e));
	*ret = json_boolean(same);
	return 0;
}

static int fn_ne(size_t n UNUSED, json_t *const *a, json_t **ret,
		 struct err *e)
{
	bool same;

	TRY(equal(a[0], a[1], &same, e));
	*ret = json_boolean(!same);
	return 0;
}

#define DEFINE_ORDER(name, condition)                                       \
	static int fn_##name(size_t n UNUSED, json_t *const *a,             \
			     json_t **ret, struct err *e)                   \
	{                                                                   \
		int c = 0;                                                  \
									    \
		TRY(order(a[0], a[1], &c, e));                              \
		*ret = json_boolean(condition);                             \
		return 0;                                                   \
	}

DEFINE_ORDER(lt, c < 0)
DEFINE_ORDER(le, c <= 0)
DEFINE_ORDER(gt, c > 0)
DEFINE_ORDER(ge, c >= 0)

static int fn_not(size_t n UNUSED, json_t *const *a, json_t **ret,
		  struct err *e UNUSED)
{
	*ret = json_boolean(!format_truth(a[0]));
	return 0;
}

/* The evaluator carries these out itself; here are their names. */
static int fn_lazy(size_t n UNUSED, json_t *const *a, json_t **ret,
		   struct err *e UNUSED)
{
	*ret = json_incref(a[0]);
	return 0;
}

static const struct format_func funcs[] = {
	{ "and", 1, 31, false, fn_lazy },
	{ "eq", 2, 31, false, fn_eq },
	{ "ge", 2, 2, false, fn_ge },
	{ "gt", 2, 2, false, fn_gt },
	{ "index", 1, 31, true, fn_index },
	{ "join", 2, 2, true, fn_join },
	{ "json", 1, 1, true, fn_json },
	{ "le", 2, 2, false, fn_le },
	{ "len", 1, 1, true, fn_len },
	{ "lower", 1, 1, true, fn_lower },
	{ "lt", 2, 2, false, fn_lt },
	{ "ne", 2, 2, false, fn_ne },
	{ "not", 1, 1, false, fn_not },
	{ "or", 1, 31, false, fn_lazy },
	{ "pad", 3, 3, true, fn_pad },
	{ "print", 0, 31, false, fn_print },
	{ "printf", 1, 31, false, fn_printf },
	{ "println", 0, 31, false, fn_println },
	{ "slice", 1, 3, true, fn_slice },
	{ "split", 2, 2, true, fn_split },
	{ "title", 1, 1, true, fn_title },
	{ "truncate", 2, 2, true, fn_truncate },
	{ "upper", 1, 1, true, fn_upper },
};

const struct format_func *format_func_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(funcs); i++)
		if (streq(funcs[i].name, name))
			return &funcs[i];
	return NULL;
}

const char *const *format_func_names(void)
{
	static const char *names[ARRAY_LEN(funcs) + 1];

	for (size_t i = 0; i < ARRAY_LEN(funcs); i++)
		names[i] = funcs[i].name;
	return names;
}
