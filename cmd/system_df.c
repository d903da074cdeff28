/* system_df.c - `rl system df`: what the store takes on the disk. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <time.h>

#include "cmd/container/list_row.h"
#include "cmd/disk_usage.h"
#include "cmd/image_facts.h"
#include "cmd/ui/filter.h"
#include "cmd/ui/format.h"
#include "cmd/ui/help.h"
#include "cmd/ui/report.h"
#include "cmd/ui/table.h"
#include "core/base/file.h"
#include "core/base/time.h"
#include "fs/layer.h"
#include "fs/volume.h"
#include "fs/volume_use.h"

struct df_opts {
	bool verbose;
	const char *format;
};

static const struct opt df_opts[] = {
	{ .name = "format", .kind = OPT_CALL, .arg = "FORMAT",
	  .offset = offsetof(struct df_opts, format),
	  .help = HELP_FORMAT_LIST, .parse = format_option },
	{ .name = "verbose", .letter = 'v', .kind = OPT_BOOL,
	  .offset = offsetof(struct df_opts, verbose),
	  .help = "show every image, container and volume" },
	OPT_END
};

/* A layer, as many images as may share it. */
struct layer_use {
	const char *diff_id, *digest;
	uint64_t bytes; /* the blob and the unpacked trees */
	size_t images;
	bool active; /* a container stands on it */
};

/* What stands below volumes/. */
struct folder {
	char *name;
	uint64_t bytes;
	size_t links; /* containers that use it */
};

struct usage {
	struct store store;
	struct image_users users;
	struct image *images;
	size_t n_images;
	struct layer_use *layers;
	size_t n_layers;
	struct entry_list containers;
	uint64_t *bytes; /* of each container's own files */
	struct folder *volumes;
	size_t n_volumes;
};

static void usage_release(struct usage *u)
{
	for (size_t i = 0; i < u->n_volumes; i++)
		free(u->volumes[i].name);
	entry_list_release(&u->containers);
	free(u->bytes);
	free(u->volumes);
	free(u->layers);
	image_list_free(u->images, u->n_images);
	image_users_release(&u->users);
	store_release(&u->store);
}

/* ---- layers ---- */

static struct layer_use *find_layer(struct usage *u,
				    const struct image_layer *l)
{
	for (size_t i = 0; i < u->n_layers; i++)
		if (streq(u->layers[i].digest, l->digest) &&
		    streq(u->layers[i].diff_id, l->diff_id))
			return &u->layers[i];
	return NULL;
}

/* Two blobs may unpack to one tree: the first layer counts it. */
static bool tree_counted(const struct usage *u, const char *diff_id)
{
	for (size_t i = 0; i < u->n_layers; i++)
		if (streq(u->layers[i].diff_id, diff_id))
			return true;
	return false;
}

/* The trees of one layer, for every id map it was unpacked with. */
static int add_trees(struct usage *u, struct layer_use *l, struct err *e)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	int fd = dir_open(u->store.fd, "layers", e);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	d = fdopendir(fd);
	if (!d)
		return err_sys(e, "read %s/layers", u->store.path);
	while ((ent = readdir(d))) {
		auto_free char *path = xasprintf("%s/layers/%s/%s",
						 u->store.path, ent->d_name,
						 SHORT_ID(l->diff_id));
		auto_close int maps_fd = -1;
		struct idmap map;
		struct err ignored;
		bool known;

		if (ent->d_name[0] == '.' || access(path, F_OK) < 0)
			continue;
		maps_fd = dir_open(dirfd(d), ent->d_name, &ignored);
		known = maps_fd >= 0 &&
			layer_map_read(maps_fd, &map, &ignored) == 0;
		TRY(disk_usage(path, known ? &map : NULL, &l->bytes, e));
	}
	return 0;
}

static int add_layer(struct usage *u, const struct image_layer *l, bool active,
		     struct err *e)
{
	struct layer_use *use = find_layer(u, l);
	bool counted;

