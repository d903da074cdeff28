/* image_change.c - a Dockerfile's instructions, and what they set. */
#include "fs/image_change.h"

#include "core/mount.h"
#include "core/signal_name.h"
#include "fs/dockerfile/expose.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_PER_S 1000000000LL
#define WORDS_MAX 10000

struct change {
	json_t *config;
	struct strv *env;     /* the image's, as it is by now */
	const char *text;     /* what stands behind the instruction's name */
	bool cmd_set;         /* by an earlier CMD */
};

/* ---- words ---- */

/* "$NAME" or "${NAME}" at s[0] == '$': its value; how much was read. */
static int expand(const struct strv *env, const char *s, struct str *out,
		  struct err *e)
{
	bool braces = s[1] == '{';
	const char *name = s + 1 + braces;
	size_t n = 0;
	auto_free char *key = NULL;
	const char *value;

	while (isalnum((unsigned char)name[n]) || name[n] == '_')
		n++;
	if (n == 0 && !braces) {
		str_putc(out, '$');
		return 1;
	}
	if (braces && (n == 0 || name[n] != '}'))
		return err_set(e, EINVAL, "'%.40s': only $NAME and ${NAME} are "
			       "known here", s);
	key = xstrndup(name, n);
	value = env_get(env, key);
	str_puts(out, value ? value : "");
	return 1 + n + 2 * braces;
}

/*
 * One word: up to a blank (or, with `whole`, to the end), without its quotes
 * and backslashes.  Returns how much was read.
 */
static int word(const struct strv *env, const char *s, bool whole,
		struct str *out, struct err *e)
{
	const char *from = s;
	char quote = '\0';

	for (; *s && (quote || whole || !isblank((unsigned char)*s)); s++) {
		if (quote == '\'' ? *s == quote : *s == '"' || *s == '\'') {
			if (!quote || *s == quote) {
				quote = quote ? '\0' : *s;
				continue;
			}
		}
		if (*s == '\\' && quote != '\'' && s[1] &&
		    (!quote || strchr("\"$\\", s[1]))) {
			str_putc(out, *++s);
		} else if (*s == '$' && quote != '\'') {
			int n = expand(env, s, out, e);

			TRY(n);
			s += n - 1;
		} else {
			str_putc(out, *s);
		}
	}
	if (quote)
		return err_set(e, EINVAL, "a quote is not closed");
	return s - from;
}

static int words(const struct strv *env, const char *s, struct strv *out,
		 struct err *e)
{
	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		auto_str struct str one = { 0 };
		int n = word(env, s, false, &one, e);

		TRY(n);
		strv_take(out, str_steal(&one));
		if (out->n > WORDS_MAX)
			return err_set(e, E2BIG, "too many words");
		s += n;
	}
	return 0;
}

static int whole_text(const struct change *c, struct str *out, struct err *e)
{
	TRY(word(c->env, c->text, true, out, e));
	return out->len ? 0 : err_set(e, EINVAL, "it needs an argument");
}

/* ---- JSON lists ---- */

/* A list of strings, or NULL: it is text. */
static json_t *list_of(const char *text)
{
	auto_json json_t *l = NULL;
	struct err ignored;
	size_t i;
	json_t *v;

	if (*text != '[' ||
	    json_parse(text, strlen(text), "list", &l, &ignored) < 0)
		return NULL;
	json_array_foreach(l, i, v)
		if (!json_is_string(v))
			return NULL;
	return steal_ptr(l);
}

static json_t *command(const char *text)
{
	json_t *l = list_of(text);

	return l ? l : json_pack("[s, s, o]", "/bin/sh", "-c",
				 json_from_bytes(text));
}

static int need_text(const char *text, struct err *e)
{
	return *text ? 0 : err_set(e, EINVAL, "it needs an argument");
}

static json_t *object(json_t *config, const char *key)
{
	json_t *o = json_object_get(config, key);

	if (!json_is_object(o)) {
		o = json_object();
		json_object_set_new(config, key, o);
	}
	return o;
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_from_bytes(text));
}

/* ---- the instructions ---- */

static int change_cmd(struct change *c, struct err *e)
{
	TRY(need_text(c->text, e));
	json_object_set_new(c->config, "Cmd", command(c->text));
	c->cmd_set = true;
	return 0;
}

/* The image's own CMD was for its own ENTRYPOINT. */
static int change_entrypoint(struct change *c, struct err *e UNUSED)
{
	json_t *l = *c->text ? command(c->text) : json_array();

	if (json_array_size(l) == 0) {
		json_decref(l);
		json_object_del(c->config, "Entrypoint");
	} else {
		json_object_set_new(c->config, "Entrypoint", l);
	}
	if (!c->cmd_set)
		json_object_del(c->config, "Cmd");
	return 0;
}

typedef void pair_fn(struct change *c, const char *key, const char *value);

