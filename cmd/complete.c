/* complete.c - `rl __complete SHELL`: completions from the command tables. */
#include "cmd/cmd.h"

#include "cmd/ui/report.h"
#include "cmd/ui/tables.h"

#define LIST_IMAGES "rl images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null"
#define LIST_CONTAINERS "rl ps -a --format '{{.Names}}' 2>/dev/null"

static const char *text_of(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

/* Inside '...' of a shell; `also` are characters to put a '\' before. */
static void add_quoted(struct str *out, const char *s, const char *also)
{
	for (; *s; s++) {
		if (*s == '\'') {
			str_puts(out, "'\\''");
			continue;
		}
		if (strchr(also, *s))
			str_putc(out, '\\');
		str_putc(out, *s);
	}
}

/* Call fn for every command under its name and under each alias. */
static void each_name(const json_t *all,
		      void (*fn)(const char *name, const json_t *cmd,
				 struct str *out),
		      struct str *out)
{
	json_t *cmd, *alias;
	size_t i, k;

	json_array_foreach(all, i, cmd) {
		fn(text_of(cmd, "name"), cmd, out);
		json_array_foreach(json_object_get(cmd, "aliases"), k, alias)
			fn(json_string_value(alias), cmd, out);
	}
}

/* Every distinct first word of a command's name. */
static void first_words(const json_t *all, struct strv *words)
{
	json_t *cmd, *alias;
	size_t i, k;

	json_array_foreach(all, i, cmd) {
		auto_strv struct strv names = { 0 };

		strv_add(&names, text_of(cmd, "name"));
		json_array_foreach(json_object_get(cmd, "aliases"), k, alias)
			strv_add(&names, json_string_value(alias));
		for (size_t n = 0; n < names.n; n++) {
			names.v[n][strcspn(names.v[n], " ")] = '\0';
			if (!strv_has(words, names.v[n]))
				strv_add(words, names.v[n]);
		}
	}
}

/* Every second word of commands in a group. */
static void second_words(const json_t *all, const char *group,
			 struct strv *words)
{
	auto_free char *prefix = xasprintf("%s ", group);
	json_t *cmd, *alias;
	size_t i, k;

	json_array_foreach(all, i, cmd) {
		const char *rest = skip_prefix(text_of(cmd, "name"), prefix);

		if (rest)
			strv_add(words, rest);
		json_array_foreach(json_object_get(cmd, "aliases"), k, alias) {
			rest = skip_prefix(json_string_value(alias), prefix);
			if (rest)
				strv_add(words, rest);
		}
	}
}

static bool takes_image(const json_t *cmd)
{
	return strstr(text_of(cmd, "args"), "IMAGE") != NULL;
}

static bool takes_container(const json_t *cmd)
{
	return strstr(text_of(cmd, "args"), "CONTAINER") ||
	       streq(text_of(cmd, "name"), "inspect");
}

/* What a command's operands are, as the shells' scripts call it. */
static const char *operands(const json_t *cmd)
{
	return takes_container(cmd) ? "containers" :
	       takes_image(cmd)	    ? "images" :
				      "files";
}

static void add_words(struct str *out, const struct strv *words)
{
	for (size_t i = 0; i < words->n; i++)
		str_printf(out, "%s%s", i ? " " : "", words->v[i]);
}

/* "pattern) words='...' ;;" for each group of commands. */
static void add_groups(const json_t *all, const struct strv *first,
		       struct str *out)
{
	for (size_t i = 0; i < first->n; i++) {
		auto_strv struct strv second = { 0 };

		second_words(all, first->v[i], &second);
		if (!second.n)
			continue;
		str_printf(out, "\t\t%s) words='", first->v[i]);
		add_words(out, &second);
		str_puts(out, "' ;;\n");
	}
}

/* ---- bash ---- */

/* One of a command that has its own; its options may be anywhere. */
static void bash_sub(const char *above, const json_t *cmd, struct str *out)
{
	const char *name = text_of(cmd, "name");
	json_t *o;
	size_t i;

	str_printf(out, "\t'%s '*'%s'|'%s '*'%s '*) what=files; words='--help",
		   above, name, above, name);
	json_array_foreach(json_object_get(cmd, "options"), i, o)
		str_printf(out, " --%s", text_of(o, "name"));
	str_puts(out, "' ;;\n");
}

static void bash_command(const char *name, const json_t *cmd, struct str *out)
{
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(cmd, "commands"), i, o)
		bash_sub(name, o, out);
	str_printf(out, "\t'%s'|'%s '*) what=%s; words='--help", name, name,
		   operands(cmd));
	json_array_foreach(json_object_get(cmd, "options"), i, o)
		str_printf(out, " --%s", text_of(o, "name"));
	json_array_foreach(json_object_get(cmd, "commands"), i, o)
		str_printf(out, " %s", text_of(o, "name"));
	str_puts(out, "' ;;\n");
}

