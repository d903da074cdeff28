#ifndef RL_DISPATCH_H
#define RL_DISPATCH_H
/*
 * dispatch.h - from argv to a row of cmd_table.
 *
 * A command answers to its name and its aliases; each may be of several
 * words ("image ls").  The longest match wins.  Global options stand before
 * the command.  A row whose `help` is NULL works but is not shown.  The word
 * "__tables" prints cmd_table as JSON: how rl learns its helper's options.
 */
#include "cmd/cmd.h"

/* The version of this build, kept in one object so that there is but one. */
extern const char dispatch_version[];
/* The options before the command. */
extern const struct opt dispatch_global_opts[];

/* The command that the first words of argv name; *ret_words says how many. */
const struct cmd *dispatch_find(int argc, char **argv, int *ret_words);
/* Does some command's name begin with the word `group` and a space? */
bool dispatch_is_group(const char *group);
/* The name and every alias of a command. */
void dispatch_names(const struct cmd *c, struct strv *ret);
/* Fail with "unknown command" and the nearest one that exists. */
int dispatch_unknown(int argc, char **argv, struct err *e);

#endif
