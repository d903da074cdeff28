/* toml.c - parse TOML into JSON values. */
#include "fs/transfer/toml.h"

#include <ctype.h>

#define DEPTH_MAX 16

struct toml {
	const char *p;
	int line;
	struct err *e;
};

static int fail(struct toml *t, const char *what)
{
	return err_set(t->e, EINVAL, "line %d: %s", t->line, what);
}

/* ---- space ---- */

static void skip_blanks(struct toml *t)
{
	while (*t->p == ' ' || *t->p == '\t' || *t->p == '\r')
		t->p++;
}

/* Spaces, line ends and comments. */
static void skip_lines(struct toml *t)
{
	for (;; t->p++) {
		skip_blanks(t);
		if (*t->p == '#')
			t->p += strcspn(t->p, "\n");
		if (*t->p != '\n')
			return;
		t->line++;
	}
}

static int end_of_line(struct toml *t)
{
	skip_blanks(t);
	if (*t->p == '#')
		t->p += strcspn(t->p, "\n");
	return !*t->p || *t->p == '\n' ? 0 :
	       fail(t, "something follows the value");
}

/* ---- strings and keys ---- */

static void add_rune(struct str *s, unsigned long c)
{
	if (c < 0x80) {
		str_putc(s, (char)c);
	} else if (c < 0x800) {
		str_putc(s, (char)(0xc0 | c >> 6));
		str_putc(s, (char)(0x80 | (c & 0x3f)));
	} else {
		str_putc(s, (char)(0xe0 | (c >> 12 & 0xf)));
		str_putc(s, (char)(0x80 | (c >> 6 & 0x3f)));
		str_putc(s, (char)(0x80 | (c & 0x3f)));
	}
}

static int escape(struct toml *t, struct str *s)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	const char *at = strchr(from, *t->p);
	char hex[5] = "";

	if (*t->p && at) {
		str_putc(s, to[at - from]);
		t->p++;
		return 0;
	}
	if (*t->p != 'u')
		return fail(t, "an unknown escape");
	for (int i = 0; i < 4; i++) {
		hex[i] = t->p[1 + i];
		if (!isxdigit((unsigned char)hex[i]))
			return fail(t, "\\u wants four hex digits");
	}
	add_rune(s, strtoul(hex, NULL, 16));
	t->p += 5;
	return 0;
}

static int quoted(struct toml *t, struct str *s)
{
	char quote = *t->p++;

	while (*t->p != quote) {
		if (!*t->p || *t->p == '\n')
			return fail(t, "a string does not end on its line");
		if (quote == '"' && *t->p == '\\') {
			t->p++;
			TRY(escape(t, s));
		} else {
			str_putc(s, *t->p++);
		}
	}
	t->p++;
	return 0;
}

static int key(struct toml *t, struct str *s)
{
	skip_blanks(t);
	if (*t->p == '"' || *t->p == '\'')
		return quoted(t, s);
	while (isalnum((unsigned char)*t->p) || *t->p == '_' || *t->p == '-')
		str_putc(s, *t->p++);
	return s->len ? 0 : fail(t, "a key is missing");
}

/*
 * The object below `at` with this name; an array gives its last object.
 * NULL when the name is another value's, or no UTF-8, which jansson refuses.
 */
static json_t *descend(json_t *at, const char *name)
{
	json_t *v = json_object_get(at, name);

	if (!v) {
		v = json_object();
		if (json_object_set_new(at, name, v) < 0)
			return NULL;
	}
	if (json_is_array(v))
		v = json_array_get(v, json_array_size(v) - 1);
	return json_is_object(v) ? v : NULL;
}

/* A dotted key: *at becomes the object that holds the last part. */
static int dotted(struct toml *t, json_t **at, struct str *last)
{
	for (int depth = 0;; depth++) {
		TRY(key(t, last));
		skip_blanks(t);
		if (*t->p != '.')
			return 0;
		t->p++;
		*at = depth < DEPTH_MAX ? descend(*at, str_text(last)) : NULL;
		if (!*at)
			return fail(t, "a key is no table");
		str_release(last);
	}
}

/* ---- values ---- */

static int value(struct toml *t, int depth, json_t **ret);

