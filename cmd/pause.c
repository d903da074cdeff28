/* pause.c - rl pause: containers stop where they are. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"

static int pause_one(const struct store *s, struct container *c, void *arg UNUSED,
		  struct err *e)
{
	return container_pause(s, c, e);
}

static int pause_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	return each_container(argc, argv, pause_one, NULL, e);
}

const struct cmd cmd_pause = {
	.name = "pause",
	.aliases = "container pause",
	.args = "CONTAINER [CONTAINER...]",
	.help = "stop all processes of containers where they are",
	.example = "rl pause web",
	.min_args = 1,
	.max_args = -1,
	.run = pause_run,
};
