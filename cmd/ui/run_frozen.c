/* run_frozen.c - options kept in a container's record. */
#include "cmd/ui/run_frozen.h"

static void set_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_from_bytes(text));
}

/* What the plan made of an option stands for the option. */
static void freeze_options(const struct run_options *o, const struct spec *s,
			   const struct image_config *config, json_t *out)
{
	auto_strv struct strv exposed = { 0 };
	auto_free char *sig = xasprintf("%d", s->stop_signal);

	strv_extend(&exposed, strv_list(&o->expose));
	if (config)
		strv_extend(&exposed, strv_list(&config->exposed_ports));
	json_object_set_new(out, "expose", json_from_strv(&exposed));
	json_object_set_new(out, "env", json_from_strv(&s->env));
	json_object_set_new(out, "label", json_from_strv(&s->labels));
	json_object_del(out, "env-file");
	json_object_del(out, "label-file");
	json_object_del(out, "cidfile");
	set_text(out, "entrypoint", "");
	set_text(out, "workdir", s->cwd);
	set_text(out, "user", s->user.text);
	set_text(out, "stop-signal", sig);
}

/* A profile's text takes the place of the file's name. */
static void freeze_profile(const struct run_options *o, const struct spec *s,
			   json_t *out)
{
	json_t *list = json_array();

	if (!s->seccomp_json) {
		json_decref(list);
		return;
	}
	for (size_t i = 0; i < o->security.n; i++)
		if (!skip_prefix(o->security.v[i], "seccomp"))
			json_array_append_new(list, json_from_bytes(
						      o->security.v[i]));
	json_array_append_new(list, json_sprintf("seccomp=%s",
						 s->seccomp_json));
	json_object_set_new(out, "security-opt", list);
}

void run_freeze(const struct run_options *o, const char *image,
		const struct spec *spec, const struct image_config *config,
		json_t *record)
{
	json_t *options = opt_save(run_option_table, o);
	auto_free char *cwd = getcwd(NULL, 0);
	auto_strv struct strv words = { 0 };

	freeze_options(o, spec, config, options);
	freeze_profile(o, spec, options);
	strv_add(&words, image);
	strv_extend(&words, strv_list(&spec->argv));
	json_object_set_new(record, "Options", options);
	json_object_set_new(record, "Words", json_from_strv(&words));
	set_text(record, "Cwd", cwd);
}

int run_thaw(const json_t *record, struct run_options *o, struct strv *words,
	     struct err *e)
{
	const json_t *options;

	TRY(json_obj(record, "Options", &options, e));
	TRY(json_strv(record, "Words", words, e));
	if (!options || !words->n)
		return err_set(e, EINVAL, "its record has no options");
	return opt_load(run_option_table, options, o, e);
}

int run_go_back(const json_t *record, struct err *e)
{
	const char *cwd = NULL;

	TRY(json_str(record, "Cwd", &cwd, e));
	/* gone since: then only relative paths are, and they say so */
	if (cwd && chdir(cwd) < 0 && chdir("/") < 0)
		return err_sys(e, "leave the current folder");
	return 0;
}
