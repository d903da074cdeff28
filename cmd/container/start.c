/* start.c - one life of a container: ladders, supervisor, state. */
#include "cmd/container/start.h"

#include "cmd/container/health.h"
#include "cmd/container/limits.h"
#include "cmd/container/list.h"
#include "cmd/container/ports_json.h"
#include "cmd/container/share.h"
#include "core/base/proc.h"
#include "core/base/time.h"
#include "fs/event.h"
#include "fs/volume.h"

#include <stdio.h>

static char *life_event_line(const struct assembly *a, const char *action,
			     json_t *attributes)
{
	json_t *all = attributes ? attributes : json_object();

	for (size_t i = 0; i < a->spec.labels.n; i++) {
		const char *label = a->spec.labels.v[i];
		size_t n = strcspn(label, "=");
		auto_free char *key = xstrndup(label, n);

		json_object_set_new(all, key, json_from_bytes(
					    label + n + !!label[n]));
	}
	json_object_set_new(all, "image", json_from_bytes(
				    a->argc ? a->argv[0] : ""));
	json_object_set_new(all, "name", json_from_bytes(a->container.name));
	return event_line("container", action, a->spec.id, all);
}

void life_event(const struct assembly *a, const char *action,
		json_t *attributes)
{
	auto_free char *line = life_event_line(a, action, attributes);

	event_add_lines(&a->store, line);
}

/* ---- its state ---- */

/*
 * So long a container without a supervisor of its own runs before it is
 * written down for others to see: one that ends at once costs no files.
 */
#define PATIENCE_MS 5

static void write_state(struct assembly *a)
{
	struct err ignored;

	if (a->container.fd >= 0)
		container_state_write(&a->container, &a->state, &ignored);
}

static void set_error(struct container_state *st, const char *text)
{
	free(st->error);
	st->error = text ? xstrdup(text) : NULL;
}

/* What is left of others: while the container's init has its hands full. */
static void sweep(void *arg)
{
	struct life *l = arg;
	struct err ignored;

	container_sweep(&l->a->store, &l->a->container, &ignored);
	if (l->a->volumes.n_locks)
		volume_sweep(&l->a->store);
}

/* An event that is written together with the life's end. */
static void hold_event(struct life *l, const char *action)
{
	auto_free char *line = life_event_line(l->a, action, NULL);

	str_puts(&l->held, line);
}

/* The network's death is the container's to feel, and ours to tell. */
static void tell_network(struct life *l)
{
	const char *why = l->a->state.network;

	if (l->hub)
		hub_note(l->hub, "rl: the container's network is dead: %s\n",
			 why);
	else
		fprintf(stderr, "rl: the container's network is dead: %s\n",
			why);
}

static void record_start(struct life *l, pid_t pid)
{
	struct assembly *a = l->a;
	struct container_state *st = &a->state;
	struct err ignored;

	st->status = CONTAINER_RUNNING;
	st->pid = pid;
	st->supervisor = getpid();
	st->started = time_now();
	st->exit_code = 0;
	st->ipv6 = a->net.config.ipv6;
	st->socket = l->socket ? xstrdup(l->socket) : NULL;
	free(st->driver);
	st->driver = xstrdup(a->driver->name);
	st->ports = ports_json(&a->net.ports);
	set_error(st, NULL);
	proc_start_time(pid, &st->pid_start, &ignored);
	if (l->health)
		health_monitor_begin(l->health);
	container_unmark(&a->container, CONTAINER_MARK_AGAIN);
	container_unmark(&a->container, CONTAINER_MARK_PAUSED);
	if (a->o->rm && !a->created && assembly_describe(a, &ignored) == 0)
		life_event(a, "create", NULL);
	write_state(a);
	life_event(a, "start", NULL);
	if (st->network)
		tell_network(l);
	if (l->started)
		l->started(l->started_arg);
}

/*
 * The program runs: now there is time for what can wait.  One that has ended
 * already (pid 0) and goes with its process is told of, and not written down.
 */
static void started(void *arg, pid_t pid)
{
	struct life *l = arg;

	if (pid) {
		record_start(l, pid);
	} else {
		l->a->created = time_now();
		hold_event(l, "create");
		hold_event(l, "start");
		if (l->a->state.network)
			tell_network(l);
	}
	if (l->a->driver->settled)
		l->a->driver->settled(&l->a->rootfs);
}

/* Of one start only: the next has others. */
static void forget_start(struct container_state *st)
{
	st->pid = 0;
	st->supervisor = 0;
	free(steal_ptr(st->socket));
	free(steal_ptr(st->cgroup));
	free(steal_ptr(st->network));
	json_decref(steal_ptr(st->ports));
}

