#ifndef RL_CMD_H
#define RL_CMD_H
/*
 * cmd.h - what a subcommand looks like: one file each, exporting one
 * `const struct cmd`, listed once in the program's table.
 *
 * There are two programs: `rl` (everything that must start fast) and its
 * helper `rl-transfer` (what needs libcurl, libarchive, OpenSSL: pull, load,
 * save, login).  `rl` runs the helper for those, by the same names.
 */
#include "cmd/ui/opt.h"
#include "core/base/err.h"

struct cmd {
	const char *name;    /* "run", "image inspect" */
	const char *aliases; /* "image ls,image list", or NULL */
	const char *args;    /* "[OPTIONS] IMAGE [COMMAND] [ARG...]" */
	const char *help;    /* one line */
	const char *program; /* whose it is; NULL: rl's */
	const struct cmd *const *subs; /* a table of its own, NULL-ended */
	const char *example; /* shown by --help */
	const struct opt *opts; /* NULL: none */
	size_t opts_size;    /* of the struct that the table fills */
	int    min_args, max_args; /* operands; max -1: any number */
	bool   verbatim;     /* options end at the first operand */
	bool   transfer;     /* carried out by rl-transfer */
	int    fail_code;    /* exit code of a failure; 0 means 1 */
	/* `opts` is the filled struct; returns an exit code or -errno. */
	int (*run)(void *opts, int argc, char **argv, struct err *e);
};

/* The program's commands, NULL-ended. */
extern const struct cmd *const cmd_table[];

/* Dispatch argv to a command of cmd_table; prints errors; the exit code. */
int cmd_main(int argc, char **argv);
/* Replace this process by rl-transfer with this argv (argv[0] is set). */
int cmd_exec_transfer(char **argv, struct err *e);
/* Run rl-transfer as a child: its exit code. */
int cmd_run_transfer(char *const *argv, struct err *e);

#endif
