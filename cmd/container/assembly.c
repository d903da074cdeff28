/* assembly.c - a container put together from options or from its record. */
#include "cmd/container/assembly.h"

#include "cmd/container/limits.h"
#include "cmd/container/share.h"
#include "cmd/container/start.h"
#include "cmd/image_obtain.h"
#include "cmd/ui/run_frozen.h"
#include "cmd/ui/run_health.h"
#include "cmd/ui/run_record.h"
#include "core/base/file.h"
#include "fs/platform.h"

#include <stdio.h>

void assembly_init(struct assembly *a, struct run_options *o)
{
	*a = (struct assembly){
		.o = o, .store = STORE_INIT, .container = CONTAINER_INIT,
		.net = NET_INIT, .share = SHARE_INIT,
	};
	spec_init(&a->spec);
}

void assembly_release(struct assembly *a)
{
	net_stop(&a->net);
	share_release(&a->share);
	volume_release_use(&a->volumes);
	layer_stack_release(&a->layers);
	free((char *)a->rootfs.source);
	free(a->mountpoints);
	container_state_release(&a->state);
	container_release(&a->container);
	spec_release(&a->spec);
	health_config_release(&a->health);
	image_release(&a->image);
	opt_release(run_option_table, &a->restored);
	strv_release(&a->words);
	json_decref(a->record);
	json_decref(a->updated);
	store_release(&a->store);
}

/* ---- the plan ---- */

static const struct image_config *config_of(const struct assembly *a)
{
	return a->o->rootfs || a->record ? NULL : &a->image.config;
}

/* The Mounts of an earlier start; NULL: this is the first. */
static const json_t *earlier_mounts(const struct assembly *a)
{
	return a->record ? json_object_get(a->record, "Mounts") : NULL;
}

static int plan_spec(struct assembly *a, struct err *e)
{
	TRY(run_options_spec(a->o, config_of(a), a->argc - 1, a->argv + 1,
			     &a->spec, &a->net, e));
	return volume_plan(&a->store, &a->o->volumes_from, earlier_mounts(a),
			   config_of(a), &a->spec.mounts, e);
}

/* docker's words: the container can use the host's ports as they are; with
 * no network there is nothing to publish. */
static int plan_ports(struct assembly *a, struct err *e)
{
	const struct image_config *config = config_of(a);
	auto_strv struct strv exposed = { 0 };
	int code;

	/* those of an earlier start have the image's among them */
	for (size_t i = 0; !a->record && i < a->o->expose.n; i++)
		TRY(port_check_expose(a->o->expose.v[i], e));
	strv_extend(&exposed, strv_list(&a->o->expose));
	if (config)
		strv_extend(&exposed, strv_list(&config->exposed_ports));
	code = net_publish(&a->net, &a->o->publish, a->o->publish_all,
			   &exposed, e);
	if (code > 0)
		fprintf(stderr, "rl: WARNING: Published ports are discarded "
			"when using %s network mode\n", a->net.ops->name);
	/* the host's network would publish none of these */
	if (a->net.ports.n)
		a->net.chosen = true;
	return code;
}

static int plan_network(struct assembly *a, struct err *e)
{
	TRY(net_parse(a->o->network, &a->net, e));
	TRY(share_plan(a, e));
	TRY(plan_ports(a, e));
	return net_police(&a->net, &a->o->net_allow, a->o->net_log, e);
}

static int find_image(struct assembly *a, struct err *e)
{
	struct image_wish wish = { a->argv[0], a->o->pull,
				   platform_wanted(a->o->platform),
				   a->o->quiet };

	return a->o->rootfs ? 0 :
			      image_obtain(&a->store, &wish, &a->image, e);
}

int assembly_plan(struct assembly *a, int argc, char **argv, struct err *e)
{
	struct idmap_request req;
	int code;

	a->argc = argc;
	a->argv = argv;
	TRY(store_open(&a->store, e));
	TRY(idmap_request_parse(a->o->userns, &req, e));
	TRY(idmap_choose(&req, &a->spec.idmap, e));
	TRY(net_parse(a->o->network, &a->net, e));
	code = find_image(a, e);
	if (code != 0)
		return code;
	TRY(plan_network(a, e));
	TRY(plan_spec(a, e));
	TRY(run_health(a->o, config_of(a), &a->health, e));
	container_plan(&a->store, a->spec.id, &a->container);
	return 0;
}

/* ---- the volumes ---- */

static int open_volumes(struct assembly *a, const json_t *earlier,
			struct err *e)
{
	a->volumes.container = a->spec.id;
	a->volumes.auto_remove = a->o->rm;
	a->volumes.earlier = earlier;
	a->volumes.idmap = &a->spec.idmap;
	a->volumes.ran = a->record && a->state.status != CONTAINER_CREATED;
	TRY(volume_resolve(&a->store, &a->volumes, &a->spec.mounts, e));
	a->volumes.earlier = NULL;
	return 0;
}

