/* create.c - rl create: a container that is there, and not started yet. */
#include "cmd/cmd.h"
#include "cmd/container/assembly.h"

#include "core/self.h"

#include <stdio.h>

static int create(struct assembly *a, int argc, char **argv, struct err *e)
{
	int code;

	TRY(run_options_check(a->o, e));
	code = assembly_plan(a, argc, argv, e);
	if (code != 0)
		return code;
	TRY(assembly_open(a, e));
	TRY(assembly_create(a, e));
	printf("%s\n", a->spec.id);
	return 0;
}

static int create_run(void *opts, int argc, char **argv, struct err *e)
{
	struct assembly a;
	int code;

	TRY(self_protect(e));
	assembly_init(&a, opts);
	code = create(&a, argc, argv, e);
	assembly_release(&a);
	return code;
}

const struct cmd cmd_create = {
	.name = "create",
	.aliases = "container create",
	.args = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.help = "create a container without starting it",
	.example = "rl create --name web -p 8080:80 nginx\n"
		   "rl start web",
	.opts = create_option_table,
	.opts_size = sizeof(struct run_options),
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.fail_code = 125,
	.run = create_run,
};
