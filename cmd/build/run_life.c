/* run_life.c - a RUN's container: planned, started, watched, in a child. */
#include "cmd/build/run_life.h"

#include "core/supervisor.h"
#include "fs/build/config.h"

#include <signal.h>
#include <sys/prctl.h>

/* Docker's: no image is to remember where it was made. */
#define HOSTNAME "buildkitsandbox"

/* ---- the plan ---- */

/* "#!/usr/bin/env python3 -u": the words in front of the script's name. */
static void run_script(struct run_life *l)
{
	auto_free char *line = xstrndup(l->script + 2,
					strcspn(l->script + 2, "\n"));
	auto_strv struct strv words = { 0 };
	char *name = xstrdup(l->argv.v[0]);

	strv_split(&words, line, ' ');
	strv_clear(&l->argv);
	for (size_t i = 0; i < words.n; i++)
		if (*words.v[i])
			strv_add(&l->argv, words.v[i]);
	strv_take(&l->argv, name);
}

static const char *network_of(const struct run_life *l)
{
	const struct df_run *r = &l->s->in->run;
	const char *all = l->s->b->o->network;

	if (r->network == DF_NET_NONE)
		return "none";
	if (r->network == DF_NET_HOST)
		return "host";
	return all && !streq(all, "default") ? all : NULL;
}

static int plan_spec(struct run_life *l, struct err *e)
{
	TRY(run_options_spec(&l->o, &l->config, (int)l->argv.n,
			     strv_list(&l->argv), &l->spec, &l->net, e));
	return run_life_mounts(l, e);
}

static int plan(struct run_life *l, struct err *e)
{
	const struct df_run *r = &l->s->in->run;
	struct build *b = l->s->b;
	struct stage *st = l->s->st;

	if (r->insecure)
		return err_set(e, EOPNOTSUPP, "--security=insecure needs root "
			       "on the host");
	if (df_run_argv(r, &st->shell, &l->argv, &l->script) == 1)
		run_script(l);
	else
		l->script = NULL;
	TRY(net_parse(network_of(l), &l->net, e));
	TRY(image_config_parse(st->doc, &l->config, e));
	strv_clear(&l->config.entrypoint);
	l->spec.idmap = b->map;
	l->spec.note_owners = true;
	l->o.hostname = HOSTNAME;
	strv_extend(&l->o.env, strv_list(&st->scope.env));
	df_args_proxies(&b->args, &l->o.env);
	strv_extend(&l->o.add_host, strv_list(&b->o->add_host));
	return plan_spec(l, e);
}

/* Nobody asked for a network by name, and there is none of its own here. */
static int start_network(struct run_life *l, struct err *e)
{
	if (net_start(&l->net, e) == 0)
		return 0;
	if (!net_may_fall(&l->net, e))
		return -e->code;
	net_stop(&l->net);
	l->net = (struct net)NET_INIT;
	TRY(net_parse("host", &l->net, e));
	spec_release(&l->spec);
	spec_init(&l->spec);
	l->spec.idmap = l->s->b->map;
	l->spec.note_owners = true;
	l->o.hostname = NULL; /* the host's */
	return plan_spec(l, e);
}

/* ---- a life ---- */

static int mount_rootfs(void *arg, int *ret_fd, struct err *e)
{
	struct run_life *l = arg;

	return driver_overlay.mount(&l->s->rootfs, ret_fd, e);
}

static bool network_event(void *arg)
{
	struct run_life *l = arg;
	struct err e;

	return net_event(&l->net, &e) >= 0;
}

static int live(struct run_life *l, struct err *e)
{
	struct supervisor_hooks hooks = {
		.rootfs = mount_rootfs, .rootfs_arg = l,
		.mountpoint = l->s->c.path, .network = net_inside,
		.network_arg = &l->net, .network_event = network_event,
		.event_arg = l, .sig_proxy = true, .detached = true,
	};
	struct supervisor_result res = { .userns_fd = -1 };

	TRY(plan(l, e));
	TRY(start_network(l, e));
	hooks.network_fd = l->net.sock;
	TRY(supervisor_run(&l->spec, &hooks, &res, e));
	return res.exit_code;
}

NORETURN void run_life(struct step *s, int out, int report)
{
	struct run_life l = { .s = s, .net = NET_INIT };
	struct err e = { 0 }, ignored;
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	/* ^C in a terminal is for the build, which ends us */
	setpgid(0, 0);
	if (dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(125);
	spec_init(&l.spec);
	code = live(&l, &e);
	net_stop(&l.net);
	for (size_t i = 0; i < l.n_scratch; i++)
		container_remove(&s->b->store, &l.scratch[i], -1, &ignored);
	if (code < 0 && write(report, &e, sizeof(e)) != sizeof(e))
		_exit(125);
	_exit(code < 0 ? 125 : code);
}
