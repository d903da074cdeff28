/* run.c - rl run: a container from an image, in the foreground. */
#include "cmd/cmd.h"
#include "cmd/image_obtain.h"
#include "cmd/ui/run_options.h"
#include "cmd/ui/run_record.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "core/launch.h"
#include "core/self.h"
#include "fs/container.h"
#include "fs/driver.h"
#include "fs/layer.h"

#include <signal.h>
#include <stdio.h>

extern const struct cmd cmd_run;

struct run {
	const struct run_options *o;
	int argc;       /* the image and the command */
	char **argv;
	struct store store;
	struct image image;
	struct spec spec;
	struct container container;
	struct rootfs rootfs;
	char *mountpoints;
	int *locks;     /* fds of the layers, flock'ed while it runs */
	size_t n_locks;
	const struct driver_ops *driver;
	struct net net;
};

/* ---- the image ---- */

static int find_image(struct run *r, const char *name, struct err *e)
{
	struct image_wish wish = { name, r->o->pull, r->o->platform,
				   r->o->quiet };

	return image_obtain(&r->store, &wish, &r->image, e);
}

/* Lock all layers, the uppermost first; what is missing is unpacked. */
static int open_layers(struct run *r, struct err *e)
{
	auto_close int maps = layer_dir_open(&r->store, &r->spec.idmap, e);
	size_t n = r->image.n_layers;
	bool unpacked = false;
	char map[24];

	if (maps < 0)
		return maps;
	layer_map_name(&r->spec.idmap, map);
	r->locks = xcalloc(n, sizeof(int));
	for (size_t i = 0; i < n; i++) {
		const char *id = r->image.layers[n - 1 - i].diff_id;
		int fd = layer_open(maps, id, e);

		if (fd == -ENOENT && !unpacked) {
			unpacked = true;
			TRY(layer_unpack_missing(&r->store, &r->image,
						 &r->spec.idmap, e));
			fd = layer_open(maps, id, e);
		}
		if (fd < 0)
			return fd;
		r->locks[r->n_locks++] = fd;
		strv_printf(&r->rootfs.layers, "%s/layers/%s/%s",
			    r->store.path, map, id + strlen("sha256:"));
	}
	return 0;
}

/* ---- the start ---- */

static int mount_rootfs(void *arg, int *ret_fd, struct err *e)
{
	struct run *r = arg;

	return r->driver->mount(&r->rootfs, ret_fd, e);
}

static int write_cidfile(const struct run *r, struct err *e)
{
	if (!r->o->cidfile)
		return 0;
	if (file_create(AT_FDCWD, r->o->cidfile, r->spec.id, 0644, e) == 0)
		return 0;
	if (e->code == EEXIST)
		return err_set(e, EEXIST, "container ID file found, make sure "
			       "the other container isn't running or delete %s",
			       r->o->cidfile);
	return -e->code;
}

/* Once, whichever driver of the ladder comes to it first. */
static int make_container(void *arg, struct err *e)
{
	struct run *r = arg;

	if (r->container.fd >= 0)
		return 0;
	TRY(container_create(&r->store, r->spec.id, r->o->name, &r->container,
			     e));
	return write_cidfile(r, e);
}

/* The program runs: now there is time for what can wait. */
static void settled(void *arg, pid_t pid UNUSED)
{
	struct run *r = arg;
	struct err ignored;

	if (r->driver->settled)
		r->driver->settled(&r->rootfs);
	container_sweep(&r->store, &ignored);
}

/* The network's death is the container's to feel, and ours to tell. */
static bool network_event(void *arg)
{
	struct err e;

	if (net_event(arg, &e) >= 0)
		return true;
	if (e.code != ECANCELED)
		fprintf(stderr, "rl: the container's network is dead: %s\n",
			e.text);
	return false;
}

static int start_with(struct run *r, const struct driver_ops *driver,
		      struct launch_result *res, struct err *e)
{
	struct launch_hooks hooks = {
		.rootfs = mount_rootfs, .rootfs_arg = r,
		.rootfs_early = driver->early,
		.rootfs_process = driver->process,
		.prepare = make_container,
		.mountpoint = r->o->rootfs ? r->rootfs.source :
					     r->container.path,
		.network = net_inside, .network_arg = &r->net,
		.network_fd = r->net.sock, .network_event = network_event,
		.started = settled, .started_arg = r,
		.sig_proxy = !streq(r->o->sig_proxy, "false"), .debug = r->o->debug,
	};

	r->driver = driver;
	return launch_run(&r->spec, &hooks, res, e);
}

