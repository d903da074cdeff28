/* man.c - `rl __man`: manual pages from the tables of commands. */
#include "cmd/cmd.h"

#include "cmd/ui/dispatch.h"
#include "cmd/ui/report.h"
#include "cmd/ui/tables.h"
#include "core/base/file.h"

/* Text for roff: a backslash, a dash and a leading dot mean themselves. */
static void add_text(struct str *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		str_puts(out, "\\&");
	for (; *s; s++) {
		if (*s == '\\')
			str_puts(out, "\\e");
		else if (*s == '-')
			str_puts(out, "\\-");
		else
			str_putc(out, *s);
	}
}

static const char *text_of(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

/* The day of the build is not in a page: it is the same for every build. */
static void add_heading(struct str *out, const char *name)
{
	str_printf(out, ".TH \"%s\" 1 \"\" \"rl %s\" \"rl\"\n", name,
		   dispatch_version);
}

static void add_options(struct str *out, const char *title,
			const json_t *options)
{
	json_t *o;
	size_t i;

	if (title && json_array_size(options) > 0)
		str_printf(out, ".SH %s\n", title);
	json_array_foreach(options, i, o) {
		const char *letter = text_of(o, "letter");
		const char *arg = text_of(o, "arg");

		str_puts(out, ".TP\n");
		if (*letter)
			str_printf(out, "\\fB\\-%s\\fR, ", letter);
		str_puts(out, "\\fB");
		add_text(out, "--");
		add_text(out, text_of(o, "name"));
		str_puts(out, "\\fR");
		if (*arg) {
			str_puts(out, " \\fI");
			add_text(out, arg);
			str_puts(out, "\\fR");
		}
		str_putc(out, '\n');
		add_text(out, text_of(o, "help"));
		str_putc(out, '\n');
	}
}

static void add_example(struct str *out, const char *text)
{
	auto_strv struct strv lines = { 0 };

	if (!*text)
		return;
	str_puts(out, ".SH EXAMPLES\n.nf\n");
	strv_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.n; i++) {
		add_text(out, lines.v[i]);
		str_putc(out, '\n');
	}
	str_puts(out, ".fi\n");
}

static void add_aliases(struct str *out, const json_t *aliases)
{
	json_t *a;
	size_t i;

	if (json_array_size(aliases) > 0)
		str_puts(out, ".PP\nAlso: ");
	json_array_foreach(aliases, i, a)
		str_printf(out, "%s\\fBrl %s\\fR", i ? ", " : "",
			   json_string_value(a));
	if (json_array_size(aliases) > 0)
		str_putc(out, '\n');
}

/* "image prune" has the page rl-image-prune(1).  Caller frees. */
static char *page_name(const char *command)
{
	char *ret = xasprintf("rl-%s", command);

	for (char *s = ret; *s; s++)
		if (*s == ' ')
			*s = '-';
	return ret;
}

/* The commands of one that has its own, with their options. */
static void add_subs(const json_t *subs, const char *name, struct str *out)
{
	json_t *sub;
	size_t i;

	json_array_foreach(subs, i, sub) {
		str_printf(out, ".SH %s %s\n\\fBrl %s %s\\fR ", name,
			   text_of(sub, "name"), name, text_of(sub, "name"));
		add_text(out, text_of(sub, "args"));
		str_puts(out, "\n.PP\n");
		add_text(out, text_of(sub, "help"));
		str_putc(out, '\n');
		add_options(out, NULL, json_object_get(sub, "options"));
	}
}

static void command_page(const json_t *cmd, struct str *out)
{
	const char *name = text_of(cmd, "name");
	auto_free char *page = page_name(name);

	add_heading(out, page);
	str_puts(out, ".SH NAME\n");
	add_text(out, page);
	str_puts(out, " \\- ");
	add_text(out, text_of(cmd, "help"));
	str_printf(out, "\n.SH SYNOPSIS\n\\fBrl %s\\fR ", name);
	add_text(out, text_of(cmd, "args"));
	str_putc(out, '\n');
	add_aliases(out, json_object_get(cmd, "aliases"));
	add_options(out, "OPTIONS", json_object_get(cmd, "options"));
	add_subs(json_object_get(cmd, "commands"), name, out);
	add_example(out, text_of(cmd, "example"));
	str_puts(out, ".SH SEE ALSO\n.BR rl (1)\n");
}

static void main_page(const json_t *all, struct str *out)
{
	auto_json json_t *globals = tables_global();
	json_t *cmd;
	size_t i;

	add_heading(out, "rl");
	str_puts(out, ".SH NAME\nrl \\- run Docker images without root and "
		      "without a daemon\n"
		      ".SH SYNOPSIS\n\\fBrl\\fR [OPTIONS] COMMAND\n"
		      ".SH COMMANDS\n");
	json_array_foreach(all, i, cmd) {
		auto_free char *page = page_name(text_of(cmd, "name"));

		str_puts(out, ".TP\n.BR ");
		add_text(out, page);
		str_puts(out, " (1)\n");
		add_text(out, text_of(cmd, "help"));
		str_putc(out, '\n');
	}
	add_options(out, "GLOBAL OPTIONS", globals);
	str_puts(out,
		 ".SH EXIT STATUS\n"
		 ".TP\n0\nSuccess.\n"
		 ".TP\n1\nThe command failed; the message says why.\n"
		 ".TP\n125\nA wrong option or command, or rl run could not "
		 "start the container.\n"
		 ".TP\n126, 127\nThe container's program cannot be executed, "
		 "or is not there.\n"
		 ".TP\n128+n\nThe container's program was ended by signal "
		 "n.\n"
		 ".SH FILES\n"
		 ".TP\n$RL_ROOT, $XDG_DATA_HOME/rl, ~/.local/share/rl\n"
		 "Images, containers and volumes.\n"
		 ".TP\n$RL_RUNROOT, $XDG_RUNTIME_DIR/rl\n"
		 "What ends with the boot.\n");
}

static int write_page(int dirfd, const char *name, const struct str *text,
		      struct err *e)
{
	auto_free char *file = xasprintf("%s.1", name);

	return file_replace(dirfd, file, str_text(text), text->len, 0644, e);
}

static int write_pages(int dirfd, const json_t *all, struct err *e)
{
	auto_str struct str text = { 0 };
	json_t *cmd;
	size_t i;

	main_page(all, &text);
	TRY(write_page(dirfd, "rl", &text, e));
	json_array_foreach(all, i, cmd) {
		auto_free char *name = page_name(text_of(cmd, "name"));

		str_release(&text);
		command_page(cmd, &text);
		TRY(write_page(dirfd, name, &text, e));
	}
	return 0;
}

static int man_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	auto_json json_t *all = NULL;
	auto_str struct str text = { 0 };
	auto_close int fd = -1;

	TRY(tables_all(&all, e));
	if (argc == 0) {
		main_page(all, &text);
		report_text(str_text(&text));
		return 0;
	}
	fd = dir_make(AT_FDCWD, argv[0], 0755, e);
	if (fd < 0)
		return fd;
	return write_pages(fd, all, e);
}

const struct cmd cmd_man = {
	.name = "__man",
	.args = "[DIR]",
	.max_args = 1,
	.run = man_run,
};
