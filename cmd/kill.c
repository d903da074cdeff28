/* kill.c - rl kill: a signal to containers. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"
#include "core/signal_name.h"

#include <signal.h>

struct kill_opts {
	const char *signal;
};

static const struct opt kill_opts[] = {
	OPT_ROW(OPT_STR, struct kill_opts, signal, "signal", 's', "SIGNAL",
		"the signal (default KILL)"),
	OPT_END
};

static int kill_one(const struct store *s, struct container *c, void *arg,
		    struct err *e)
{
	const int *sig = arg;

	return container_kill(s, c, *sig, e);
}

static int kill_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct kill_opts *o = opts;
	int sig = SIGKILL;

	if (o->signal)
		TRY(sig = signal_parse(o->signal, e));
	return each_container(argc, argv, kill_one, &sig, e);
}

const struct cmd cmd_kill = {
	.name = "kill",
	.aliases = "container kill",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "send containers a signal, SIGKILL unless told otherwise",
	.example = "rl kill -s HUP web",
	.opts = kill_opts,
	.opts_size = sizeof(struct kill_opts),
	.min_args = 1,
	.max_args = -1,
	.run = kill_run,
};
