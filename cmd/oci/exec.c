/* exec.c - rl-oci exec: one more program in a container. */
#include "cmd/oci/oci.h"

#include "core/base/file.h"
#include "core/oci/filter.h"
#include "core/self.h"
#include "core/supervisor.h"
#include "core/terminal.h"

#include <signal.h>
#include <stdio.h>

struct exec_opts {
	struct oci_globals g; /* must be first */
	const char *console, *cwd, *user, *process, *pid_file, *label,
		*apparmor, *cgroup;
	struct strv env, caps, groups;
	int64_t preserve;
	bool tty, detach, no_new_privs, ignore_paused;
};

#define O(k, m, n, l, a, h) OPT_ROW(k, struct exec_opts, m, n, l, a, h)
static const struct opt exec_table[] = {
	O(OPT_STR, console, "console-socket", 0, "PATH",
	  "socket that the terminal's master is sent to"),
	O(OPT_STR, cwd, "cwd", 0, "DIR", "working folder"),
	O(OPT_LIST, env, "env", 'e', "KEY=VALUE", "add to the environment"),
	O(OPT_BOOL, tty, "tty", 't', NULL, "give it a terminal"),
	O(OPT_STR, user, "user", 'u', "UID[:GID]", "run as this user"),
	O(OPT_LIST, groups, "additional-gids", 'g', "GID",
	  "and with these groups"),
	O(OPT_STR, process, "process", 'p', "FILE",
	  "take the process from this file (JSON)"),
	O(OPT_BOOL, detach, "detach", 'd', NULL,
	  "come back once it has started"),
	O(OPT_STR, pid_file, "pid-file", 0, "FILE", "write its pid here"),
	O(OPT_STR, label, "process-label", 0, "LABEL", "SELinux label"),
	O(OPT_STR, apparmor, "apparmor", 0, "PROFILE", "AppArmor profile"),
	O(OPT_BOOL, no_new_privs, "no-new-privs", 0, NULL,
	  "it gains no rights by execve"),
	O(OPT_LIST, caps, "cap", 'c', "CAP", "add a capability"),
	O(OPT_INT, preserve, "preserve-fds", 0, "N",
	  "pass on so many fds, from 3"),
	O(OPT_STR, cgroup, "cgroup", 0, "PATH",
	  "group below the container's to run in"),
	O(OPT_BOOL, ignore_paused, "ignore-paused", 0, NULL,
	  "also in a container that is paused"),
	OPT_END
};
#undef O

/* ---- the process ---- */

static int read_process(const char *path, struct oci_config *c, struct err *e)
{
	auto_json json_t *doc = NULL;
	auto_free char *text = NULL;
	size_t n;

	TRY(file_read(AT_FDCWD, path, JSON_TEXT_MAX, &text, &n, e));
	TRY(oci_json_parse(text, n, path, &doc, e));
	/* what it does not say is not the container's */
	c->spec.terminal = c->spec.no_new_privs = false;
	return oci_process_read(doc, c, e);
}

static void set_text(char **member, const char *value)
{
	if (!value)
		return;
	free(*member);
	*member = xstrdup(value);
}

static int add_caps(const struct exec_opts *o, struct caps *caps,
		    struct err *e)
{
	for (size_t i = 0; i < o->caps.n; i++) {
		int n = caps_number(o->caps.v[i]);

		if (n < 0)
			return err_set(e, EINVAL, "--cap: unknown capability "
				       "'%s'", o->caps.v[i]);
		caps->bounding |= UINT64_C(1) << n;
		caps->permitted |= UINT64_C(1) << n;
		caps->effective |= UINT64_C(1) << n;
	}
	return 0;
}

/* A uid alone keeps the group that the container runs with. */
static void set_user(const char *user, struct spec *s)
{
	const char *gid = s->user.text ? strchr(s->user.text, ':') : NULL;
	char *text;

	if (!user)
		return;
	text = strchr(user, ':') ? xstrdup(user) :
				   xasprintf("%s%s", user, gid ? gid : ":0");
	free(s->user.text);
	s->user.text = text;
}

static int options_into(const struct exec_opts *o, int argc, char **argv,
			struct oci_config *c, struct err *e)
{
	struct spec *s = &c->spec;

	if (o->process && argc > 1)
		return err_set(e, EINVAL, "--process and a command are one "
			       "too many");
	if (o->process)
		return read_process(o->process, c, e);
	if (argc < 2)
		return err_set(e, EINVAL, "there is no command to be run");
	strv_clear(&s->argv);
	strv_extend(&s->argv, argv + 1);
	s->terminal = o->tty;
	s->no_new_privs |= o->no_new_privs;
	set_text(&s->cwd, o->cwd);
	set_text(&s->attributes.apparmor, o->apparmor);
	set_text(&s->attributes.selinux, o->label);
	set_user(o->user, s);
	strv_extend(&s->user.groups, strv_list(&o->groups));
	strv_extend(&s->env, strv_list(&o->env));
	return add_caps(o, s->caps, e);
}

/* ---- into the container ---- */

struct exec {
	struct exec_opts *o;
	struct oci_state state;
	struct oci_config config;
	int pidfd;
	struct cgroup cgroup;
};

