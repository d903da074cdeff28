/* attach.c - rl attach: our stdio on a container that runs. */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"

struct attach_opts {
	const char *keys, *sig_proxy;
	bool no_stdin;
};

#define O(k, m, n, a, h) OPT_ROW(k, struct attach_opts, m, n, 0, a, h)
static const struct opt attach_opts[] = {
	O(OPT_STR, keys, "detach-keys", "KEYS",
	  "what leaves it to itself (default ctrl-p,ctrl-q)"),
	O(OPT_BOOL, no_stdin, "no-stdin", NULL, "only look and listen"),
	O(OPT_STR, sig_proxy, "sig-proxy", "true|false",
	  "pass signals on (default true)"),
	OPT_END
};
#undef O

static int attach_run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	const struct attach_opts *o = opts;
	auto_store struct store s = STORE_INIT;
	auto_container struct container c = CONTAINER_INIT;
	auto_container_state struct container_state st = { 0 };
	struct attach_how how = {
		.in = !o->no_stdin, .out = true, .err = true,
		.sig_proxy = !streq(o->sig_proxy, "false"),
		.keys = o->keys,
	};
	auto_close int sock = -1;

	TRY(store_open(&s, e));
	TRY(container_find(&s, argv[0], &c, e));
	TRY(container_state_read(&c, &st, e));
	sock = attach_connect(&c, &st, &how, e);
	return sock < 0 ? sock : attach_stay(sock, &how, e);
}

const struct cmd cmd_attach = {
	.name = "attach",
	.aliases = "container attach",
	.args = "[OPTIONS] CONTAINER",
	.help = "put our stdin, stdout and stderr on a container that runs",
	.example = "rl attach shell",
	.opts = attach_opts,
	.opts_size = sizeof(struct attach_opts),
	.min_args = 1,
	.max_args = 1,
	.run = attach_run,
};
