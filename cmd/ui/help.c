/* help.c - help texts from the tables of commands and options. */
#include "cmd/ui/help.h"

#include <stdio.h>

#include "cmd/ui/dispatch.h"
#include "cmd/ui/report.h"

#define HELP_WIDTH 80
#define HELP_LABEL_MAX 28 /* a longer label gets a line of its own */

char *help_option_label(const struct opt *o)
{
	auto_free char *value = o->arg ? xasprintf(" %s", o->arg)
				       : xstrdup("");

	if (o->letter)
		return xasprintf("  -%c, --%s%s", o->letter, o->name, value);
	return xasprintf("      --%s%s", o->name, value);
}

void help_wrap(const char *text, size_t column, struct str *out)
{
	size_t at = column;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > column && at + 1 + n > HELP_WIDTH) {
			str_printf(out, "\n%*s", (int)column, "");
			at = column;
		}
		if (at > column) {
			str_putc(out, ' ');
			at++;
		}
		str_add(out, text, n);
		at += n;
		text += n + strspn(text + n, " ");
	}
	str_putc(out, '\n');
}

/* One line of two columns. */
static void add_row(const char *label, const char *text, size_t column,
		    struct str *out)
{
	if (strlen(label) + 2 > column)
		str_printf(out, "%s\n%*s", label, (int)column, "");
	else
		str_printf(out, "%-*s", (int)column, label);
	help_wrap(text, column, out);
}

void help_options(const struct opt *table, struct str *out)
{
	size_t width = 0;

	for (const struct opt *o = table; o && o->name; o++) {
		auto_free char *label = help_option_label(o);
		size_t n = strlen(label);

		if (!o->hidden && n <= HELP_LABEL_MAX && n > width)
			width = n;
	}
	for (const struct opt *o = table; o && o->name; o++) {
		auto_free char *label = help_option_label(o);

		if (!o->hidden)
			add_row(label, o->help, width + 2, out);
	}
}

static bool has_options(const struct opt *table)
{
	for (; table && table->name; table++)
		if (!table->hidden)
			return true;
	return false;
}

static void add_aliases(const struct cmd *c, struct str *out)
{
	auto_strv struct strv names = { 0 };

	if (!c->aliases)
		return;
	dispatch_names(c, &names);
	str_puts(out, "\nAliases:\n  ");
	for (size_t i = 0; i < names.n; i++)
		str_printf(out, "%srl %s", i ? ", " : "", names.v[i]);
	str_putc(out, '\n');
}

static void add_example(const char *text, struct str *out)
{
	auto_strv struct strv lines = { 0 };

	strv_split(&lines, text, '\n');
	str_puts(out, "\nExamples:\n");
	for (size_t i = 0; i < lines.n; i++)
		if (lines.v[i][0])
			str_printf(out, "  %s\n", lines.v[i]);
}

void help_command(const struct cmd *c)
{
	auto_str struct str out = { 0 };

	str_printf(&out, "Usage:  %s %s%s%s\n\n",
		   c->program ? c->program : "rl", c->name,
		   c->args ? " " : "", c->args ? c->args : "");
	if (c->help)
		help_wrap(c->help, 0, &out);
	add_aliases(c, &out);
	if (has_options(c->opts)) {
		str_puts(&out, "\nOptions:\n");
		help_options(c->opts, &out);
	}
	if (c->example)
		add_example(c->example, &out);
	report_text(str_text(&out));
}

/* The commands whose name begins with `prefix`, without it. */
static void add_commands(const char *prefix, struct str *out)
{
	for (size_t i = 0; cmd_table[i]; i++) {
		auto_strv struct strv names = { 0 };
		const struct cmd *c = cmd_table[i];

		dispatch_names(c, &names);
		for (size_t j = 0; j < names.n && c->help; j++) {
			const char *rest = skip_prefix(names.v[j], prefix);
			auto_free char *label = NULL;

			if (!rest)
				continue;
			label = xasprintf("  %s", rest);
			add_row(label, c->help, 18, out);
			break;
		}
	}
}

void help_group(const char *group)
{
	auto_free char *prefix = xasprintf("%s ", group);
	auto_str struct str out = { 0 };

	str_printf(&out, "Usage:  rl %s COMMAND\n\nCommands:\n", group);
	add_commands(prefix, &out);
	str_printf(&out, "\nRun 'rl %s COMMAND --help' for more information\n",
		   group);
	report_text(str_text(&out));
}

void help_overview(void)
{
	auto_str struct str out = { 0 };

	str_puts(&out, "Usage:  rl [OPTIONS] COMMAND\n\n"
		       "Run Docker images without root and without a daemon\n\n"
		       "Commands:\n");
	add_commands("", &out);
	str_puts(&out, "\nGlobal options:\n");
	help_options(dispatch_global_opts, &out);
	str_puts(&out, "\nRun 'rl COMMAND --help' for more information\n");
	report_text(str_text(&out));
}
