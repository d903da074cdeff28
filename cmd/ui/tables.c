/* tables.c - the commands and their options as JSON. */
#include "cmd/ui/tables.h"

#include <stdio.h>

#include "cmd/ui/dispatch.h"
#include "cmd/ui/report.h"
#include "core/base/proc.h"

/* Set a member to a string, or leave it out. */
static void set_text(json_t *obj, const char *key, const char *value)
{
	if (value)
		json_object_set_new(obj, key, json_string(value));
}

static json_t *option_json(const struct opt *o)
{
	const char letter[2] = { o->letter, '\0' };
	json_t *ret = json_object();

	set_text(ret, "name", o->name);
	set_text(ret, "letter", o->letter ? letter : NULL);
	set_text(ret, "arg", o->kind <= OPT_OFF ? NULL
			     : o->arg		 ? o->arg
						 : "VALUE");
	set_text(ret, "help", o->help);
	return ret;
}

static json_t *options_json(const struct opt *table)
{
	json_t *ret = json_array();

	for (; table && table->name; table++)
		if (!table->hidden)
			json_array_append_new(ret, option_json(table));
	return ret;
}

static json_t *command_json(const struct cmd *c);

/* Those of a command that has its own. */
static json_t *subs_json(const struct cmd *const *subs)
{
	json_t *ret = json_array();

	for (; *subs; subs++)
		json_array_append_new(ret, command_json(*subs));
	return ret;
}

static json_t *command_json(const struct cmd *c)
{
	auto_strv struct strv aliases = { 0 };
	json_t *ret = json_object();

	if (c->aliases)
		strv_split(&aliases, c->aliases, ',');
	set_text(ret, "name", c->name);
	json_object_set_new(ret, "aliases", json_from_strv(&aliases));
	set_text(ret, "args", c->args);
	set_text(ret, "help", c->help);
	set_text(ret, "example", c->example);
	json_object_set_new(ret, "options", options_json(c->opts));
	if (c->transfer)
		json_object_set_new(ret, "transfer", json_true());
	if (c->subs)
		json_object_set_new(ret, "commands", subs_json(c->subs));
	return ret;
}

json_t *tables_own(void)
{
	json_t *ret = json_array();

	for (size_t i = 0; cmd_table[i]; i++)
		if (cmd_table[i]->help)
			json_array_append_new(ret, command_json(cmd_table[i]));
	return ret;
}

json_t *tables_global(void)
{
	return options_json(dispatch_global_opts);
}

int tables_print(void)
{
	auto_json json_t *all = tables_own();
	auto_free char *text = json_text(all);

	printf("%s\n", text);
	return 0;
}

/* What rl-transfer says of its commands. */
static int ask_helper(json_t **ret, struct err *e)
{
	auto_free char *path = proc_helper_path("rl-transfer");
	char *argv[] = { path, (char *)"__tables", NULL };
	auto_free char *text = NULL;
	int r;

	if (!path)
		return err_set(e, ENOENT, "rl-transfer is not installed");
	r = proc_capture(argv, "", JSON_TEXT_MAX, &text, NULL, e);
	if (r > 0)
		return err_set(e, EIO, "%s __tables: exit code %d", path, r);
	TRY(r);
	return json_parse(text, strlen(text), "the helper's commands", ret, e);
}

/* The entry of `list` with this name, or NULL. */
static json_t *find_command(json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (streq(json_string_value(json_object_get(item, "name")),
			  name))
			return item;
	return NULL;
}

int tables_all(json_t **ret, struct err *e)
{
	auto_json json_t *all = tables_own();
	auto_json json_t *theirs = NULL;
	json_t *item;
	size_t i;

	TRY(ask_helper(&theirs, e));
	json_array_foreach(all, i, item) {
		const char *name;
		json_t *more;

		if (!json_object_get(item, "transfer"))
			continue;
		name = json_string_value(json_object_get(item, "name"));
		more = find_command(theirs, name);
		if (!more)
			continue;
		json_object_set(more, "aliases", json_object_get(item,
								 "aliases"));
		json_array_set(all, i, more);
	}
	*ret = steal_ptr(all);
	return 0;
}
