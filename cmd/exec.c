/* exec.c - rl exec: a further program in a container that runs. */
#include "cmd/cmd.h"
#include "cmd/container/attach.h"
#include "cmd/container/exec.h"
#include "cmd/ui/report.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/env_file.h"
#include "core/self.h"
#include "core/terminal.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#define ENV_FILE_MAX (1 << 20)

extern const struct cmd cmd_exec;

/*
 * Theory of operation: in the foreground this process is the program's
 * parent, its stdio is ours, and what ends us ends it.  With -d, and with -it
 * (where keys may leave it to itself), the parent is a process of its own,
 * which outlives the command.
 */
struct exec_options {
	bool detach, interactive, tty, privileged, debug;
	const char *detach_keys, *user, *workdir;
	struct strv env, env_file;
};

#define ROW(k, m, n, l, a, h) OPT_ROW(k, struct exec_options, m, n, l, a, h)

static const struct opt options[] = {
	ROW(OPT_BOOL, debug, "debug", 0, NULL,
	    "print every step of the start on stderr"),
	ROW(OPT_BOOL, detach, "detach", 'd', NULL, "run it in the background"),
	ROW(OPT_STR, detach_keys, "detach-keys", 0, "KEYS",
	    "what leaves it to itself (default ctrl-p,ctrl-q)"),
	ROW(OPT_LIST, env, "env", 'e', "NAME[=VALUE]",
	    "set an environment variable, or pass ours on"),
	ROW(OPT_LIST, env_file, "env-file", 0, "FILE",
	    "read environment variables from a file"),
	ROW(OPT_BOOL, interactive, "interactive", 'i', NULL, "pass stdin on"),
	ROW(OPT_BOOL, privileged, "privileged", 0, NULL,
	    "all capabilities of the container's user namespace"),
	ROW(OPT_BOOL, tty, "tty", 't', NULL, "give it a terminal"),
	ROW(OPT_STR, user, "user", 'u', "USER[:GROUP]",
	    "name or number to run as"),
	ROW(OPT_STR, workdir, "workdir", 'w', "PATH", "working directory"),
	OPT_END,
};

struct exec {
	const struct exec_options *o;
	struct assembly *a;
	char id[65];
	int  join;
	int  sock; /* to the command that waits for the start, or -1 */
	struct hub *hub;
	struct supervisor_result result;
};

/* ---- the plan ---- */

static int check_state(struct assembly *a, struct err *e)
{
	const char *name = a->container.name;

	if (a->state.status == CONTAINER_PAUSED)
		return err_set(e, EBUSY, "Container %s is paused, unpause the "
			       "container before exec", name);
	if (a->state.status == CONTAINER_RESTARTING)
		return err_set(e, EBUSY, "Container %s is restarting, wait "
			       "until the container is running", name);
	if (a->state.status != CONTAINER_RUNNING)
		return err_set(e, ESRCH, "container %s is not running", name);
	return 0;
}

static int environment(const struct exec_options *o, struct strv *env,
		       struct err *e)
{
	if (o->tty)
		env_set(env, "TERM", "xterm");
	for (size_t i = 0; i < o->env_file.n; i++) {
		auto_free char *text = NULL;

		TRY(file_read(AT_FDCWD, o->env_file.v[i], ENV_FILE_MAX, &text,
			      NULL, e));
		TRY(env_file_parse(text, o->env_file.v[i], env, e));
	}
	for (size_t i = 0; i < o->env.n; i++)
		TRY(env_add(o->env.v[i], env, e));
	return 0;
}

static void replace(char **text, const char *by)
{
	if (!by)
		return;
	free(*text);
	*text = xstrdup(by);
}

/* All that the user namespace has; the filter stays, as with docker. */
static void give_capabilities(struct spec *s)
{
	strv_clear(&s->cap_drop);
	strv_clear(&s->cap_add);
	strv_add(&s->cap_add, "ALL");
}

static int plan_program(struct exec *x, char **argv, struct err *e)
{
	struct spec *s = &x->a->spec;

	exec_command(x->a, argv);
	TRY(environment(x->o, &s->env, e));
	replace(&s->user.text, x->o->user);
	replace(&s->cwd, x->o->workdir);
	s->terminal = x->o->tty;
	terminal_size(&s->size);
	/* what is at hand: /dev/null inside need not be what it seems */
	s->interactive = true;
	if (x->o->privileged)
		give_capabilities(s);
	return 0;
}

static int plan(struct exec *x, char **argv, struct err *e)
{
	auto_container struct container c = CONTAINER_INIT;

	TRY(store_open(&x->a->store, e));
	TRY(container_find(&x->a->store, argv[0], &c, e));
	TRY(assembly_restore_spec(x->a, &c, e));
	TRY(check_state(x->a, e));
	TRY(plan_program(x, argv + 1, e));
	return exec_join(x->a, &x->join, e);
}

static int check(const struct exec_options *o, struct err *e)
{
	if (o->tty && o->interactive && !o->detach && !isatty(0))
		return err_set(e, EINVAL, "cannot attach stdin to a TTY-enabled "
			       "container because stdin is not a terminal");
	if (o->workdir && *o->workdir != '/')
		return err_set(e, EINVAL, "the working directory '%s' is "
			       "invalid, it needs to be an absolute path",
			       o->workdir);
	return 0;
}

