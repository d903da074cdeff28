/* life.c - a container of the OCI command line is made, started, forgotten. */
#include "cmd/oci/oci.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/oci/filter.h"
#include "core/rootpath.h"
#include "core/self.h"
#include "core/supervisor.h"
#include "core/sync.h"
#include "core/terminal.h"
#include "net/tap.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* How long a killed container may take to end, in ms. */
#define KILL_MS 10000

/* One that is being made. */
struct birth {
	struct oci_create *o;
	char *bundle, *text; /* the folder; its config.json */
	size_t text_len;
	struct oci_config config;
	struct oci_state state;
	struct cgroup cgroup;
	bool foreground;     /* we are its parent, to its end */
};

/* ---- what core is handed ---- */

static int clone_root(void *arg, int *ret_fd, struct err *e)
{
	struct birth *b = arg;

	*ret_fd = mount_clone(AT_FDCWD, b->config.root, true, e);
	if (*ret_fd < 0)
		return err_wrap(e, "root.path");
	return mount_attr(*ret_fd, 0, 0, MS_PRIVATE, true, e);
}

static int loopback_up(void *arg UNUSED, struct err *e)
{
	return tap_loopback_up(e);
}

static int note_pid(struct birth *b, pid_t pid, struct err *e)
{
	b->state.pid = pid;
	return proc_start_time(pid, &b->state.start_time, e);
}

static int run_hooks(const struct birth *b, enum oci_hook_kind kind,
		     const char *name, const char *status, struct err *e)
{
	auto_free char *state = NULL;

	if (!b->config.hooks[kind].n)
		return 0;
	state = hook_state(b->config.spec.hook_state, status, b->state.pid);
	return hook_list_run(&b->config.hooks[kind], name, state, NULL, NULL,
			     e);
}

/* All namespaces and mounts are there; nothing of the container runs. */
static int on_created(void *arg, pid_t pid, struct err *e)
{
	struct birth *b = arg;

	TRY(note_pid(b, pid, e));
	TRY(run_hooks(b, OCI_PRESTART, "prestart", "creating", e));
	TRY(run_hooks(b, OCI_CREATE_RUNTIME, "createRuntime", "creating", e));
	if (!b->foreground)
		return 0;
	TRY(oci_state_write(&b->state, e));
	return oci_write_pid(b->o->pid_file, pid, e);
}

/* From here on it is there, whatever becomes of us. */
static int on_waiting(void *arg, pid_t pid, struct err *e)
{
	struct birth *b = arg;

	TRY(note_pid(b, pid, e));
	TRY(oci_state_write(&b->state, e));
	return oci_write_pid(b->o->pid_file, pid, e);
}

static int on_terminal(void *arg, int master, struct err *e)
{
	struct birth *b = arg;
	auto_close int fd = master;

	return oci_send_console(b->o->console, fd, e);
}

static int on_listener(void *arg, int listener, pid_t pid, struct err *e)
{
	struct birth *b = arg;
	auto_close int fd = listener;

	b->state.pid = pid;
	return oci_send_listener(&b->state, &b->config, fd, e);
}

static void on_started(void *arg, pid_t pid UNUSED)
{
	struct birth *b = arg;
	struct err e = { 0 };

	/* the spec: a warning */
	if (run_hooks(b, OCI_POSTSTART, "poststart", "running", &e) < 0)
		dprintf(2, "rl-oci: %s\n", e.text);
}

/* ---- the plan ---- */

static int read_bundle(struct birth *b, struct err *e)
{
	const char *path = b->o->bundle ? b->o->bundle : ".";
	auto_close int dir = -1;
	struct oci_host host;

	b->bundle = realpath(path, NULL);
	if (!b->bundle)
		return err_sys(e, "the bundle %s", path);
	TRY(dir = dir_open(AT_FDCWD, b->bundle, e));
	TRY(file_read(dir, "config.json", JSON_TEXT_MAX, &b->text,
		      &b->text_len, e));
	TRY(oci_config_parse(b->text, b->text_len, &b->config, e));
	oci_host_read(b->bundle, &host);
	return oci_plan(&b->config, &host, e);
}