	if (use) {
		use->images++;
		use->active |= active;
		return 0;
	}
	counted = tree_counted(u, l->diff_id);
	u->layers = xrealloc(u->layers, u->n_layers + 1, sizeof(*u->layers));
	use = &u->layers[u->n_layers++];
	*use = (struct layer_use){ .diff_id = l->diff_id, .images = 1,
				   .digest = l->digest, .active = active };
	if (store_has_blob(&u->store, l->digest))
		use->bytes = l->size;
	return counted ? 0 : add_trees(u, use, e);
}

static int add_image(struct usage *u, const struct image *img, struct err *e)
{
	bool active = image_users_find(&u->users, img) != NULL;

	for (size_t i = 0; i < img->n_layers; i++)
		TRY(add_layer(u, &img->layers[i], active, e));
	return 0;
}

/* ---- containers and volumes ---- */

static int read_containers(struct usage *u, struct err *e)
{
	const struct list_query all = { .all = true, .last = -1 };

	TRY(list_containers(&u->store, &all, &u->containers, e));
	u->bytes = xcalloc(u->containers.n + 1, sizeof(*u->bytes));
	for (size_t i = 0; i < u->containers.n; i++)
		TRY(entry_size(&u->store, &u->containers.e[i], &u->bytes[i],
			       NULL, e));
	return 0;
}

static int read_folder(const struct usage *u, const char *name,
		       struct folder *ret, struct err *e)
{
	auto_free char *path = xasprintf("%s/volumes/%s", u->store.path, name);
	const struct idmap_request any = { .mode = USERNS_AUTO };
	struct err ignored;
	struct idmap map;
	bool known = idmap_choose(&any, &map, &ignored) == 0;

	*ret = (struct folder){ .name = xstrdup(name) };
	return disk_usage(path, known ? &map : NULL, &ret->bytes, e);
}

static int read_volumes(struct usage *u, struct err *e)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	int fd = dir_open(u->store.fd, "volumes", e);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	d = fdopendir(fd);
	if (!d)
		return err_sys(e, "read %s/volumes", u->store.path);
	while ((ent = readdir(d))) {
		if (ent->d_name[0] == '.')
			continue;
		u->volumes = xrealloc(u->volumes, u->n_volumes + 1,
				      sizeof(*u->volumes));
		TRY(read_folder(u, ent->d_name, &u->volumes[u->n_volumes++],
				e));
	}
	return 0;
}

/* A container that runs with --rm has no record, but holds a lock. */
static int count_links(struct usage *u, struct err *e)
{
	auto_volume_users struct volume_users users = { 0 };

	TRY(volume_users_read(&u->store, &users, e));
	for (size_t i = 0; i < u->n_volumes; i++) {
		struct folder *v = &u->volumes[i];

		v->links = json_array_size(volume_users_find(&users, v->name));
		if (!v->links)
			v->links = volume_is_locked(&u->store, v->name);
	}
	return 0;
}

static int usage_read(struct usage *u, struct err *e)
{
	TRY(store_open(&u->store, e));
	TRY(image_users_read(&u->store, &u->users, e));
	TRY(image_list(&u->store, &u->images, &u->n_images, e));
	for (size_t i = 0; i < u->n_images; i++)
		TRY(add_image(u, &u->images[i], e));
	TRY(read_containers(u, e));
	TRY(read_volumes(u, e));
	return count_links(u, e);
}

/* ---- the summary ---- */

static void set_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_string(text ? text : ""));
	free(text);
}

static json_t *summary_row(const char *type, size_t total, size_t active,
			   uint64_t size, uint64_t free_bytes)
{
	auto_free char *text = format_size(free_bytes);
	json_t *row = json_object();

	set_text(row, "Active", xasprintf("%zu", active));
	set_text(row, "Reclaimable",
		 size ? xasprintf("%s (%d%%)", text,
				  (int)((double)free_bytes * 100 /
					(double)size))
		      : xstrdup(text));
	set_text(row, "Size", format_size(size));
	set_text(row, "TotalCount", xasprintf("%zu", total));
	set_text(row, "Type", xstrdup(type));
	return row;
}