static void ended(struct life *l, const struct supervisor_result *res)
{
	json_t *attributes = json_object();
	auto_free char *line = NULL;
	struct assembly *a = l->a;
	int64_t seconds = 0;

	/* never "exited" between two lives: nobody would end it */
	a->state.status = l->goes_on && l->goes_on(l->goes_on_arg,
						   res->exit_code) ?
			  CONTAINER_RESTARTING : CONTAINER_EXITED;
	a->state.exit_code = res->exit_code;
	a->state.finished = time_now();
	forget_start(&a->state);
	/* one that goes now has its code in the list of events */
	if (!a->o->rm)
		write_state(a);
	json_object_set_new(attributes, "exitCode",
			    json_sprintf("%d", res->exit_code));
	if (a->state.started)
		seconds = (a->state.finished - a->state.started) / NS_PER_S;
	json_object_set_new(attributes, "execDuration",
			    json_sprintf("%lld", (long long)seconds));
	line = life_event_line(a, "die", attributes);
	str_puts(&l->held, line);
	event_add_lines(&a->store, str_text(&l->held));
}

/* As docker has it: a container that could not start stays created. */
static void not_started(struct assembly *a,
			const struct supervisor_result *res,
			const struct err *e)
{
	if (a->state.status == CONTAINER_RESTARTING)
		a->state.status = CONTAINER_EXITED;
	else if (a->state.status != CONTAINER_EXITED)
		a->state.status = CONTAINER_CREATED;
	a->state.exit_code = res->exit_code;
	forget_start(&a->state);
	set_error(&a->state, e->text);
	write_state(a);
}

/* ---- the root filesystem's ladder ---- */

static int mount_rootfs(void *arg, int *ret_fd, struct err *e)
{
	struct life *l = arg;

	return l->a->driver->mount(&l->a->rootfs, ret_fd, e);
}

static int prepare(void *arg, struct err *e)
{
	struct life *l = arg;

	return assembly_make_container(l->a, e);
}

/* Of one that has not started yet it is told later, if it does. */
static bool network_event(void *arg)
{
	struct life *l = arg;
	struct err e;

	if (net_event(&l->a->net, &e) >= 0)
		return true;
	if (e.code == ECANCELED)
		return false;
	free(l->a->state.network);
	l->a->state.network = xstrdup(e.text);
	if (l->a->state.status != CONTAINER_RUNNING)
		return false;
	write_state(l->a);
	tell_network(l);
	return false;
}

static int start_with(struct life *l, const struct driver_ops *driver,
		      struct supervisor_result *res, struct err *e)
{
	struct assembly *a = l->a;
	struct supervisor_hooks hooks = {
		.rootfs = mount_rootfs, .rootfs_arg = l,
		.rootfs_early = driver->early,
		.rootfs_process = driver->process,
		.prepare = prepare,
		.mountpoint = a->o->rootfs ? a->rootfs.source :
					     a->container.path,
		.patience_ms = l->hub ? 0 : PATIENCE_MS,
		.cgroup = l->cgroup.path ? &l->cgroup : NULL,
		.network = net_inside, .network_arg = &a->net,
		.network_fd = a->net.sock, .network_event = network_event,
		.event_arg = l, .meanwhile = sweep, .started = started,
		.started_arg = l,
		.tick = l->health ? health_monitor_tick : NULL,
		.tick_arg = l->health, .hub = l->hub,
		.sig_proxy = !streq(a->o->sig_proxy, "false"),
		.debug = a->o->debug,
	};

	a->driver = driver;
	a->rootfs.path = a->container.path;
	a->rootfs.volatile_upper = a->o->rm;
	return supervisor_run(&a->spec, &hooks, res, e);
}

static int start_named(struct life *l, const char *name,
		       struct supervisor_result *res, struct err *e)
{
	const struct driver_ops *d = driver_find(name);

	if (!d)
		return err_set(e, EINVAL, "--storage-driver '%s': it is "
			       "overlay, fuse-overlayfs or copy", name);
	return start_with(l, d, res, e);
}