static int check_terminal(const struct birth *b, struct err *e)
{
	bool detached = !b->foreground, console = b->o->console && *b->o->console;

	if (b->config.spec.terminal && detached && !console)
		return err_set(e, EINVAL, "cannot allocate tty if rl-oci will "
			       "detach without setting --console-socket");
	if (!b->config.spec.terminal && console)
		return err_set(e, EINVAL, "--console-socket is given, but "
			       "process.terminal is not");
	return 0;
}

/* The root as it is: what is mounted is not looked up by name again. */
static int find_root(struct birth *b, struct err *e)
{
	char *real = realpath(b->config.root, NULL);

	if (!real)
		return err_sys(e, "root.path %s", b->config.root);
	free(b->config.root);
	b->config.root = real;
	b->state.rootfs = xstrdup(real);
	return 0;
}

/* A user namespace for each mount that has mappings of its own. */
static int open_idmaps(struct birth *b, struct err *e);

static int plan(struct birth *b, const char *id, struct err *e)
{
	struct spec *s = &b->config.spec;
	struct oci_state *st = &b->state;

	TRY(read_bundle(b, e));
	TRY(check_terminal(b, e));
	TRY(find_root(b, e));
	snprintf(s->id, sizeof(s->id), "%s", id);
	st->bundle = xstrdup(b->bundle);
	strv_extend(&st->annotations, strv_list(&s->annotations));
	st->poststart = b->config.hooks[OCI_POSTSTART].n > 0;
	st->poststop = b->config.hooks[OCI_POSTSTOP].n > 0;
	s->hook_state = oci_state_known(st);
	s->preserve_fds = (unsigned int)b->o->preserve;
	s->keep_keyring = b->o->no_keyring;
	s->outlives = !b->foreground;
	s->runtime_hooks = b->foreground || b->config.hooks[OCI_PRESTART].n ||
			   b->config.hooks[OCI_CREATE_RUNTIME].n;
	s->create_hooks = b->config.hooks[OCI_CREATE_CONTAINER];
	s->start_hooks = b->config.hooks[OCI_START_CONTAINER];
	b->config.hooks[OCI_CREATE_CONTAINER] = (struct hook_list){ 0 };
	b->config.hooks[OCI_START_CONTAINER] = (struct hook_list){ 0 };
	if (s->ns[NS_USER].mode == NS_PRIVATE && !b->config.mappings)
		TRY(idmap_choose(&(struct idmap_request){ .mode = USERNS_AUTO },
				 &s->idmap, e));
	if (s->terminal && !s->size.ws_row && b->foreground)
		terminal_size(&s->size);
	if (getenv("LISTEN_FDS")) {
		env_set(&s->env, "LISTEN_FDS", getenv("LISTEN_FDS"));
		env_set(&s->env, "LISTEN_PID", "1");
	}
	return open_idmaps(b, e);
}

static int sleep_inside(void *arg, struct err *e UNUSED)
{
	struct pollfd p = { *(int *)arg, POLLIN, 0 };

	poll(&p, 1, -1);
	return 0;
}

static int open_idmap(struct oci_idmap *x, struct mount *m, struct err *e)
{
	auto_close int stay = -1, leave = -1;
	struct idmap_child child;
	char path[64];
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	stay = fds[0];
	leave = fds[1];
	TRY(idmap_start_inside(&x->map, sleep_inside, &stay, &child, e));
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)child.pid);
	m->idmap_fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(child.pid, SIGKILL);
	while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(child.report);
	return m->idmap_fd < 0 ? err_sys(e, "open %s", path) : 0;
}

static int open_idmaps(struct birth *b, struct err *e)
{
	for (size_t i = 0; i < b->config.n_idmaps; i++) {
		struct oci_idmap *x = &b->config.idmaps[i];
		struct mount *m = &b->config.spec.mounts.m[x->mount];

		if (open_idmap(x, m, e) < 0)
			return err_wrap(e, "mounts[%zu].uidMappings", x->mount);
	}
	return 0;
}

