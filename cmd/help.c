/* help.c - `rl help`: the overview, or the help of one command. */
#include "cmd/ui/help.h"

#include "cmd/ui/dispatch.h"
#include "cmd/ui/report.h"

static int transfer_help(const struct cmd *c, struct err *e)
{
	char *argv[] = { (char *)"rl-transfer", (char *)c->name,
			 (char *)"--help", NULL };

	return cmd_exec_transfer(argv, e);
}

static int help_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	const struct cmd *c;
	int words;

	if (argc == 0) {
		help_overview();
		return 0;
	}
	c = dispatch_find(argc, argv, &words);
	if (c && c->transfer)
		return transfer_help(c, e);
	if (c) {
		help_command(c);
		return 0;
	}
	if (argc == 1 && dispatch_is_group(argv[0])) {
		help_group(argv[0]);
		return 0;
	}
	dispatch_unknown(argc, argv, e);
	return report_usage(NULL, e);
}

const struct cmd cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.help = "show the commands, or the help of one",
	.max_args = 3,
	.run = help_run,
};