/* Down the ladder, until a driver can mount; all failures are kept. */
static int start(struct run *r, struct launch_result *res, struct err *e)
{
	auto_str struct str failures = { 0 };
	int code = -ENOSYS;

	if (r->o->rootfs)
		return start_with(r, &driver_dir, res, e);
	if (r->o->driver) {
		const struct driver_ops *d = driver_find(r->o->driver);

		if (!d)
			return err_set(e, EINVAL, "--storage-driver '%s': it is "
				       "overlay, fuse-overlayfs or copy",
				       r->o->driver);
		return start_with(r, d, res, e);
	}
	for (size_t i = 0; driver_ladder[i]; i++) {
		code = start_with(r, driver_ladder[i], res, e);
		if (code >= 0 || !res->rootfs_failed)
			return code;
		str_printf(&failures, "%s%s: %s", i ? "; " : "",
			   driver_ladder[i]->name, e->text);
	}
	return err_set(e, -code, "no storage driver works: %s",
		       str_text(&failures));
}

static void print_list(const char *title, const struct strv *l)
{
	printf("%s:\n", title);
	for (size_t i = 0; i < l->n; i++)
		printf("  %s\n", l->v[i]);
}

static int print_plan(const struct run *r)
{
	const struct spec *s = &r->spec;
	auto_str struct str uid = { 0 }, gid = { 0 };

	print_list("command", &s->argv);
	print_list("environment", &s->env);
	printf("user: %s\nworking directory: %s\nhostname: %s\nnetwork: %s\n",
	       *s->user.text ? s->user.text : "0", s->cwd, s->hostname,
	       r->net.ops->name);
	idmap_text(&s->idmap.uid, &uid);
	idmap_text(&s->idmap.gid, &gid);
	printf("uid map:\n%sgid map:\n%snamespaces:", str_text(&uid),
	       str_text(&gid));
	for (int t = 0; t < NS_TYPES; t++)
		if (s->ns[t].mode == NS_PRIVATE)
			printf(" %s", ns_name(t));
	printf("\nmounts:\n");
	for (size_t i = 0; i < s->mounts.n; i++) {
		const struct mount *m = &s->mounts.m[i];

		printf("  %s on %s%s\n", m->kind == MOUNT_FS ? m->fstype :
		       m->kind == MOUNT_TEXT ? "text" : m->source, m->dest,
		       m->attr_set & MOUNT_ATTR_RDONLY ? " (ro)" : "");
	}
	print_list("masked", &s->masked_paths);
	print_list("read-only", &s->readonly_paths);
	return 0;
}

static int plan_spec(struct run *r, struct err *e)
{
	return run_options_spec(r->o, r->o->rootfs ? NULL : &r->image.config,
				r->argc - 1, r->argv + 1, &r->spec, &r->net, e);
}

/* docker's words: the container can use the host's ports as they are. */
static int plan_ports(struct run *r, struct err *e)
{
	auto_strv struct strv exposed = { 0 };
	int code;

	strv_extend(&exposed, strv_list(&r->o->expose));
	if (!r->o->rootfs)
		strv_extend(&exposed,
			    strv_list(&r->image.config.exposed_ports));
	code = net_publish(&r->net, &r->o->publish, r->o->publish_all,
			   &exposed, e);
	if (code > 0)
		fprintf(stderr, "rl: WARNING: Published ports are discarded "
			"when using host network mode\n");
	/* the host's network would publish none of these */
	if (r->net.ports.n)
		r->net.chosen = true;
	return code;
}

static int plan(struct run *r, struct err *e)
{
	struct idmap_request req;

	TRY(idmap_request_parse(r->o->userns, &req, e));
	TRY(idmap_choose(&req, &r->spec.idmap, e));
	TRY(net_parse(r->o->network, &r->net, e));
	if (!r->o->rootfs) {
		int code = find_image(r, r->argv[0], e);

		if (code != 0)
			return code;
	}
	TRY(plan_ports(r, e));
	TRY(net_police(&r->net, &r->o->net_allow, r->o->net_log, e));
	return plan_spec(r, e);
}

/* Its record is for those who list and inspect what stays. */
static int keep(struct run *r, const char *image, struct err *e)
{
	const char *digest = r->o->rootfs ? NULL : r->image.manifest_digest;
	auto_free char *record = run_record_text(
		&r->spec, r->container.name, image,
		r->o->rootfs ? NULL : r->image.id, r->net.ops->name);

	return container_keep(&r->store, &r->container, digest, record, e);
}