/* ---- the birth ---- */

static int bear(struct birth *b, int *ret_code, struct err *e)
{
	struct supervisor_hooks hooks = {
		.rootfs = clone_root, .rootfs_arg = b,
		.mountpoint = b->config.root, .network = loopback_up,
		.cgroup = b->cgroup.path ? &b->cgroup : NULL,
		.network_fd = -1, .created = on_created, .waiting = on_waiting,
		.listener = on_listener, .oci_arg = b,
		.started_arg = b, .debug = b->o->g.debug,
		.let_go = !b->foreground, .sig_proxy = b->foreground,
	};
	struct supervisor_result res;
	int r;

	if (b->o->console && *b->o->console)
		hooks.terminal = on_terminal;
	if (b->foreground)
		hooks.started = on_started;
	r = supervisor_run(&b->config.spec, &hooks, &res, e);
	if (res.userns_fd >= 0)
		close(res.userns_fd);
	*ret_code = res.exit_code;
	return r;
}

static int prepare(struct birth *b, const char *id, struct err *e)
{
	int root;

	TRY(root = oci_root(&b->o->g, e));
	TRY(oci_state_create(root, id, &b->state, e));
	TRY(plan(b, id, e));
	if (b->config.spec.seccomp_json)
		TRY(oci_filter(root, b->config.spec.seccomp_json,
			       b->config.spec.caps, &b->config.spec.filter,
			       e));
	TRY(oci_cgroup_make(&b->config, id, oci_manager(&b->o->g), &b->cgroup,
			    e));
	if (b->cgroup.path)
		b->state.cgroup = xstrdup(b->cgroup.path);
	return file_create(b->state.dir, "config.json", b->text, 0600, e);
}

/* What was made until it failed. */
static void undo(struct birth *b)
{
	struct err ignored;

	if (b->state.dir < 0 || !b->state.root)
		return;
	run_hooks(b, OCI_POSTSTOP, "poststop", "stopped", &ignored);
	cgroup_end(&b->cgroup);
	oci_state_remove(&b->state, &ignored);
}

static void release(struct birth *b)
{
	free(b->bundle);
	free(b->text);
	cgroup_release(&b->cgroup);
	oci_config_release(&b->config);
	oci_state_release(&b->state);
}

static int make_waiting(struct birth *b, const char *id, struct err *e)
{
	auto_close int sock = -1;
	int code;

	TRY(prepare(b, id, e));
	TRY(sock = oci_state_listen(&b->state, e));
	b->config.spec.start_sock = sock;
	return bear(b, &code, e);
}

static int begin(struct oci_create *o, struct birth *b, struct err *e)
{
	*b = (struct birth){ .o = o, .state = OCI_STATE_INIT,
			     .cgroup = CGROUP_INIT };
	TRY(oci_close_fds(&o->preserve, e));
	return self_protect(e);
}

int oci_create(struct oci_create *o, const char *id, struct err *e)
{
	struct birth b;
	int r = begin(o, &b, e);

	if (r == 0)
		r = make_waiting(&b, id, e);
	if (r < 0)
		undo(&b);
	release(&b);
	return r;
}

/* ---- the start ---- */

static int take_listener(const struct oci_state *s, int listener,
			 struct err *e)
{
	auto_oci_config struct oci_config c = { 0 };
	auto_close int fd = listener;

	TRY(oci_state_config(s, &c, e));
	return oci_send_listener(s, &c, fd, e);
}

