/* restart.c - rl restart: end containers and start them again. */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"
#include "cmd/container/supervise.h"

#include "core/self.h"

static int start_it(struct container *c, struct err *e)
{
	auto_close int sock = -1;
	struct assembly a;
	int code;

	assembly_init(&a, NULL);
	code = store_open(&a.store, e);
	if (code >= 0)
		code = supervise_again(&a, c, &sock, e);
	if (code >= 0)
		code = attach_await(sock, e);
	assembly_release(&a);
	return code;
}

static int restart_one(const struct store *s, struct container *c, void *arg,
		       struct err *e)
{
	auto_container_state struct container_state st = { 0 };

	TRY(container_state_read(c, &st, e));
	if (container_status_runs(st.status) ||
	    st.status == CONTAINER_RESTARTING)
		return container_restart(s, c, arg, e);
	return start_it(c, e);
}

static int restart_run(void *opts, int argc, char **argv, struct err *e)
{
	struct stop_how how;

	TRY(self_protect(e));
	TRY(stop_how_parse(opts, &how, e));
	return each_container(argc, argv, restart_one, &how, e);
}

const struct cmd cmd_restart = {
	.name = "restart",
	.aliases = "container restart",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "stop containers, if they run, and start them",
	.example = "rl restart web",
	.opts = stop_option_table,
	.opts_size = sizeof(struct stop_opts),
	.min_args = 1,
	.max_args = -1,
	.run = restart_run,
};
