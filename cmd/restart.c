/* restart.c - rl restart: end containers and start them again. */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"
#include "cmd/container/each.h"
#include "cmd/container/end.h"
#include "cmd/container/supervise.h"

#include "core/self.h"

struct restart_opts {
	const char *signal, *seconds;
};

#define O(m, n, l, a, h) OPT_ROW(OPT_STR, struct restart_opts, m, n, l, a, h)
static const struct opt restart_opts[] = {
	O(signal, "signal", 's', "SIGNAL",
	  "send this instead of the container's stop signal"),
	O(seconds, "timeout", 't', "SECONDS",
	  "then wait so long before it is killed (-1: for ever)"),
	{ .name = "time", .kind = OPT_STR, .arg = "SECONDS",
	  .help = "as --timeout", .hidden = true,
	  .offset = offsetof(struct restart_opts, seconds) },
	OPT_END
};
#undef O

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
	const struct restart_opts *o = opts;
	struct stop_how how;

	TRY(self_protect(e));
	TRY(stop_how_parse(o->signal, o->seconds, &how, e));
	return each_container(argc, argv, restart_one, &how, e);
}

const struct cmd cmd_restart = {
	.name = "restart",
	.aliases = "container restart",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "stop containers, if they run, and start them",
	.example = "rl restart web",
	.opts = restart_opts,
	.opts_size = sizeof(struct restart_opts),
	.min_args = 1,
	.max_args = -1,
	.run = restart_run,
};
