/* run.c - rl run: a new container, in the foreground or left to itself. */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"
#include "cmd/container/start.h"
#include "cmd/container/supervise.h"
#include "cmd/ui/report.h"

#include "core/self.h"

#include <stdio.h>

extern const struct cmd cmd_run;

/*
 * In the foreground with --rm nothing is kept: the container's stdio is
 * ours, and this process its supervisor.
 */
static bool is_direct(const struct run_options *o)
{
	return o->rm && !o->detach && !o->tty && !o->attach.n;
}

static int run_direct(struct assembly *a, struct err *e)
{
	struct supervisor_result res = { .exit_code = 125, .userns_fd = -1 };
	struct life life = { .a = a };
	int code;

	code = assembly_open(a, e);
	if (code >= 0)
		code = life_run(&life, &res, e);
	life_end(a, res.userns_fd);
	if (res.userns_fd >= 0)
		close(res.userns_fd);
	if (code < 0 && res.exit_code != 125)
		return report_error(e, res.exit_code);
	return code < 0 ? code : res.exit_code;
}

static bool attaches(const struct run_options *o, const char *stream)
{
	for (size_t i = 0; i < o->attach.n; i++)
		if (strcasecmp(o->attach.v[i], stream) == 0)
			return true;
	return false;
}

/* -a names the streams; without it all that docker would. */
static void choose_streams(const struct run_options *o, struct attach_how *how)
{
	how->in = o->interactive;
	how->out = how->err = true;
	if (!o->attach.n)
		return;
	how->in = attaches(o, "stdin") && o->interactive;
	how->out = attaches(o, "stdout");
	how->err = attaches(o, "stderr");
}

static int stay(const struct run_options *o, int sock, struct err *e)
{
	struct attach_how how = {
		.tty = o->tty, .init = o->init, .foreground = true,
		.sig_proxy = !streq(o->sig_proxy, "false"),
		.keys = o->detach_keys,
	};

	choose_streams(o, &how);
	return attach_stay(sock, &how, e);
}

static int leave(const struct assembly *a, int sock, struct err *e)
{
	int code = attach_await(sock, e);

	if (code == 0)
		printf("%s\n", a->spec.id);
	return code;
}

static int run_supervised(struct assembly *a, struct err *e)
{
	auto_close int sock = -1;

	TRY(assembly_open(a, e));
	if (!a->o->rm)
		TRY(assembly_create(a, e));
	TRY(supervise(a, !a->o->detach, &sock, e));
	return a->o->detach ? leave(a, sock, e) : stay(a->o, sock, e);
}

static int go(struct assembly *a, int argc, char **argv, struct err *e)
{
	int code;

	TRY(run_options_check(a->o, e));
	code = assembly_plan(a, argc, argv, e);
	if (code != 0)
		return code;
	if (a->o->dry_run) {
		assembly_print(a);
		return 0;
	}
	return is_direct(a->o) ? run_direct(a, e) : run_supervised(a, e);
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	struct assembly a;
	int code;

	TRY(self_protect(e));
	assembly_init(&a, opts);
	code = go(&a, argc, argv, e);
	assembly_release(&a);
	return code;
}

const struct cmd cmd_run = {
	.name = "run",
	.aliases = "container run",
	.args = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.help = "create a container and run a command in it",
	.example = "rl run --rm -it debian:12 bash",
	.opts = run_option_table,
	.opts_size = sizeof(struct run_options),
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.fail_code = 125,
	.run = run,
};