/* ---- the program's parent ---- */

static void on_started(void *arg, pid_t pid UNUSED)
{
	struct exec *x = arg;

	if (x->sock >= 0)
		hub_send(x->sock, HUB_STARTED, NULL, 0, -1, true, NULL);
	exec_event(x->a, x->id, "exec_create", 0);
	exec_event(x->a, x->id, "exec_start", 0);
}

static int be_parent(struct exec *x, struct err *e)
{
	struct cgroup group;
	struct supervisor_hooks hooks = {
		.started = on_started, .started_arg = x, .hub = x->hub,
		.sig_proxy = true, .detached = x->sock >= 0,
		.debug = x->o->debug,
	};
	int code;

	exec_cgroup(x->a, &group);
	hooks.cgroup = group.path ? &group : NULL;
	code = supervisor_run(&x->a->spec, &hooks, &x->result, e);
	cgroup_release(&group);
	if (code >= 0)
		exec_event(x->a, x->id, "exec_die", x->result.exit_code);
	return code;
}

static int redirect(int fd, struct err *e)
{
	auto_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, fd) < 0)
		return err_sys(e, "open /dev/null");
	return 0;
}

static int run_direct(struct exec *x, struct err *e)
{
	int code;

	if (!x->o->interactive)
		TRY(redirect(0, e));
	/* a terminal that nobody types at */
	if (x->o->tty)
		x->a->spec.interactive = x->o->interactive;
	code = be_parent(x, e);
	if (code < 0 && x->result.exit_code != 125)
		return report_error(e, x->result.exit_code);
	return code < 0 ? code : x->result.exit_code;
}

/* ---- one that outlives the command ---- */

/* Nobody's terminal, nobody's folder. */
static int leave(struct exec *x, struct err *e)
{
	setsid();
	proc_title("rl-exec");
	TRY(redirect(0, e));
	TRY(redirect(1, e));
	if (!x->o->debug)
		TRY(redirect(2, e));
	return chdir("/") < 0 ? err_sys(e, "go to /") : 0;
}

static NORETURN void parent_main(struct exec *x, int sock)
{
	struct hub_options o = {
		.listen = -1, .client = sock, .foreground = true,
		.stdin_once = true,
	};
	struct hub_end end;
	struct err e = { 0 };
	int code;

	if (x->o->detach)
		x->sock = sock;
	else
		x->hub = hub_new(&o);
	x->result.exit_code = 125;
	code = leave(x, &e);
	if (code >= 0)
		code = be_parent(x, &e);
	end = (struct hub_end){ .exit_code = x->result.exit_code, .err = e };
	if (x->hub)
		hub_tell(x->hub, code < 0 ? HUB_FAILED : HUB_EXIT, &end);
	else if (code < 0)
		hub_send(sock, HUB_FAILED, &end, sizeof(end), -1, true, NULL);
	_exit(0);
}

static int fork_parent(struct exec *x, int *ret_sock, struct err *e)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "make a socket pair");
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		parent_main(x, pair[1]);
	}
	close(pair[1]);
	*ret_sock = pair[0];
	return pid < 0 ? err_sys(e, "fork the program's parent") : 0;
}

static int run_apart(struct exec *x, struct err *e)
{
	struct launch l = {
		.terminal = true, .in = true, .out = true, .err = true, .sig_proxy = true,
		.foreground = true,
	};
	auto_close int sock = -1;
	struct launch_end end = { .exit_code = 125 };
	int code;

	TRY(detach_keys_parse(x->o->detach_keys, &l.keys, e));
	TRY(fork_parent(x, &sock, e));
	l.sock = sock;
	if (x->o->detach) {
		code = launch_await_start(sock, &end, e);
		end.detached = true;
	} else {
		code = launch_attach(&l, &end, e);
	}
	return attach_outcome(code, &end, e);
}

static int run(void *opts, int argc UNUSED, char **argv, struct err *e)
{
	struct assembly a;
	struct exec x = { .o = opts, .a = &a, .join = -1, .sock = -1 };
	int code;

	TRY(check(x.o, e));
	TRY(self_protect(e));
	assembly_init(&a, NULL);
	random_hex(x.id, 32);
	code = plan(&x, argv, e);
	if (code >= 0)
		code = x.o->detach || (x.o->tty && x.o->interactive) ?
			       run_apart(&x, e) : run_direct(&x, e);
	if (x.join >= 0)
		close(x.join);
	assembly_release(&a);
	return code;
}

const struct cmd cmd_exec = {
	.name = "exec",
	.aliases = "container exec",
	.args = "[OPTIONS] CONTAINER COMMAND [ARG...]",
	.help = "run a further program in a container that runs",
	.example = "rl exec -it web sh",
	.opts = options,
	.opts_size = sizeof(struct exec_options),
	.min_args = 2,
	.max_args = -1,
	.verbatim = true,
	.fail_code = 125,
	.run = run,
};
