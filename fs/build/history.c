/* history.c - what an image says of how it was made. */
#include "fs/build/config.h"

#include <stdio.h>

#define COMMENT "buildkit.dockerfile.v0"

void build_config_step(json_t *doc, const char *created, const char *by,
		       const char *diff_id)
{
	json_t *h = json_pack("{s:s, s:o, s:s}", "created", created,
			      "created_by", json_from_bytes(by), "comment",
			      COMMENT);

	if (diff_id)
		json_array_append_new(json_object_get(json_object_get(
			doc, "rootfs"), "diff_ids"), json_string(diff_id));
	else
		json_object_set_new(h, "empty_layer", json_true());
	json_array_append_new(json_object_get(doc, "history"), h);
}

/* ---- docker's words: Go's %q and %v of what it holds ---- */

static void add_words(struct str *s, const struct strv *l, const char *open,
		      const char *close)
{
	str_puts(s, open);
	for (size_t i = 0; i < l->n; i++)
		str_printf(s, "%s%s", i ? " " : "", l->v[i]);
	str_puts(s, close);
}

/* A word in quotes, as Go writes it. */
static void add_quoted(struct str *s, const char *text)
{
	str_putc(s, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_printf(s, "\\%c", *text);
		else if (*text == '\n' || *text == '\t')
			str_puts(s, *text == '\n' ? "\\n" : "\\t");
		else
			str_putc(s, *text);
	}
	str_putc(s, '"');
}

static void add_list(struct str *s, const json_t *list)
{
	size_t i;
	json_t *v;

	str_putc(s, '[');
	json_array_foreach(list, i, v) {
		str_puts(s, i ? " " : "");
		add_quoted(s, json_string_value(v));
	}
	str_putc(s, ']');
}

static void add_command(struct str *s, const struct df_instruction *in,
			const struct strv *shell)
{
	auto_json json_t *list = build_config_command(&in->command, shell);

	str_printf(s, "%s ", df_kind_name(in->kind));
	add_list(s, list);
}

/* Of time.Duration: "1m30s", "500ms". */
static void add_duration(struct str *s, const json_t *health,
			 const char *key)
{
	int64_t ns = json_integer_value(json_object_get(health, key));
	int64_t seconds = ns / 1000000000;
	double rest = (double)(ns % 60000000000) / 1e9;

	if (ns && ns < 1000000000)
		str_printf(s, " \"%gms\"", (double)ns / 1e6);
	else if (seconds >= 3600)
		str_printf(s, " \"%lldh%lldm%gs\"", (long long)seconds / 3600,
			   (long long)seconds / 60 % 60, rest);
	else if (seconds >= 60)
		str_printf(s, " \"%lldm%gs\"", (long long)seconds / 60, rest);
	else
		str_printf(s, " \"%gs\"", rest);
}

static void add_health(struct str *s, const json_t *doc)
{
	const json_t *h = json_object_get(json_object_get(doc, "config"),
					  "Healthcheck");

	str_puts(s, "HEALTHCHECK &{");
	add_list(s, json_object_get(h, "Test"));
	add_duration(s, h, "Interval");
	add_duration(s, h, "Timeout");
	add_duration(s, h, "StartPeriod");
	add_duration(s, h, "StartInterval");
	/* Go takes the number for a character */
	str_printf(s, " '\\x%02llx'}", (long long)json_integer_value(
			   json_object_get(h, "Retries")));
}

static void add_copy(struct str *s, enum df_kind kind, const struct df_copy *c)
{
	str_puts(s, df_kind_name(kind));
	if (c->chown)
		str_printf(s, " --chown=%s", c->chown);
	if (c->chmod)
		str_printf(s, " --chmod=%s", c->chmod);
	for (size_t i = 0; i < c->sources.n; i++)
		str_printf(s, " %s", c->sources.v[i]);
	for (size_t i = 0; i < c->inlined.n; i++)
		str_printf(s, " <<%s", c->inlined.v[i].name);
	str_printf(s, " %s # buildkit", c->dest);
}

static void add_pairs(struct str *s, enum df_kind kind,
		      const struct df_pairs *p)
{
	str_puts(s, df_kind_name(kind));
	for (size_t i = 0; i < p->n; i++)
		str_printf(s, p->v[i].value ? " %s=%s" : " %s", p->v[i].key,
			   p->v[i].value);
}

static void add_ports(struct str *s, const struct strv *l)
{
	str_puts(s, "EXPOSE map[");
	for (size_t i = 0; i < l->n; i++)
		str_printf(s, "%s%s%s:{}", i ? " " : "", l->v[i],
			   strchr(l->v[i], '/') ? "" : "/tcp");
	str_puts(s, "]");
}

char *build_config_run(const struct df_run *r, const struct strv *shell,
		       const struct strv *args)
{
	auto_strv struct strv argv = { 0 };
	const char *script;
	struct str s = { 0 };

	df_run_argv(r, shell, &argv, &script);
	if (args->n)
		str_printf(&s, "|%zu ", args->n);
	for (size_t i = 0; i < args->n; i++)
		str_printf(&s, "%s ", args->v[i]);
	add_words(&s, &argv, "", "");
	return str_steal(&s);
}

char *build_config_words(const json_t *doc, const struct df_instruction *in,
			 const struct strv *shell, const struct strv *args)
{
	auto_free char *run = NULL;
	struct str s = { 0 };

	switch (in->kind) {
	case DF_RUN:
		run = build_config_run(&in->run, shell, args);
		str_printf(&s, "RUN %s # buildkit", run);
		break;
	case DF_COPY:
	case DF_ADD:
		add_copy(&s, in->kind, &in->copy);
		break;
	case DF_ENV:
	case DF_LABEL:
	case DF_ARG:
		add_pairs(&s, in->kind, &in->pairs);
		break;
	case DF_CMD:
	case DF_ENTRYPOINT:
		add_command(&s, in, shell);
		break;
	case DF_SHELL:
		add_words(&s, &in->command.words, "SHELL [", "]");
		break;
	case DF_VOLUME:
		add_words(&s, &in->words, "VOLUME [", "]");
		break;
	case DF_EXPOSE:
		add_ports(&s, &in->words);
		break;
	case DF_HEALTHCHECK:
		add_health(&s, doc);
		break;
	default:
		str_printf(&s, "%s %s", df_kind_name(in->kind), in->word);
	}
	return str_steal(&s);
}
