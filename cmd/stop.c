/* stop.c - rl stop: end containers, the gentle way first. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"

static int stop_one(const struct store *s, struct container *c, void *arg,
		    struct err *e)
{
	return container_stop(s, c, arg, e);
}

static int stop_run(void *opts, int argc, char **argv, struct err *e)
{
	struct stop_how how;

	TRY(stop_how_parse(opts, &how, e));
	return each_container(argc, argv, stop_one, &how, e);
}

const struct cmd cmd_stop = {
	.name = "stop",
	.aliases = "container stop",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "stop containers: their stop signal, then SIGKILL",
	.example = "rl stop -t 3 web",
	.opts = stop_option_table,
	.opts_size = sizeof(struct stop_opts),
	.min_args = 1,
	.max_args = -1,
	.run = stop_run,
};