static json_t *images_summary(const struct usage *u)
{
	uint64_t size = 0, unused = 0;
	size_t active = 0;

	for (size_t i = 0; i < u->n_layers; i++) {
		size += u->layers[i].bytes;
		unused += u->layers[i].active ? 0 : u->layers[i].bytes;
	}
	for (size_t i = 0; i < u->n_images; i++)
		active += image_users_find(&u->users, &u->images[i]) != NULL;
	return summary_row("Images", u->n_images, active, size, unused);
}

static json_t *containers_summary(const struct usage *u)
{
	uint64_t size = 0, ended = 0;
	size_t running = 0;

	for (size_t i = 0; i < u->containers.n; i++) {
		enum container_status st = u->containers.e[i].state.status;
		bool active = container_status_runs(st) ||
			      st == CONTAINER_RESTARTING;

		size += u->bytes[i];
		ended += active ? 0 : u->bytes[i];
		running += active;
	}
	return summary_row("Containers", u->containers.n, running, size,
			   ended);
}

static json_t *volumes_summary(const struct usage *u)
{
	uint64_t size = 0, unused = 0;
	size_t active = 0;

	for (size_t i = 0; i < u->n_volumes; i++) {
		const struct folder *v = &u->volumes[i];

		size += v->bytes;
		unused += v->links ? 0 : v->bytes;
		active += v->links > 0;
	}
	return summary_row("Local Volumes", u->n_volumes, active, size,
			   unused);
}

static const struct table_column summary_columns[] = {
	{ "Type", "TYPE" }, { "TotalCount", "TOTAL" }, { "Active", "ACTIVE" },
	{ "Size", "SIZE" }, { "Reclaimable", "RECLAIMABLE" }, { NULL, NULL },
};
static const struct table_view summary_view = {
	.columns = summary_columns,
	.layout = "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t"
		  "{{.Reclaimable}}",
};

static int print_summary(const struct usage *u, const char *format,
			 struct err *e)
{
	auto_json json_t *rows = json_array();

	json_array_append_new(rows, images_summary(u));
	json_array_append_new(rows, containers_summary(u));
	json_array_append_new(rows, volumes_summary(u));
	json_array_append_new(rows, summary_row("Build Cache", 0, 0, 0, 0));
	return table_print(&summary_view, rows, format, e);
}

/* ---- the details ---- */

static json_t *image_row(struct usage *u, const struct image *img)
{
	auto_image_name struct image_name n = { 0 };
	uint64_t shared = 0, own = 0;
	int64_t created = image_created(img), now = time(NULL);
	json_t *row = json_object();

	image_name_split(img->names.n ? img->names.v[0] : "<none>", &n);
	for (size_t i = 0; i < img->n_layers; i++) {
		const struct layer_use *l = find_layer(u, &img->layers[i]);

		*(l->images > 1 ? &shared : &own) += l->bytes;
	}
	set_text(row, "Containers",
		 xasprintf("%zu", image_users_count(&u->users, img)));
	set_text(row, "CreatedSince", date_ago(created, now));
	set_text(row, "ID", xstrndup(SHORT_ID(img->id), SHORT_ID_LEN));
	set_text(row, "Repository", xstrdup(n.repository));
	set_text(row, "SharedSize", format_size(shared));
	set_text(row, "Size", format_size(shared + own));
	set_text(row, "Tag", xstrdup(n.tag));
	set_text(row, "UniqueSize", format_size(own));
	return row;
}

/* The rows of `rl ps`, with docker's sizes of this command. */
static int container_rows(const struct usage *u, json_t *rows, struct err *e)
{
	const struct row_options o = {
		.image = true, .command = true, .mounts = true,
		.now = time_now(),
	};
	json_t *row;
	size_t i;

	TRY(list_rows(&u->store, &u->containers, &o, rows, e));
	json_array_foreach(rows, i, row)
		set_text(row, "Size", format_size(u->bytes[i]));
	return 0;
}

static json_t *volume_row(const struct folder *v)
{
	json_t *row = json_object();

	set_text(row, "Links", xasprintf("%zu", v->links));
	set_text(row, "Name", xstrdup(v->name));
	set_text(row, "Size", format_size(v->bytes));
	return row;
}