/* Do this user's files belong to root inside? */
static bool own_root(const struct idmap *map)
{
	uint32_t uid, gid;

	return idmap_to_host(&map->uid, 0, &uid) && uid == geteuid() &&
	       idmap_to_host(&map->gid, 0, &gid) && gid == getegid();
}

static int prepare(struct run *r, struct err *e)
{
	container_plan(&r->store, r->spec.id, &r->container);
	if (r->o->rootfs) {
		r->rootfs.source = realpath(r->argv[0], NULL);
		if (!r->rootfs.source)
			return err_sys(e, "--rootfs %s", r->argv[0]);
	} else {
		TRY(open_layers(r, e));
	}
	if (!r->o->rm) {
		TRY(make_container(r, e));
		TRY(keep(r, r->argv[0], e));
	}
	/* without them, the upper folder gets what it lacks */
	if (!r->o->rootfs && own_root(&r->spec.idmap))
		container_mountpoints(&r->store, &r->mountpoints, e);
	r->rootfs.mountpoints = r->mountpoints;
	r->rootfs.path = r->container.path;
	r->rootfs.volatile_upper = r->o->rm;
	return 0;
}

static int finish(struct run *r, const struct launch_result *res, int code)
{
	struct err ignored;

	if (r->container.fd >= 0 && (r->o->rm || code < 0))
		container_remove(&r->store, &r->container, res->userns_fd,
				 &ignored);
	else if (r->container.fd >= 0)
		container_ended(&r->container, res->exit_code, &ignored);
	if (res->userns_fd >= 0)
		close(res->userns_fd);
	return code;
}

static void release(struct run *r)
{
	net_stop(&r->net);
	for (size_t i = 0; i < r->n_locks; i++)
		close(r->locks[i]);
	free(r->locks);
	strv_release(&r->rootfs.layers);
	free((char *)r->rootfs.source);
	free(r->mountpoints);
	container_release(&r->container);
	spec_release(&r->spec);
	image_release(&r->image);
	store_release(&r->store);
}

/* ---- the network's ladder ---- */

/*
 * Nobody asked for a network of its own by name, and the host refuses one:
 * plan again, with the host's.
 */
static int fall_to_host(struct run *r, struct err *e)
{
	struct idmap map = r->spec.idmap;
	char id[sizeof(r->spec.id)];

	if (r->net.chosen || !r->net.ops->own_namespace)
		return -e->code;
	fprintf(stderr, "rl: using the host's network: %s\n", e->text);
	net_stop(&r->net);
	r->net = (struct net)NET_INIT;
	TRY(net_parse("host", &r->net, e));
	memcpy(id, r->spec.id, sizeof(id));
	spec_release(&r->spec);
	spec_init(&r->spec);
	memcpy(r->spec.id, id, sizeof(id));
	r->spec.idmap = map;
	return plan_spec(r, e);
}

static int start_network(struct run *r, struct err *e)
{
	return net_start(&r->net, e) < 0 ? fall_to_host(r, e) : 0;
}

static int start_on_network(struct run *r, struct launch_result *res,
			    struct err *e)
{
	int code = start(r, res, e);

	if (code >= 0 || !res->network_failed)
		return code;
	TRY(fall_to_host(r, e));
	return start(r, res, e);
}

static int go(struct run *r, struct err *e)
{
	struct launch_result res = { .exit_code = 125, .userns_fd = -1 };
	int code;

	TRY(store_open(&r->store, e));
	code = plan(r, e);
	if (code != 0)
		return code;
	if (r->o->dry_run)
		return print_plan(r);
	TRY(start_network(r, e));
	code = prepare(r, e);
	if (code >= 0)
		code = start_on_network(r, &res, e);
	finish(r, &res, code);
	if (code < 0 && res.exit_code != 125) {
		fprintf(stderr, "rl: %s\n", e->text);
		return res.exit_code;
	}
	return code < 0 ? code : res.exit_code;
}

static int run(void *opts, int argc, char **argv, struct err *e)
{
	struct run_options *o = opts;
	struct run r = {
		.o = o, .argc = argc, .argv = argv, .store = STORE_INIT,
		.container = CONTAINER_INIT, .net = NET_INIT,
	};
	int code;

	TRY(self_protect(e));
	spec_init(&r.spec);
	code = go(&r, e);
	release(&r);
	return code;
}

const struct cmd cmd_run = {
	.name = "run",
	.args = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.help = "run a command in a new container",
	.example = "rl run --rm -it debian:12 bash",
	.opts = run_option_table,
	.opts_size = sizeof(struct run_options),
	.min_args = 1,
	.max_args = -1,
	.verbatim = true,
	.fail_code = 125,
	.run = run,
};
