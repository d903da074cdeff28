/* start.c - rl start: containers that are there, started (again). */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"
#include "cmd/container/supervise.h"
#include "cmd/ui/report.h"

#include "core/self.h"

#include <stdio.h>

struct start_opts {
	bool attach, interactive;
	const char *keys, *sig_proxy;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct start_opts, m, n, l, a, h)
static const struct opt start_opts[] = {
	O(OPT_BOOL, attach, "attach", 'a', NULL,
	  "show its output and pass signals on, until it ends"),
	O(OPT_STR, keys, "detach-keys", 0, "KEYS",
	  "what leaves it to itself (default ctrl-p,ctrl-q)"),
	O(OPT_BOOL, interactive, "interactive", 'i', NULL,
	  "pass stdin on, too"),
	O(OPT_STR, sig_proxy, "sig-proxy", 0, "true|false",
	  "pass signals on (default true)"),
	OPT_END
};
#undef O

static int stay(const struct start_opts *o, const struct assembly *a, int sock,
		struct err *e)
{
	struct attach_how how = {
		.tty = a->o->tty, .init = a->o->init, .out = true,
		.err = true,
		.in = o->interactive && a->o->interactive,
		.sig_proxy = !streq(o->sig_proxy, "false"),
		.keys = o->keys,
	};

	return attach_stay(sock, &how, e);
}

/* One that runs: only -a and -i ask for more. */
static int join(const struct start_opts *o, const struct container *c,
		const struct container_state *st, struct err *e)
{
	struct attach_how how = {
		.in = o->interactive, .out = true, .err = true,
		.sig_proxy = !streq(o->sig_proxy, "false"),
		.keys = o->keys,
	};
	auto_close int sock = -1;

	if (!o->attach && !o->interactive)
		return 0;
	sock = attach_connect(c, st, &how, e);
	return sock < 0 ? sock : attach_stay(sock, &how, e);
}

static int start_in(struct assembly *a, const struct start_opts *o,
		    const char *name, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;
	auto_container_state struct container_state st = { 0 };
	auto_close int sock = -1;

	TRY(store_open(&a->store, e));
	TRY(container_find(&a->store, name, &c, e));
	TRY(container_state_read(&c, &st, e));
	if (st.status == CONTAINER_PAUSED)
		return err_set(e, EBUSY, "cannot start a paused container, try "
			       "unpause instead (rl unpause %s)", name);
	if (container_status_runs(st.status))
		return join(o, &c, &st, e);
	TRY(supervise_again(a, &c, &sock, e));
	if (o->attach || o->interactive)
		return stay(o, a, sock, e);
	return attach_await(sock, e);
}

static int start_one(const struct start_opts *o, const char *name,
		     struct err *e)
{
	struct assembly a;
	int code;

	assembly_init(&a, NULL);
	code = start_in(&a, o, name, e);
	assembly_release(&a);
	return code;
}

static int start_run(void *opts, int argc, char **argv, struct err *e)
{
	const struct start_opts *o = opts;
	bool attach = o->attach || o->interactive;
	int code = 0;

	if (attach && argc > 1)
		return err_set(e, EINVAL, "you cannot start and attach "
			       "multiple containers at once");
	TRY(self_protect(e));
	for (int i = 0; i < argc; i++) {
		struct err why = { 0 };
		int r = start_one(o, argv[i], &why);

		if (attach)
			return r < 0 ? report_error(&why, 1) : r;
		if (r == 0)
			printf("%s\n", argv[i]);
		else
			code = r < 0 ? report_error(&why, 1) : 1;
	}
	return code;
}

const struct cmd cmd_start = {
	.name = "start",
	.aliases = "container start",
	.args = "[OPTIONS] CONTAINER [CONTAINER...]",
	.help = "start containers that were created or have ended",
	.example = "rl start web\n"
		   "rl start -ai shell",
	.opts = start_opts,
	.opts_size = sizeof(struct start_opts),
	.min_args = 1,
	.max_args = -1,
	.run = start_run,
};