/* The user namespace that we are in already cannot be entered. */
static void choose_namespaces(struct exec *x)
{
	auto_free char *path = xasprintf("/proc/%d/ns/user",
					 (int)x->state.pid);
	struct stat ours, theirs;

	for (int t = 0; t < NS_TYPES; t++)
		if (x->config.spec.ns[t].mode == NS_PATH)
			x->config.spec.ns[t].mode = NS_PRIVATE;
	if (stat("/proc/self/ns/user", &ours) == 0 &&
	    stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino)
		x->config.spec.ns[NS_USER].mode = NS_HOST;
}

static int open_cgroup(struct exec *x, struct err *e)
{
	const char *sub = x->o->cgroup;

	if (!x->state.cgroup)
		return 0;
	x->cgroup.path = sub ? xasprintf("%s/%s", x->state.cgroup, sub) :
			       xstrdup(x->state.cgroup);
	if (strstr(x->cgroup.path, "/.."))
		return err_set(e, EINVAL, "--cgroup '%s': '..' leads out",
			       sub);
	TRY(cgroup_come_near(x->cgroup.path, e));
	x->cgroup.fd = sub ? cgroup_open(x->cgroup.path, e) :
			     cgroup_of_program(x->cgroup.path, x->state.pid, e);
	return x->cgroup.fd < 0 ? x->cgroup.fd : 0;
}

static int check_status(const struct exec *x, struct err *e)
{
	enum oci_status status = oci_state_status(&x->state);

	if (status == OCI_STOPPED)
		return err_set(e, ESRCH, "cannot exec in a stopped container: "
			       "container not running");
	if (status == OCI_CREATED)
		return err_set(e, EBUSY, "cannot exec in a container that was "
			       "not started");
	if (status == OCI_PAUSED && !x->o->ignore_paused)
		return err_set(e, EBUSY, "cannot exec in a paused container "
			       "(use --ignore-paused to override)");
	return 0;
}

static int plan(struct exec *x, int argc, char **argv, struct err *e)
{
	struct spec *s = &x->config.spec;
	struct oci_host host;

	TRY(oci_find(&x->o->g, argv[0], &x->state, e));
	TRY(check_status(x, e));
	TRY(oci_state_config(&x->state, &x->config, e));
	TRY(options_into(x->o, argc, argv, &x->config, e));
	oci_host_read(x->state.bundle, &host);
	TRY(oci_plan(&x->config, &host, e));
	if (s->terminal && x->o->detach && !x->o->console)
		return err_set(e, EINVAL, "cannot allocate tty if rl-oci will "
			       "detach without setting --console-socket");
	if (s->seccomp_json)
		TRY(oci_filter(x->state.root, s->seccomp_json, s->caps,
			       &s->filter, e));
	choose_namespaces(x);
	s->preserve_fds = (unsigned int)x->o->preserve;
	s->outlives = x->o->detach;
	TRY(x->pidfd = oci_state_pidfd(&x->state, e));
	s->join = x->pidfd;
	if (s->terminal && !s->size.ws_row && !x->o->detach)
		terminal_size(&s->size);
	return open_cgroup(x, e);
}

static int on_terminal(void *arg, int master, struct err *e)
{
	struct exec *x = arg;
	auto_close int fd = master;

	return oci_send_console(x->o->console, fd, e);
}

static int on_listener(void *arg, int listener, pid_t pid UNUSED,
		       struct err *e)
{
	struct exec *x = arg;
	auto_close int fd = listener;

	return oci_send_listener(&x->state, &x->config, fd, e);
}

static void on_started(void *arg, pid_t pid)
{
	struct exec *x = arg;
	struct err e = { 0 };

	if (oci_write_pid(x->o->pid_file, pid, &e) < 0)
		dprintf(2, "rl-oci: --pid-file: %s\n", e.text);
}

static int go(struct exec *x, struct err *e)
{
	struct supervisor_hooks hooks = {
		.cgroup = x->cgroup.path ? &x->cgroup : NULL,
		.network_fd = -1, .listener = on_listener, .oci_arg = x,
		.started = on_started, .started_arg = x,
		.let_go = x->o->detach, .sig_proxy = !x->o->detach,
		.debug = x->o->g.debug,
	};
	struct supervisor_result res;
	int r;

	if (x->o->console && *x->o->console)
		hooks.terminal = on_terminal;
	r = supervisor_run(&x->config.spec, &hooks, &res, e);
	if (res.userns_fd >= 0)
		close(res.userns_fd);
	return r < 0 ? r : x->o->detach ? 0 : res.exit_code;
}

static int exec_run(void *opts, int argc, char **argv, struct err *e)
{
	struct exec x = { .o = opts, .state = OCI_STATE_INIT, .pidfd = -1,
			  .cgroup = CGROUP_INIT };
	int r = oci_close_fds(&x.o->preserve, e);

	if (r == 0)
		r = self_protect(e);
	if (r == 0)
		r = plan(&x, argc, argv, e);
	if (r == 0)
		r = go(&x, e);
	if (x.pidfd >= 0)
		close(x.pidfd);
	cgroup_release(&x.cgroup);
	oci_config_release(&x.config);
	oci_state_release(&x.state);
	return r;
}

const struct cmd oci_cmd_exec = {
	.name = "exec",
	.program = "rl-oci",
	.args = "[OPTIONS] ID [COMMAND] [ARG...]",
	.help = "run one more program in a container",
	.example = "rl-oci exec -t web sh",
	.opts = exec_table,
	.opts_size = sizeof(struct exec_opts),
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.fail_code = 255,
	.run = exec_run,
};