/* Init's words until its execve closes the socket. */
static int hear(const struct oci_state *s, int sock, struct err *e)
{
	bool ready = false;

	for (;;) {
		auto_close int fd = -1;
		struct sync_msg m;
		int r = sync_recv(sock, &m, &fd, e);

		if (r < 0)
			return r;
		if (r == 0)
			return ready ? 0 : err_set(e, EPIPE, "the container's "
						   "init died");
		if (m.type == SYNC_ERROR) {
			*e = m.err;
			return streq(m.step, "exec") ? -e->code :
			       err_wrap(e, "%s", m.step);
		}
		if (m.type == SYNC_NOTIFY)
			TRY(take_listener(s, steal_fd(fd), e));
		ready |= m.type == SYNC_READY;
	}
}

static void poststart(const struct oci_state *s)
{
	auto_oci_config struct oci_config c = { 0 };
	auto_free char *known = oci_state_known(s);
	auto_free char *state = hook_state(known, "running", s->pid);
	struct err e = { 0 };

	/* the spec: a warning */
	if (oci_state_config(s, &c, &e) < 0 ||
	    hook_list_run(&c.hooks[OCI_POSTSTART], "poststart", state, NULL,
			  NULL, &e) < 0)
		dprintf(2, "rl-oci: %s\n", e.text);
}

int oci_start(const struct oci_state *s, struct err *e)
{
	enum oci_status status = oci_state_status(s);
	auto_close int sock = -1;
	int r;

	if (status == OCI_STOPPED)
		return err_set(e, ESRCH, "cannot start a container that has "
			       "stopped");
	if (status != OCI_CREATED)
		return err_set(e, EBUSY, "cannot start an already running "
			       "container");
	TRY(sock = oci_state_connect(s, e));
	unlinkat(s->dir, "start", 0);
	r = hear(s, sock, e);
	/* somebody else was quicker: it is theirs */
	if (r == -EPIPE && oci_state_status(s) != OCI_STOPPED)
		return err_set(e, EBUSY, "cannot start an already running "
			       "container");
	if (r < 0) {
		struct err ignored;

		/* whoever hears of this may delete it at once */
		oci_kill_wait(s, &ignored);
		return r;
	}
	if (s->poststart)
		poststart(s);
	return 0;
}

/* ---- the end ---- */

int oci_kill_wait(const struct oci_state *s, struct err *e)
{
	auto_close int fd = oci_state_pidfd(s, e);
	struct pollfd p = { fd, POLLIN, 0 };

	if (fd < 0)
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0 &&
	    errno != ESRCH)
		return err_sys(e, "kill the container");
	if (poll(&p, 1, KILL_MS) == 0)
		return err_set(e, EBUSY, "container init still running");
	return 0;
}

static void poststop(const struct oci_state *s)
{
	auto_oci_config struct oci_config c = { 0 };
	auto_free char *known = oci_state_known(s);
	auto_free char *state = hook_state(known, "stopped", 0);
	struct err e = { 0 };

	/* the spec: a warning */
	if (oci_state_config(s, &c, &e) < 0 ||
	    hook_list_run(&c.hooks[OCI_POSTSTOP], "poststop", state, NULL,
			  NULL, &e) < 0)
		dprintf(2, "rl-oci: %s\n", e.text);
}

int oci_destroy(struct oci_state *s, struct err *e)
{
	if (s->cgroup)
		oci_cgroup_end(s->cgroup);
	if (s->poststop)
		poststop(s);
	return oci_state_remove(s, e);
}

/* ---- run: all of it ---- */

static int run_through(struct birth *b, const char *id, struct err *e)
{
	int code;

	b->foreground = true;
	TRY(prepare(b, id, e));
	TRY(bear(b, &code, e));
	if (!b->o->keep)
		TRY(oci_destroy(&b->state, e));
	return code;
}

static int run_detached(struct birth *b, const char *id, struct err *e)
{
	TRY(make_waiting(b, id, e));
	return oci_start(&b->state, e);
}

int oci_run(struct oci_create *o, const char *id, struct err *e)
{
	struct birth b;
	int r = begin(o, &b, e);

	if (r == 0)
		r = o->detach ? run_detached(&b, id, e) :
				run_through(&b, id, e);
	if (r < 0)
		undo(&b);
	release(&b);
	return r;
}