int assembly_plan_host_network(struct assembly *a, struct err *e)
{
	auto_json json_t *mounts = volume_record(&a->spec.mounts);
	struct idmap map = a->spec.idmap;
	char id[sizeof(a->spec.id)];

	net_stop(&a->net);
	a->net = (struct net)NET_INIT;
	TRY(net_parse("host", &a->net, e));
	memcpy(id, a->spec.id, sizeof(id));
	spec_release(&a->spec);
	spec_init(&a->spec);
	memcpy(a->spec.id, id, sizeof(id));
	a->spec.idmap = map;
	TRY(plan_spec(a, e));
	/* planned again, the mounts find the same volumes */
	return open_volumes(a, mounts, e);
}

/* ---- its folder ---- */

static int write_cidfile(const struct assembly *a, struct err *e)
{
	if (!a->o->cidfile || !*a->o->cidfile)
		return 0;
	if (file_create(AT_FDCWD, a->o->cidfile, a->spec.id, 0644, e) == 0)
		return 0;
	if (e->code == EEXIST)
		return err_set(e, EEXIST, "container ID file found, make sure "
			       "the other container isn't running or delete %s",
			       a->o->cidfile);
	return -e->code;
}

int assembly_make_container(struct assembly *a, struct err *e)
{
	if (a->container.fd >= 0)
		return 0;
	TRY(container_create(&a->store, a->o->name, &a->container, e));
	return write_cidfile(a, e);
}

int assembly_describe(struct assembly *a, struct err *e)
{
	const char *digest = a->o->rootfs ? NULL : a->image.manifest_digest;
	auto_free char *record = NULL;

	a->created = container_clock(&a->store);
	record = run_record_text(&(struct run_record){
		.spec = &a->spec, .options = a->o, .name = a->container.name,
		.image = a->argv[0], .created = a->created,
		.image_id = a->o->rootfs ? NULL : a->image.id,
		.config = config_of(a), .network = a->share.network ? a->share.network :
					      a->net.ops->name,
		.driver = a->driver ? a->driver->name : NULL,
	});
	return container_describe(&a->container, digest, record, e);
}

int assembly_create(struct assembly *a, struct err *e)
{
	struct err ignored;
	int code = assembly_make_container(a, e);

	if (code >= 0)
		code = assembly_describe(a, e);
	if (code >= 0)
		code = container_keep(&a->store, &a->container, e);
	if (code < 0) {
		container_remove(&a->store, &a->container, -1, &ignored);
		return code;
	}
	life_event(a, "create", NULL);
	return 0;
}

/* ---- a container that is there ---- */

static int read_image(struct assembly *a, struct err *e)
{
	auto_free char *digest = NULL;

	if (a->o->rootfs)
		return 0;
	TRY(file_read(a->container.fd, "image", 256, &digest, NULL, e));
	return image_load(&a->store, digest, NULL, &a->image, e);
}

/* The options, the command and the id map, as they were frozen. */
static int thaw(struct assembly *a, struct err *e)
{
	const char *map = NULL;

	TRY(container_record(&a->container, &a->record, e));
	a->o = &a->restored;
	TRY(run_thaw(a->record, a->o, &a->words, e));
	a->argv = strv_list(&a->words);
	a->argc = a->words.n;
	a->created = json_integer_value(json_object_get(a->record,
							"CreatedNano"));
	memcpy(a->spec.id, a->container.id, sizeof(a->spec.id));
	TRY(json_str(a->record, "IdMap", &map, e));
	return idmap_load(map ? map : "", &a->spec.idmap, e);
}

static int take(struct assembly *a, struct container *c, struct err *e)
{
	a->container = *c;
	*c = (struct container)CONTAINER_INIT;
	TRY(container_state_read(&a->container, &a->state, e));
	TRY(thaw(a, e));
	return limits_restore(a->container.fd, &a->restored.limits,
			      &a->updated, e);
}

int assembly_restore(struct assembly *a, struct container *c, struct err *e)
{
	TRY(take(a, c, e));
	TRY(run_go_back(a->record, e));
	TRY(read_image(a, e));
	TRY(plan_network(a, e));
	TRY(run_health_recorded(a->record, &a->health, e));
	return plan_spec(a, e);
}

int assembly_restore_spec(struct assembly *a, struct container *c,
			  struct err *e)
{
	TRY(take(a, c, e));
	return run_options_program(a->o, &a->spec, e);
}

/* ---- the root filesystem ---- */

/* Do this user's files belong to root inside? */
static bool own_root(const struct idmap *map)
{
	uint32_t uid, gid;

	return idmap_to_host(&map->uid, 0, &uid) && uid == geteuid() &&
	       idmap_to_host(&map->gid, 0, &gid) && gid == getegid();
}

int assembly_open(struct assembly *a, struct err *e)
{
	struct err ignored;

	TRY(open_volumes(a, earlier_mounts(a), e));
	if (a->o->rootfs) {
		a->rootfs.source = realpath(a->argv[0], NULL);
		if (!a->rootfs.source)
			return err_sys(e, "--rootfs %s", a->argv[0]);
		return 0;
	}
	TRY(layer_stack_open(&a->store, &a->image, &a->spec.idmap, &a->layers,
			     e));
	a->rootfs.layers = a->layers.paths;
	/* without them, the upper folder gets what it lacks */
	if (own_root(&a->spec.idmap))
		container_mountpoints(&a->store, &a->mountpoints, &ignored);
	a->rootfs.mountpoints = a->mountpoints;
	return 0;
}