static int details(struct usage *u, json_t **ret, struct err *e)
{
	auto_json json_t *containers = json_array();
	json_t *images = json_array(), *volumes = json_array();

	for (size_t i = 0; i < u->n_images; i++)
		json_array_append_new(images, image_row(u, &u->images[i]));
	for (size_t i = 0; i < u->n_volumes; i++)
		json_array_append_new(volumes, volume_row(&u->volumes[i]));
	*ret = json_pack("{s:o, s:O, s:o, s:[]}", "Images", images,
			 "Containers", containers, "Volumes", volumes,
			 "BuildCache");
	return container_rows(u, containers, e);
}

static const struct table_column image_columns[] = {
	{ "Repository", "REPOSITORY" }, { "Tag", "TAG" }, { "ID", "IMAGE ID" },
	{ "CreatedSince", "CREATED" }, { "Size", "SIZE" },
	{ "SharedSize", "SHARED SIZE" }, { "UniqueSize", "UNIQUE SIZE" },
	{ "Containers", "CONTAINERS" }, { NULL, NULL },
};
static const struct table_column container_columns[] = {
	{ "ID", "CONTAINER ID" }, { "Image", "IMAGE" },
	{ "Command", "COMMAND" }, { "LocalVolumes", "LOCAL VOLUMES" },
	{ "Size", "SIZE" }, { "RunningFor", "CREATED" },
	{ "Status", "STATUS" }, { "Names", "NAMES" }, { NULL, NULL },
};
static const struct table_column volume_columns[] = {
	{ "Name", "VOLUME NAME" }, { "Links", "LINKS" }, { "Size", "SIZE" },
	{ NULL, NULL },
};
static const struct {
	const char *key, *title;
	struct table_view view;
} sections[] = {
	{ "Images", "Images space usage:",
	  { image_columns,
	    "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
	    "\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}" } },
	{ "Containers", "Containers space usage:",
	  { container_columns,
	    "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}"
	    "\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}" } },
	{ "Volumes", "Local Volumes space usage:",
	  { volume_columns, "{{.Name}}\t{{.Links}}\t{{.Size}}" } },
};

/* Nothing is built here yet, so there is none. */
static const struct table_column cache_columns[] = {
	{ "ID", "CACHE ID" }, { "CacheType", "CACHE TYPE" },
	{ "Size", "SIZE" }, { "CreatedSince", "CREATED" },
	{ "LastUsedSince", "LAST USED" }, { "UsageCount", "USAGE" },
	{ "Shared", "SHARED" }, { NULL, NULL },
};
static const struct table_view cache_view = {
	cache_columns,
	"{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t"
	"{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
};

static int print_details(struct usage *u, const char *format, struct err *e)
{
	auto_json json_t *all = NULL, *list = NULL;
	auto_str struct str out = { 0 };

	TRY(details(u, &all, e));

	if (format && !streq(format, "table")) {
		list = json_pack("[O]", all);
		TRY(format_objects(list, format, &out, e));
		report_text(str_text(&out));
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		printf("%s%s\n\n", i ? "\n" : "", sections[i].title);
		TRY(table_print(&sections[i].view,
				json_object_get(all, sections[i].key), NULL,
				e));
	}
	printf("\nBuild cache usage: 0B\n\n");
	return table_print(&cache_view, json_object_get(all, "BuildCache"),
			   NULL, e);
}

static int df_run(void *opts, int argc UNUSED, char **argv UNUSED,
		  struct err *e)
{
	const struct df_opts *o = opts;
	struct usage u = { .store = STORE_INIT };
	int r = usage_read(&u, e);

	if (r == 0 && o->verbose)
		r = print_details(&u, o->format, e);
	else if (r == 0)
		r = print_summary(&u, o->format, e);
	usage_release(&u);
	return r;
}

const struct cmd cmd_system_df = {
	.name = "system df",
	.args = "[OPTIONS]",
	.help = "show what images, containers and volumes take on the disk",
	.example = "rl system df\n"
		   "rl system df -v",
	.opts = df_opts,
	.opts_size = sizeof(struct df_opts),
	.run = df_run,
};
