/* collect.c - garbage collection: what nothing names any more goes. */
#include "fs/store.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "fs/image.h"
#include "fs/layer.h"

#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#define PART_KEPT_S (24 * 3600) /* a cut pull may resume for a day */

struct collect {
	const struct store *s;
	struct strv blobs;  /* digests that stay */
	struct strv layers; /* diffIDs that stay */
	uint64_t freed;
};

/* ---- roots ---- */

/* A manifest, or an index and all it names that is here. */
static void root_manifest(struct collect *c, const char *digest, int depth)
{
	auto_json json_t *doc = NULL;
	struct image img;
	struct err ignored;
	const json_t *list;
	size_t i;
	json_t *m;

	if (depth > 4 || !digest || !digest_valid(digest))
		return;
	strv_add(&c->blobs, digest);
	if (store_json_blob(c->s, digest, &doc, &ignored) < 0)
		return;
	list = json_object_get(doc, "manifests");
	json_array_foreach(list, i, m)
		root_manifest(c, json_string_value(json_object_get(m, "digest")),
			      depth + 1);
	if (list || image_load(c->s, digest, NULL, &img, &ignored) < 0)
		return;
	strv_add(&c->blobs, img.id);
	for (i = 0; i < img.n_layers; i++) {
		strv_add(&c->blobs, img.layers[i].digest);
		strv_add(&c->layers, img.layers[i].diff_id);
	}
	image_release(&img);
}

static int root_index(struct collect *c, struct err *e)
{
	auto_json json_t *index = NULL;
	size_t i;
	json_t *m;

	TRY(store_index(c->s, &index, e));
	json_array_foreach(json_object_get(index, "manifests"), i, m)
		root_manifest(c, json_string_value(json_object_get(m, "digest")),
			      0);
	return 0;
}

/* containers/ID/image holds the digest of a kept container's manifest. */
static void root_container(struct collect *c, int dirfd, const char *id)
{
	auto_free char *path = xasprintf("%s/image", id), *text = NULL;
	struct err ignored;

	if (file_read(dirfd, path, 256, &text, NULL, &ignored) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	root_manifest(c, text, 0);
}

/* A lease whose writer lives names roots; a dead one's file goes. */
static void root_lease(struct collect *c, int dirfd, const char *name)
{
	auto_close int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	auto_free char *text = NULL;
	struct err ignored;
	char *save, *line;

	if (!has_suffix(name, ".lease") || fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		unlinkat(dirfd, name, 0);
		return;
	}
	if (fd_read_all(fd, name, 1 << 20, &text, NULL, &ignored) < 0)
		return;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		strv_add(&c->blobs, line);
		strv_add(&c->layers, line);
	}
}

static int each_entry(struct collect *c, const char *folder,
		      void (*fn)(struct collect *c, int dirfd, const char *name),
		      struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = dir_open(c->s->fd, folder, e);
	struct dirent *ent;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d)
		return err_sys(e, "read %s/%s", c->s->path, folder);
	while ((ent = readdir(d)))
		if (ent->d_name[0] != '.')
			fn(c, dirfd(d), ent->d_name);
	return 0;
}

/* ---- removal ---- */

static void drop_blob(struct collect *c, int dirfd, const char *name)
{
	auto_free char *digest = xasprintf("sha256:%s", name);
	struct stat st;

	if (strv_has(&c->blobs, digest))
		return;
	if (fstatat(dirfd, name, &st, 0) == 0 &&
	    unlinkat(dirfd, name, 0) == 0)
		c->freed += st.st_size;
}

/* Parts that nobody writes and nobody came back for. */
static void drop_part(struct collect *c UNUSED, int dirfd, const char *name)
{
	auto_close int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || has_suffix(name, ".lease") || fstat(fd, &st) < 0 ||
	    time(NULL) - st.st_mtime < PART_KEPT_S)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dirfd, name, 0);
}

struct doomed {
	int maps_fd;
	const char *name;
};

static int remove_doomed(void *arg, struct err *e)
{
	struct doomed *d = arg;

	return tree_remove(d->maps_fd, d->name, e);
}

int layer_remove(int maps_fd, const char *name, struct err *e)
{
	struct doomed d = { maps_fd, name };
	struct idmap map;

	if (tree_remove(maps_fd, name, e) == 0)
		return 0;
	if (e->code != EACCES && e->code != EPERM)
		return -e->code;
	/* owned by mapped ids: their user namespace may remove them */
	TRY(layer_map_read(maps_fd, &map, e));
	return idmap_run_inside(&map, remove_doomed, &d, e);
}

/* Lock, rename out of the way, remove: killed in between, it is swept. */
static void drop_layer(struct collect *c, int maps_fd, const char *name)
{
	auto_free char *digest = xasprintf("sha256:%s", name), *doomed = NULL;
	auto_close int fd = -1;
	struct err ignored;
	char hex[17];

	if (strv_has(&c->layers, digest))
		return;
	fd = openat(maps_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	if (strchr(name, '.')) {
		layer_remove(maps_fd, name, &ignored);
		return;
	}
	random_hex(hex, 8);
	doomed = xasprintf("%s.%s.rm", name, hex);
	if (renameat(maps_fd, name, maps_fd, doomed) == 0)
		layer_remove(maps_fd, doomed, &ignored);
}

static void drop_layers(struct collect *c, int layers_fd, const char *map)
{
	auto_dir DIR *d = NULL;
	int fd = openat(layers_fd, map, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *ent;

	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (ent = readdir(d)))
		if (ent->d_name[0] != '.')
			drop_layer(c, dirfd(d), ent->d_name);
}

static int collect(struct collect *c, struct err *e)
{
	auto_close int lock = dir_open(c->s->fd, "blobs", e);

	if (lock < 0)
		return lock;
	if (flock(lock, LOCK_EX) < 0)
		return err_sys(e, "lock %s/blobs", c->s->path);
	TRY(root_index(c, e));
	TRY(each_entry(c, "containers", root_container, e));
	TRY(each_entry(c, "incoming", root_lease, e));
	TRY(each_entry(c, "blobs/sha256", drop_blob, e));
	TRY(each_entry(c, "incoming", drop_part, e));
	return each_entry(c, "layers", drop_layers, e);
}

int store_collect(const struct store *s, uint64_t *ret_freed, struct err *e)
{
	struct collect c = { .s = s };
	int r = collect(&c, e);

	strv_release(&c.blobs);
	strv_release(&c.layers);
	if (ret_freed)
		*ret_freed = c.freed;
	return r;
}
