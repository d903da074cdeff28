/* opt.c - parse a command line by its table of options. */
#include "cmd/ui/opt.h"

#include "core/base/nearest.h"

#include <limits.h>

struct parser {
	const struct opt *table;
	char *dest;
	char **argv;
	int argc, at; /* the next argument to read */
	bool *ret_help;
};

static const struct opt *find_name(const struct opt *t, const char *name,
				   size_t n)
{
	for (; t && t->name; t++)
		if (strlen(t->name) == n && memcmp(t->name, name, n) == 0)
			return t;
	return NULL;
}

static const struct opt *find_letter(const struct opt *t, char c)
{
	for (; t && t->name; t++)
		if (t->letter && t->letter == c)
			return t;
	return NULL;
}

static int parse_bool(const char *text, bool *ret)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE",
					   "True" };
	static const char *const no[] = { "0", "f", "F", "false", "FALSE",
					  "False" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (streq(text, yes[i]) || streq(text, no[i])) {
			*ret = streq(text, yes[i]);
			return 0;
		}
	}
	return -EINVAL;
}

static bool is_switch(const struct opt *o)
{
	return o->kind == OPT_BOOL || o->kind == OPT_OFF;
}

static int parse_int(const char *text, int64_t *ret)
{
	uint64_t v;
	bool minus = *text == '-';

	if (!parse_u64(text + minus, (uint64_t)INT64_MAX, &v))
		return -EINVAL;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

/* Store one value; `value` is not NULL. */
static int store(const struct parser *p, const struct opt *o,
		 const char *value, struct err *e)
{
	void *member = p->dest + o->offset;

	switch (o->kind) {
	case OPT_BOOL:
	case OPT_OFF:
		if (parse_bool(value, member) < 0)
			return err_set(e, EINVAL,
				       "--%s takes true or false, not '%.60s'",
				       o->name, value);
		if (o->kind == OPT_OFF)
			*(bool *)member = !*(bool *)member;
		return 0;
	case OPT_STR:
		*(const char **)member = value;
		return 0;
	case OPT_LIST:
		strv_add(member, value);
		return 0;
	case OPT_INT:
		if (parse_int(value, member) < 0)
			return err_set(e, EINVAL,
				       "--%s takes a whole number, not '%.60s'",
				       o->name, value);
		return 0;
	case OPT_CALL:
		if (o->parse(value, member, e) < 0)
			return err_wrap(e, "--%s %.60s", o->name, value);
		return 0;
	}
	return err_set(e, EINVAL, "--%s has no kind", o->name);
}

/* The value of an option that stands in the next argument. */
static int next_value(struct parser *p, const struct opt *o,
		      const char **ret, struct err *e)
{
	if (p->at >= p->argc)
		return err_set(e, EINVAL, "--%s needs a value: --%s %s",
			       o->name, o->name, o->arg ? o->arg : "VALUE");
	*ret = p->argv[p->at++];
	return 0;
}

static int unknown_name(const struct opt *table, const char *name, size_t n,
			struct err *e)
{
	auto_strv struct strv words = { 0 };
	auto_free char *typed = xstrndup(name, n);
	const char *near;

	for (; table && table->name; table++)
		if (!table->hidden)
			strv_add(&words, table->name);
	strv_add(&words, "help");
	near = nearest_word(typed, (const char *const *)strv_list(&words));
	if (near)
		return err_set(e, EINVAL,
			       "unknown option --%.60s; did you mean --%s?",
			       typed, near);
	return err_set(e, EINVAL, "unknown option --%.60s", typed);
}

/* "name" or "name=value", without the dashes. */
static int parse_long(struct parser *p, const char *text, struct err *e)
{
	const char *eq = strchr(text, '=');
	size_t n = eq ? (size_t)(eq - text) : strlen(text);
	const struct opt *o = find_name(p->table, text, n);
	const char *value = eq ? eq + 1 : NULL;

	if (!o && n == 4 && memcmp(text, "help", 4) == 0) {
		*p->ret_help = true;
		return 0;
	}
	if (!o)
		return unknown_name(p->table, text, n, e);
	if (!value && is_switch(o))
		value = "true";
	if (!value)
		TRY(next_value(p, o, &value, e));
	return store(p, o, value, e);
}

/* "it", "p8080:80", "e=X": letters behind one dash. */
static int parse_letters(struct parser *p, const char *text, struct err *e)
{
	for (const char *s = text; *s; s++) {
		const struct opt *o = find_letter(p->table, *s);
		const char *value = s + 1;

		if (!o)
			return err_set(e, EINVAL,
				       "unknown option -%c in -%.60s", *s,
				       text);
		if (is_switch(o) && *value != '=') {
			TRY(store(p, o, "true", e));
			continue;
		}
		if (*value == '=')
			value++;
		else if (!*value)
			TRY(next_value(p, o, &value, e));
		return store(p, o, value, e);
	}
	return 0;
}

int opt_parse(const struct opt *table, void *dest, bool verbatim, int argc,
	      char **argv, int *ret_argc, bool *ret_help, struct err *e)
{
	struct parser p = { .table = table, .dest = dest, .argv = argv,
			    .argc = argc, .at = 1, .ret_help = ret_help };
	int n = 0;

	*ret_help = false;
	while (p.at < argc) {
		char *a = argv[p.at++];

		if (streq(a, "--"))
			break;
		if (a[0] != '-' || !a[1]) {
			argv[n++] = a;
			if (verbatim)
				break;
			continue;
		}
		if (a[1] == '-')
			TRY(parse_long(&p, a + 2, e));
		else
			TRY(parse_letters(&p, a + 1, e));
	}
	while (p.at < argc)
		argv[n++] = argv[p.at++];
	argv[n] = NULL;
	*ret_argc = n;
	return 0;
}

void opt_release(const struct opt *table, void *dest)
{
	for (; table && table->name; table++)
		if (table->kind == OPT_LIST)
			strv_release((void *)((char *)dest + table->offset));
}