static int array(struct toml *t, int depth, json_t **ret)
{
	auto_json json_t *list = json_array();
	json_t *v;

	for (t->p++;;) {
		skip_lines(t);
		if (*t->p == ']')
			break;
		TRY(value(t, depth + 1, &v));
		json_array_append_new(list, v);
		skip_lines(t);
		if (*t->p == ',')
			t->p++;
		else if (*t->p != ']')
			return fail(t, "an array wants , or ]");
	}
	t->p++;
	*ret = steal_ptr(list);
	return 0;
}

static int assignment(struct toml *t, json_t *table, int depth)
{
	auto_str struct str name = { 0 };
	json_t *v;

	TRY(dotted(t, &table, &name));
	if (*t->p != '=')
		return fail(t, "a key wants = and a value");
	t->p++;
	TRY(value(t, depth, &v));
	if (json_object_get(table, str_text(&name))) {
		json_decref(v);
		return fail(t, "a key is given twice");
	}
	if (json_object_set_new(table, str_text(&name), v) < 0)
		return fail(t, "a key is not UTF-8");
	return 0;
}

static int inline_table(struct toml *t, int depth, json_t **ret)
{
	auto_json json_t *table = json_object();

	for (t->p++;;) {
		skip_blanks(t);
		if (*t->p == '}')
			break;
		TRY(assignment(t, table, depth + 1));
		skip_blanks(t);
		if (*t->p == ',')
			t->p++;
		else if (*t->p != '}')
			return fail(t, "a table wants , or }");
	}
	t->p++;
	*ret = steal_ptr(table);
	return 0;
}

static int text(struct toml *t, json_t **ret)
{
	auto_str struct str s = { 0 };

	TRY(quoted(t, &s));
	*ret = json_string(str_text(&s));
	return *ret ? 0 : fail(t, "a string is not UTF-8");
}

static int word(struct toml *t, json_t **ret)
{
	size_t n = strcspn(t->p, " \t\r\n,]}#");
	auto_free char *w = xstrndup(t->p, n);
	char *end;
	long long v = strtoll(w, &end, 10);

	t->p += n;
	if (streq(w, "true") || streq(w, "false"))
		*ret = json_boolean(*w == 't');
	else if (n && !*end)
		*ret = json_integer(v);
	else
		return fail(t, "a value of a kind that is not read here");
	return 0;
}

static int value(struct toml *t, int depth, json_t **ret)
{
	if (depth > DEPTH_MAX)
		return fail(t, "values are nested too deeply");
	skip_blanks(t);
	switch (*t->p) {
	case '"':
	case '\'':
		return text(t, ret);
	case '[':
		return array(t, depth, ret);
	case '{':
		return inline_table(t, depth, ret);
	default:
		return word(t, ret);
	}
}

/* ---- tables ---- */

/* "[a.b]" or "[[a.b]]": *ret is the object that the next lines fill. */
static int header(struct toml *t, json_t *root, json_t **ret)
{
	auto_str struct str name = { 0 };
	bool list = t->p[1] == '[';
	json_t *v;

	t->p += list ? 2 : 1;
	TRY(dotted(t, &root, &name));
	if (strncmp(t->p, list ? "]]" : "]", list ? 2 : 1) != 0)
		return fail(t, "a table's name wants ]");
	t->p += list ? 2 : 1;
	if (list) {
		v = json_object_get(root, str_text(&name));
		if (!v) {
			v = json_array();
			if (json_object_set_new(root, str_text(&name), v) < 0)
				return fail(t, "a key is not UTF-8");
		}
		if (!json_is_array(v))
			return fail(t, "a table is no list of tables");
		json_array_append_new(v, json_object());
	}
	*ret = descend(root, str_text(&name));
	return *ret ? end_of_line(t) : fail(t, "a key is no table");
}

int toml_parse(const char *source, json_t **ret, struct err *e)
{
	struct toml t = { source, 1, e };
	auto_json json_t *root = json_object();
	json_t *table = root;

	for (skip_lines(&t); *t.p; skip_lines(&t)) {
		if (*t.p == '[') {
			TRY(header(&t, root, &table));
			continue;
		}
		TRY(assignment(&t, table, 0));
		TRY(end_of_line(&t));
	}
	*ret = steal_ptr(root);
	return 0;
}