/* KEY=VALUE ..., or of old: KEY and the rest of the line. */
static int pairs(struct change *c, pair_fn *fn, struct err *e)
{
	auto_strv struct strv list = { 0 };
	const char *s = c->text;
	size_t n = strcspn(s, " \t");

	TRY(need_text(s, e));
	if (!memchr(s, '=', n)) {
		auto_free char *key = xstrndup(s, n);
		auto_str struct str value = { 0 };

		s += n;
		s += strspn(s, " \t");
		if (!*s)
			return err_set(e, EINVAL, "it needs KEY=VALUE");
		TRY(word(c->env, s, true, &value, e));
		fn(c, key, str_text(&value));
		return 0;
	}
	TRY(words(c->env, s, &list, e));
	for (size_t i = 0; i < list.n; i++) {
		char *value = strchr(list.v[i], '=');

		if (!value || value == list.v[i])
			return err_set(e, EINVAL, "'%.80s' is not KEY=VALUE",
				       list.v[i]);
		*value++ = '\0';
		fn(c, list.v[i], value);
	}
	return 0;
}

static void add_env(struct change *c, const char *key, const char *value)
{
	env_set(c->env, key, value);
}

static int change_env(struct change *c, struct err *e)
{
	TRY(pairs(c, add_env, e));
	json_object_set_new(c->config, "Env", json_from_strv(c->env));
	return 0;
}

static void add_label(struct change *c, const char *key, const char *value)
{
	set_text(object(c->config, "Labels"), key, value);
}

static int change_label(struct change *c, struct err *e)
{
	return pairs(c, add_label, e);
}

static int change_expose(struct change *c, struct err *e)
{
	auto_strv struct strv list = { 0 };

	TRY(need_text(c->text, e));
	TRY(words(c->env, c->text, &list, e));
	for (size_t i = 0; i < list.n; i++) {
		auto_strv struct strv ports = { 0 };

		TRY(expose_ports(list.v[i], &ports, e));
		for (size_t k = 0; k < ports.n; k++)
			json_object_set_new(object(c->config, "ExposedPorts"),
					    ports.v[k], json_object());
	}
	return 0;
}

static int change_onbuild(struct change *c, struct err *e)
{
	json_t *l = json_object_get(c->config, "OnBuild");

	TRY(need_text(c->text, e));
	if (!json_is_array(l)) {
		l = json_array();
		json_object_set_new(c->config, "OnBuild", l);
	}
	json_array_append_new(l, json_from_bytes(c->text));
	return 0;
}

static int change_stopsignal(struct change *c, struct err *e)
{
	auto_str struct str text = { 0 };

	TRY(whole_text(c, &text, e));
	TRY(signal_parse(str_text(&text), e));
	set_text(c->config, "StopSignal", str_text(&text));
	return 0;
}

static int change_user(struct change *c, struct err *e)
{
	auto_str struct str text = { 0 };

	TRY(whole_text(c, &text, e));
	set_text(c->config, "User", str_text(&text));
	return 0;
}

static int change_volume(struct change *c, struct err *e)
{
	auto_json json_t *l = list_of(c->text);
	auto_strv struct strv list = { 0 };

	TRY(need_text(c->text, e));
	if (l) {
		for (size_t i = 0; i < json_array_size(l); i++)
			strv_add(&list, json_string_value(
						json_array_get(l, i)));
	} else {
		TRY(words(c->env, c->text, &list, e));
	}
	for (size_t i = 0; i < list.n; i++) {
		if (!list.v[i][strspn(list.v[i], " \t")])
			return err_set(e, EINVAL, "a volume has no path");
		json_object_set_new(object(c->config, "Volumes"), list.v[i],
				    json_object());
	}
	return 0;
}

static int change_workdir(struct change *c, struct err *e)
{
	const char *old = json_string_value(
		json_object_get(c->config, "WorkingDir"));
	auto_free char *whole = NULL, *clean = NULL;
	auto_str struct str text = { 0 };

	TRY(whole_text(c, &text, e));
	whole = *str_text(&text) == '/' ?
			xstrdup(str_text(&text)) :
			xasprintf("%s/%s", old ? old : "", str_text(&text));
	clean = mount_clean_path(whole);
	set_text(c->config, "WorkingDir", clean);
	return 0;
}

/* ---- health ---- */

/* Go's "1m30s", "500ms": nanoseconds. */
static int duration(const char *text, int64_t *ret, struct err *e)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {
		{ "ms", 1e6 }, { "us", 1e3 }, { "ns", 1 }, { "s", 1e9 },
		{ "m", 60e9 }, { "h", 3600e9 },
	};
	const char *s = text;
	double sum = 0;

	if (streq(text, "0")) {
		*ret = 0;
		return 0;
	}
	while (isdigit((unsigned char)*s) || *s == '.') {
		char *end;
		double n = strtod(s, &end);
		size_t i = 0;

		while (i < ARRAY_LEN(units) && !skip_prefix(end, units[i].unit))
			i++;
		if (i == ARRAY_LEN(units))
			break;
		sum += n * units[i].ns;
		s = end + strlen(units[i].unit);
	}
	if (*s || s == text || sum > 9e18)
		return err_set(e, EINVAL, "'%.40s' is not a time such as 1m30s",
			       text);
	*ret = sum;
	return 0;
}