static void bash(const json_t *all, struct str *out)
{
	auto_strv struct strv first = { 0 };

	first_words(all, &first);
	str_puts(out,
		 "# bash completion for rl\n"
		 "_rl()\n{\n"
		 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words='' what=files\n"
		 "\tlocal line=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
		 "\tCOMPREPLY=()\n"
		 "\tcase $line in\n");
	each_name(all, bash_command, out);
	str_puts(out, "\t'') words='--help --version --root --runroot "
		      "--config ");
	add_words(out, &first);
	str_puts(out, "' ;;\n\t*)\n\t\tcase $line in\n");
	add_groups(all, &first, out);
	str_puts(out,
		 "\t\tesac ;;\n\tesac\n"
		 "\tif [[ $what = images && $cur != -* ]]; then\n"
		 "\t\twords=$(" LIST_IMAGES ")\n"
		 "\telif [[ $what = containers && $cur != -* ]]; then\n"
		 "\t\twords=$(" LIST_CONTAINERS ")\n\tfi\n"
		 "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
		 "\"$cur\")\n"
		 "\tif declare -F __ltrim_colon_completions >/dev/null; then\n"
		 "\t\t__ltrim_colon_completions \"$cur\"\n\tfi\n"
		 "}\n"
		 "complete -o default -F _rl rl\n");
}

/* ---- zsh ---- */

static void zsh_command(const char *name, const json_t *cmd, struct str *out)
{
	json_t *o;
	size_t i;

	str_printf(out, "\t'%s'|'%s '*)\n\t\twhat=%s\n\t\toptions=(", name,
		   name, operands(cmd));
	json_array_foreach(json_object_get(cmd, "options"), i, o) {
		str_printf(out, "\n\t\t\t'--%s:", text_of(o, "name"));
		add_quoted(out, text_of(o, "help"), ":\\");
		str_putc(out, '\'');
	}
	str_puts(out, ") ;;\n");
}

static void zsh(const json_t *all, struct str *out)
{
	auto_strv struct strv first = { 0 };

	first_words(all, &first);
	str_puts(out, "#compdef rl\n"
		      "_rl()\n{\n"
		      "\tlocal line=\"${(j: :)words[2,CURRENT-1]}\" what=files\n"
		      "\tlocal -a options list\n"
		      "\tcase $line in\n");
	each_name(all, zsh_command, out);
	str_puts(out, "\t'') compadd -- ");
	add_words(out, &first);
	str_puts(out, "; return ;;\n\t*)\n\t\tlocal words=''\n"
		      "\t\tcase $line in\n");
	add_groups(all, &first, out);
	str_puts(out,
		 "\t\tesac\n\t\tcompadd -- ${=words}; return ;;\n\tesac\n"
		 "\tif [[ $PREFIX = -* ]]; then\n"
		 "\t\t_describe option options\n"
		 "\telif [[ $what = images ]]; then\n"
		 "\t\tlist=(${(f)\"$(" LIST_IMAGES ")\"})\n"
		 "\t\tcompadd -a list\n"
		 "\telif [[ $what = containers ]]; then\n"
		 "\t\tlist=(${(f)\"$(" LIST_CONTAINERS ")\"})\n"
		 "\t\tcompadd -a list\n"
		 "\telse\n\t\t_files\n\tfi\n"
		 "}\n"
		 "_rl \"$@\"\n");
}

/* ---- fish ---- */

/* The test that the words typed so far are this command's. */
static void fish_condition(const char *name, struct str *out)
{
	const char *space = strchr(name, ' ');
	int n = space ? (int)(space - name) : (int)strlen(name);

	str_printf(out, "'__fish_seen_subcommand_from %.*s", n, name);
	if (space)
		str_printf(out, "; and __fish_seen_subcommand_from %s",
			   space + 1);
	str_putc(out, '\'');
}

static void fish_command(const char *name, const json_t *cmd, struct str *out)
{
	const char *space = strchr(name, ' ');
	json_t *o;
	size_t i;

	if (space)
		str_printf(out, "complete -c rl -f -n "
			   "'__fish_seen_subcommand_from %.*s' -a '%s' -d '",
			   (int)(space - name), name, space + 1);
	else
		str_printf(out, "complete -c rl -f -n __fish_use_subcommand "
			   "-a '%s' -d '", name);
	add_quoted(out, text_of(cmd, "help"), "\\");
	str_puts(out, "'\n");
	json_array_foreach(json_object_get(cmd, "options"), i, o) {
		str_puts(out, "complete -c rl -n ");
		fish_condition(name, out);
		if (*text_of(o, "letter"))
			str_printf(out, " -s '%s'", text_of(o, "letter"));
		str_printf(out, " -l '%s'%s -d '", text_of(o, "name"),
			   *text_of(o, "arg") ? " -r" : "");
		add_quoted(out, text_of(o, "help"), "\\");
		str_puts(out, "'\n");
	}
	if (!takes_image(cmd) && !takes_container(cmd))
		return;
	str_puts(out, "complete -c rl -n ");
	fish_condition(name, out);
	str_printf(out, " -a \"(%s)\"\n", takes_container(cmd) ?
		   LIST_CONTAINERS : LIST_IMAGES);
}

static void fish(const json_t *all, struct str *out)
{
	str_puts(out, "# fish completion for rl\n");
	each_name(all, fish_command, out);
}

static int complete_run(void *opts UNUSED, int argc UNUSED, char **argv,
			struct err *e)
{
	static const struct {
		const char *shell;
		void (*write)(const json_t *all, struct str *out);
	} writers[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	auto_json json_t *all = NULL;
	auto_str struct str out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		if (!streq(argv[0], writers[i].shell))
			continue;
		TRY(tables_all(&all, e));
		writers[i].write(all, &out);
		report_text(str_text(&out));
		return 0;
	}
	return err_set(e, EINVAL, "no completions for the shell '%.40s': "
		       "there are bash, zsh, fish", argv[0]);
}

const struct cmd cmd_complete = {
	.name = "__complete",
	.args = "SHELL",
	.min_args = 1,
	.max_args = 1,
	.run = complete_run,
};