/* Down the ladder, until a driver can mount; all failures are kept. */
static int start(struct life *l, struct supervisor_result *res, struct err *e)
{
	auto_str struct str failures = { 0 };
	int code = -ENOSYS;

	if (l->a->o->rootfs)
		return start_with(l, &driver_dir, res, e);
	if (l->a->o->driver)
		return start_named(l, l->a->o->driver, res, e);
	for (size_t i = 0; driver_ladder[i]; i++) {
		code = start_with(l, driver_ladder[i], res, e);
		if (code >= 0 || !res->rootfs_failed)
			return code;
		str_printf(&failures, "%s%s: %s", i ? "; " : "",
			   driver_ladder[i]->name, e->text);
	}
	return err_set(e, -code, "no storage driver works: %s",
		       str_text(&failures));
}

/* ---- the network's ladder ---- */

/*
 * Nobody asked for a network of its own by name, and the host refuses one:
 * plan again, with the host's.
 */
static int fall_to_host(struct assembly *a, struct err *e)
{
	if (!net_may_fall(&a->net, e))
		return -e->code;
	fprintf(stderr, "rl: using the host's network: %s\n", e->text);
	return assembly_plan_host_network(a, e);
}

/*
 * The container whose supervisor, or whose rl-slirp (a child of that), has
 * the port that we wanted is named.
 */
static int name_holder(const struct assembly *a, struct err *e)
{
	const struct list_query running = { .last = -1 };
	auto_entry_list struct entry_list l = { 0 };
	pid_t pid = a->net.bindings.holder;
	struct err ignored;
	pid_t parent;

	if (e->code != EADDRINUSE || pid <= 0 || pid == getpid() ||
	    list_containers(&a->store, &running, &l, &ignored) < 0)
		return -e->code;
	parent = proc_parent(pid);
	for (size_t i = 0; i < l.n; i++) {
		pid_t supervisor = l.e[i].state.supervisor;
		struct err why = *e;

		if (supervisor > 0 &&
		    (supervisor == pid || supervisor == parent))
			return err_set(e, why.code, "%s, for container %s",
				       why.text, l.e[i].name);
	}
	return -e->code;
}

/* What became of its program, which init cannot know. */
static int explain_network(struct assembly *a, struct err *e)
{
	if (e->code != NET_BROKEN)
		return -e->code;
	if (a->state.network)
		return err_add(e, ": %s", a->state.network);
	return net_explain(&a->net, e);
}

static int start_on_network(struct life *l, struct supervisor_result *res,
			    struct err *e)
{
	int code;

	TRY(share_join(l->a, e));
	if (net_start(&l->a->net, e) < 0) {
		name_holder(l->a, e);
		explain_network(l->a, e);
		TRY(fall_to_host(l->a, e));
	}
	code = start(l, res, e);
	if (code >= 0 || !res->network_failed)
		return code;
	explain_network(l->a, e);
	TRY(fall_to_host(l->a, e));
	return start(l, res, e);
}

/* ---- the cgroup ---- */

/* Its memory ran out: the program may not know, so it is told for it. */
static void tell_oom(struct life *l, const char *note)
{
	l->a->state.oom_killed = true;
	set_error(&l->a->state, note);
	life_event(l->a, "oom", NULL);
	if (l->hub)
		hub_note(l->hub, "rl: %s\n", note);
	else
		fprintf(stderr, "rl: %s\n", note);
}

static int start_limited(struct life *l, struct supervisor_result *res,
			 struct err *e)
{
	auto_free char *note = NULL;
	int code;

	l->cgroup = (struct cgroup)CGROUP_INIT;
	l->a->state.oom_killed = false;
	TRY(limits_begin(l->a, l->hub, &l->cgroup, e));
	if (l->cgroup.path)
		l->a->state.cgroup = xstrdup(l->cgroup.path);
	code = start_on_network(l, res, e);
	if (limits_end(&l->cgroup, &note))
		tell_oom(l, note);
	return code;
}

int life_run(struct life *l, struct supervisor_result *ret, struct err *e)
{
	int code;

	*ret = (struct supervisor_result){ .exit_code = 125, .userns_fd = -1 };
	l->health = health_monitor_new(l->a);
	code = start_limited(l, ret, e);
	health_monitor_free(steal_ptr(l->health));
	if (code < 0)
		not_started(l->a, ret, e);
	else
		ended(l, ret);
	str_release(&l->held);
	return code;
}

void life_end(struct assembly *a, int userns_fd)
{
	auto_json json_t *mounts = NULL;
	struct err ignored;

	if (a->container.fd < 0 || !a->o->rm)
		return;
	mounts = volume_record(&a->spec.mounts);
	container_remove(&a->store, &a->container, userns_fd, &ignored);
	volume_release_use(&a->volumes);
	volume_drop_anonymous(&a->store, a->spec.id, mounts);
	if (a->created)
		life_event(a, "destroy", NULL);
}