static int health_option(json_t *h, const char *text, struct err *e)
{
	static const char *const names[][2] = {
		{ "interval=", "Interval" }, { "timeout=", "Timeout" },
		{ "start-period=", "StartPeriod" },
		{ "start-interval=", "StartInterval" },
	};
	const char *value = skip_prefix(text, "retries=");
	int64_t ns = 0;
	uint64_t n;

	if (value) {
		if (!parse_u64(value, 1000000, &n))
			return err_set(e, EINVAL, "--retries=%.20s is not a "
				       "number", value);
		json_object_set_new(h, "Retries", json_integer(n));
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		value = skip_prefix(text, names[i][0]);
		if (!value)
			continue;
		TRY(duration(value, &ns, e));
		if (ns && ns < 1000000)
			return err_set(e, EINVAL, "--%s: less than 1ms", text);
		json_object_set_new(h, names[i][1], json_integer(ns));
		return 0;
	}
	return err_set(e, EINVAL, "unknown flag: --%.40s", text);
}

static int health_test(json_t *h, const char *s, struct err *e)
{
	const char *rest = strncasecmp(s, "CMD", 3) == 0 ? s + 3 : NULL;
	json_t *l;

	if (strcasecmp(s, "NONE") == 0) {
		json_object_set_new(h, "Test", json_pack("[s]", "NONE"));
		return 0;
	}
	if (!rest || !isblank((unsigned char)*rest))
		return err_set(e, EINVAL, "it is NONE or CMD and a command");
	rest += strspn(rest, " \t");
	TRY(need_text(rest, e));
	l = list_of(rest);
	if (l)
		json_array_insert_new(l, 0, json_string("CMD"));
	else
		l = json_pack("[s, o]", "CMD-SHELL", json_from_bytes(rest));
	json_object_set_new(h, "Test", l);
	return 0;
}

static int change_healthcheck(struct change *c, struct err *e)
{
	auto_json json_t *h = json_object();
	const char *s = c->text;

	while (skip_prefix(s, "--")) {
		size_t n = strcspn(s, " \t");
		auto_free char *flag = xstrndup(s + 2, n - 2);

		TRY(health_option(h, flag, e));
		s += n;
		s += strspn(s, " \t");
	}
	TRY(health_test(h, s, e));
	json_object_set(c->config, "Healthcheck", h);
	return 0;
}

/* ---- which one ---- */

static const struct {
	const char *name;
	int (*apply)(struct change *c, struct err *e);
} instructions[] = {
	{ "CMD", change_cmd }, { "ENTRYPOINT", change_entrypoint },
	{ "ENV", change_env }, { "EXPOSE", change_expose },
	{ "HEALTHCHECK", change_healthcheck }, { "LABEL", change_label },
	{ "ONBUILD", change_onbuild }, { "STOPSIGNAL", change_stopsignal },
	{ "USER", change_user }, { "VOLUME", change_volume },
	{ "WORKDIR", change_workdir },
};

static int change_one(struct change *c, const char *text, struct err *e)
{
	auto_free char *copy = NULL, *name = NULL;
	size_t n, len;

	if (strlen(text) > IMAGE_CHANGE_MAX)
		return err_set(e, E2BIG, "--change: more than %d bytes",
			       IMAGE_CHANGE_MAX);
	text += strspn(text, " \t\n");
	len = strlen(text);
	while (len && strchr(" \t\n", text[len - 1]))
		len--;
	copy = xstrndup(text, len);
	n = strcspn(copy, " \t=");
	name = xstrndup(copy, n);
	/* podman's CMD=/bin/sh */
	c->text = copy + n + (copy[n] == '=');
	c->text += strspn(c->text, " \t");
	for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
		if (strcasecmp(name, instructions[i].name) != 0)
			continue;
		return instructions[i].apply(c, e) < 0 ?
			       err_wrap(e, "--change \"%.80s\"", copy) : 0;
	}
	return err_set(e, EINVAL, "%.40s is not a valid change command", name);
}

int image_change(json_t *config, const struct strv *changes, struct err *e)
{
	auto_strv struct strv env = { 0 };
	struct change c = { .config = config, .env = &env };
	struct err ignored;

	json_strv(config, "Env", &env, &ignored);
	for (size_t i = 0; i < changes->n; i++)
		TRY(change_one(&c, changes->v[i], e));
	return 0;
}
