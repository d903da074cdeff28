#ifndef RL_TABLES_H
#define RL_TABLES_H
/*
 * tables.h - the commands of rl as JSON: what man pages and completions are
 * made from.
 *
 * One array of {name, aliases, args, help, example, options: [{name, letter,
 * arg, help}]}; hidden commands and options are left out.  Each program knows
 * its own; rl asks its helper for the rest.
 */
#include "core/base/json.h"

/* This program's commands as a new array. */
json_t *tables_own(void);
/* The global options as a new array. */
json_t *tables_global(void);
/* Print tables_own() on stdout (the hidden word "__tables"); the exit code. */
int tables_print(void);
/*
 * The commands of rl: its own, with those carried out by rl-transfer
 * replaced by what that says of them.
 */
int tables_all(json_t **ret, struct err *e);

#endif
