/* unpause.c - rl unpause: containers go on. */
#include "cmd/cmd.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"

static int unpause_one(const struct store *s, struct container *c, void *arg UNUSED,
		  struct err *e)
{
	return container_unpause(s, c, e);
}

static int unpause_run(void *opts UNUSED, int argc, char **argv, struct err *e)
{
	return each_container(argc, argv, unpause_one, NULL, e);
}

const struct cmd cmd_unpause = {
	.name = "unpause",
	.aliases = "container unpause",
	.args = "CONTAINER [CONTAINER...]",
	.help = "let paused containers go on",
	.example = "rl unpause web",
	.min_args = 1,
	.max_args = -1,
	.run = unpause_run,
};
