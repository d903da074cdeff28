/* config.c - instructions that set members of an image's configuration. */
#include "fs/build/config.h"

#include "fs/platform.h"

#include <stdio.h>

#define DEFAULT_PATH \
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

json_t *build_config_new(void)
{
	struct platform p;

	platform_host(&p);
	return json_pack("{s:s, s:s, s:{s:[s]}, s:{s:s, s:[]}, s:[]}",
			 "architecture", p.arch, "os", "linux", "config",
			 "Env", DEFAULT_PATH, "rootfs", "type", "layers",
			 "diff_ids", "history");
}

json_t *build_config_from(const json_t *base)
{
	static const char *const keys[] = {
		"author", "comment", "container", "container_config", "id",
		"parent", "throwaway", "docker_version",
		"moby.buildkit.buildinfo.v1", "moby.buildkit.cache.v0",
	};
	json_t *doc = json_deep_copy(base);
	json_t *config = json_object_get(doc, "config");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_del(doc, keys[i]);
	if (!json_is_object(config))
		json_object_set_new(doc, "config", json_object());
	if (!json_is_array(json_object_get(doc, "history")))
		json_object_set_new(doc, "history", json_array());
	return doc;
}

static json_t *config_of(json_t *doc)
{
	return json_object_get(doc, "config");
}

static json_t *object_in(json_t *o, const char *key)
{
	json_t *a = json_object_get(o, key);

	if (!json_is_object(a)) {
		a = json_object();
		json_object_set_new(o, key, a);
	}
	return a;
}

/* ---- what instructions set ---- */

static void set_env(json_t *config, const struct df_pairs *pairs)
{
	auto_strv struct strv env = { 0 };
	struct err ignored;

	json_strv(config, "Env", &env, &ignored);
	for (size_t i = 0; i < pairs->n; i++)
		env_set(&env, pairs->v[i].key, pairs->v[i].value);
	json_object_set_new(config, "Env", json_from_strv(&env));
}

static void set_labels(json_t *config, const struct df_pairs *pairs)
{
	json_t *labels = object_in(config, "Labels");

	for (size_t i = 0; i < pairs->n; i++)
		json_object_set_new(labels, pairs->v[i].key,
				    json_from_bytes(pairs->v[i].value));
}

/* Shell form gets the shell in front. */
json_t *build_config_command(const struct df_command *c,
			     const struct strv *shell)
{
	auto_strv struct strv words = { 0 };

	if (!c->exec)
		strv_extend(&words, strv_list(shell));
	strv_extend(&words, strv_list(&c->words));
	return json_from_strv(&words);
}

/* ENTRYPOINT drops a CMD of the base, not one of this file. */
static void set_entrypoint(json_t *doc, const struct df_command *c,
			   const struct strv *shell)
{
	json_t *config = config_of(doc);

	json_object_set_new(config, "Entrypoint", build_config_command(c, shell));
	if (!json_object_get(doc, "rl.cmd"))
		json_object_del(config, "Cmd");
}

static void set_words(json_t *config, const char *key, const struct strv *l,
		      const char *suffix)
{
	json_t *o = object_in(config, key);

	for (size_t i = 0; i < l->n; i++) {
		auto_free char *name = xasprintf(
			"%s%s", l->v[i],
			strchr(l->v[i], '/') ? "" : suffix);

		json_object_set_new(o, name, json_object());
	}
}

static void set_int(json_t *o, const char *key, int64_t v)
{
	if (v)
		json_object_set_new(o, key, json_integer(v));
}

static void set_health(json_t *config, const struct df_health *h)
{
	json_t *o = json_object(), *test = json_array();

	json_array_append_new(test, json_string(
		h->none ? "NONE" : h->command.exec ? "CMD" : "CMD-SHELL"));
	for (size_t i = 0; !h->none && i < h->command.words.n; i++)
		json_array_append_new(test, json_from_bytes(
					      h->command.words.v[i]));
	json_object_set_new(o, "Test", test);
	set_int(o, "Interval", h->interval);
	set_int(o, "Timeout", h->timeout);
	set_int(o, "StartPeriod", h->start_period);
	set_int(o, "StartInterval", h->start_interval);
	set_int(o, "Retries", h->retries);
	json_object_set_new(config, "Healthcheck", o);
}

/* "/a/../b/." without the dots, lexically, as Go's path.Clean. */
static char *clean(const char *path)
{
	auto_strv struct strv parts = { 0 }, kept = { 0 };
	struct str s = { 0 };

	strv_split(&parts, path, '/');
	for (size_t i = 0; i < parts.n; i++) {
		if (!*parts.v[i] || streq(parts.v[i], "."))
			continue;
		if (!streq(parts.v[i], ".."))
			strv_add(&kept, parts.v[i]);
		else if (kept.n)
			strv_remove(&kept, kept.n - 1);
	}
	for (size_t i = 0; i < kept.n; i++)
		str_printf(&s, "/%s", kept.v[i]);
	if (!s.len)
		str_puts(&s, "/");
	return str_steal(&s);
}

char *build_config_path(const json_t *doc, const char *path)
{
	const char *cwd = json_string_value(json_object_get(json_object_get(
		doc, "config"), "WorkingDir"));
	auto_free char *whole = xasprintf("%s/%s", *path == '/' || !cwd ?
					  "" : cwd, path);

	return clean(whole);
}

static void set_workdir(json_t *doc, const char *path)
{
	auto_free char *whole = build_config_path(doc, path);

	json_object_set_new(config_of(doc), "WorkingDir",
			    json_from_bytes(whole));
}

static void add_trigger(json_t *config, const char *text)
{
	json_t *list = json_object_get(config, "OnBuild");

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(config, "OnBuild", list);
	}
	json_array_append_new(list, json_from_bytes(text));
}

int build_config_apply(json_t *doc, const struct df_instruction *in,
		       const struct strv *shell, struct err *e UNUSED)
{
	json_t *config = config_of(doc);

	switch (in->kind) {
	case DF_ENV:
		set_env(config, &in->pairs);
		break;
	case DF_LABEL:
		set_labels(config, &in->pairs);
		break;
	case DF_CMD:
		json_object_set_new(config, "Cmd", build_config_command(
			&in->command, shell));
		json_object_set_new(doc, "rl.cmd", json_true());
		break;
	case DF_ENTRYPOINT:
		set_entrypoint(doc, &in->command, shell);
		break;
	case DF_SHELL:
		json_object_set_new(config, "Shell", build_config_command(
			&in->command, shell));
		break;
	case DF_EXPOSE:
		set_words(config, "ExposedPorts", &in->words, "/tcp");
		break;
	case DF_VOLUME:
		set_words(config, "Volumes", &in->words, "");
		break;
	case DF_HEALTHCHECK:
		set_health(config, &in->health);
		break;
	case DF_USER:
		json_object_set_new(config, "User", json_from_bytes(in->word));
		break;
	case DF_STOPSIGNAL:
		json_object_set_new(config, "StopSignal",
				    json_from_bytes(in->word));
		break;
	case DF_WORKDIR:
		set_workdir(doc, in->word);
		break;
	case DF_ONBUILD:
		add_trigger(config, in->word);
		break;
	case DF_MAINTAINER:
		json_object_set_new(doc, "author", json_from_bytes(in->word));
		break;
	default:
		break;
	}
	return 0;
}
