#ifndef RL_HELP_H
#define RL_HELP_H
/*
 * help.h - what --help prints, made from the tables of commands and options.
 */
#include "cmd/cmd.h"

/* `rl --help`: every command, one line each. */
void help_overview(void);
/* `rl image --help`: the commands of one group. */
void help_group(const char *group);
/* `rl COMMAND --help`. */
void help_command(const struct cmd *c);
/* Append the lines of an options table, aligned and wrapped at 80 columns. */
void help_options(const struct opt *table, struct str *out);

/* "  -a, --all" or "      --filter FILTER": an option as help shows it. */
char *help_option_label(const struct opt *o);
/* Wrap `text` at 80 columns; every line after the first is indented. */
void help_wrap(const char *text, size_t column, struct str *out);

/* The help text of --format where rows are listed. */
#define HELP_FORMAT_LIST                                                    \
	"print with a template: 'table' (with headers, the default), "      \
	"'table TEMPLATE', 'json' (one object a line) or a Go 'TEMPLATE'"
/* The help text of --format where objects are inspected. */
#define HELP_FORMAT_OBJECT                                                  \
	"print with a template: 'json' or a Go 'TEMPLATE'"

#endif
