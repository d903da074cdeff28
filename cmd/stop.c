/* stop.c - rl stop: end containers, the gentle way first. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"

struct stop_opts {
	const char *signal, *seconds;
};

#define O(m, n, l, a, h) OPT_ROW(OPT_STR, struct stop_opts, m, n, l, a, h)
static const struct opt stop_opts[] = {
	O(signal, "signal", 's', "SIGNAL",
	  "send this instead of the container's stop signal"),
	O(seconds, "timeout", 't', "SECONDS",
	  "then wait so long before it is killed (-1: for ever)"),
	{ .name = "time", .kind = OPT_STR, .arg = "SECONDS",
	  .help = "as --timeout", .hidden = true,
	  .offset = offsetof(struct stop_opts, seconds) },
	OPT_END
};
#undef O

static int stop_one(const struct store *s, struct container *c, void *arg,
		    struct err *e)
{
	return container_stop(s, c, arg, e);
}

static int stop_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct stop_opts *o = opts;
	struct stop_how how;

	TRY(stop_how_parse(o->signal, o->seconds, &how, e));
	return each_container(argc, argv, stop_one, &how, e);
}

const struct cmd cmd_stop = {
	.name = "stop",
	.aliases = "container stop",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "stop containers: their stop signal, then SIGKILL",
	.example = "rl stop -t 3 web",
	.opts = stop_opts,
	.opts_size = sizeof(struct stop_opts),
	.min_args = 1,
	.max_args = -1,
	.run = stop_run,
};
