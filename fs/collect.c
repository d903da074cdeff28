/* collect.c - garbage collection: what nothing names any more goes. */
#include "fs/store.h"

#include "core/base/file.h"
#include "fs/image.h"
#include "fs/layer.h"
#include "fs/layer_sync.h"
#include "fs/remove.h"

#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#define PART_KEPT_S (24 * 3600) /* a cut pull may resume for a day */
#define FRESH_S 60		/* an empty folder this young may get locked */

/*
 * Theory of operation: under the collector's lock the roots are read, then
 * what they do not reach is unlinked (blobs) or renamed to NAME.RANDOM.rm
 * (layers).  The renamed trees, and those that dead processes left, are
 * deleted after the lock is given back, as that takes long.
 *
 * A root that cannot be read for want of fds, memory or rights ends the
 * collection before anything is deleted.  One that is absent or no image
 * names nothing.
 */
struct collect {
	const struct store *s;
	json_t *blobs;      /* digests that stay: an object used as a set */
	json_t *layers;     /* diffIDs that stay */
	struct strv queue;  /* manifests and indexes yet to be read */
	json_t *seen;       /* those that were in the queue */
	uint64_t freed;
	struct err failed;  /* the first tree that could not be removed */
};

typedef int visit_fn(struct collect *c, int dirfd, const char *name,
		     struct err *e);

static void set_add(json_t *set, const char *key)
{
	json_object_set_new(set, key, json_true());
}

static bool set_has(const json_t *set, const char *key)
{
	return json_object_get(set, key) != NULL;
}

static bool names_nothing(int code)
{
	return code == -ENOENT || code == -EINVAL || code == -EFBIG ||
	       code == -EISDIR;
}

/* ---- roots ---- */

static void enqueue(struct collect *c, const char *digest)
{
	if (!digest || !digest_valid(digest) || set_has(c->seen, digest))
		return;
	set_add(c->seen, digest);
	set_add(c->blobs, digest);
	strv_add(&c->queue, digest);
}

static const char *digest_of(const json_t *descriptor)
{
	return json_string_value(json_object_get(descriptor, "digest"));
}

/* The trees of an image; other manifests (charts, signatures) have none. */
static int keep_layers(struct collect *c, const char *digest, struct err *e)
{
	auto_image struct image img = { 0 };
	int r = image_load(c->s, digest, NULL, &img, e);

	if (r < 0)
		return names_nothing(r) ? 0 : r;
	for (size_t i = 0; i < img.n_layers; i++)
		set_add(c->layers, img.layers[i].diff_id);
	return 0;
}

/* A manifest keeps its config and layers, an index what it lists. */
static int keep_manifest(struct collect *c, const char *digest, struct err *e)
{
	auto_json json_t *doc = NULL;
	const char *config;
	json_t *list, *d;
	size_t i;
	int r = store_json_blob(c->s, digest, &doc, e);

	if (r < 0)
		return names_nothing(r) ? 0 : r;
	list = json_object_get(doc, "manifests");
	json_array_foreach(list, i, d)
		enqueue(c, digest_of(d));
	if (list)
		return 0;
	config = digest_of(json_object_get(doc, "config"));
	if (!config)
		return 0;
	set_add(c->blobs, config);
	json_array_foreach(json_object_get(doc, "layers"), i, d)
		if (digest_of(d))
			set_add(c->blobs, digest_of(d));
	return keep_layers(c, digest, e);
}

static int root_index(struct collect *c, struct err *e)
{
	auto_json json_t *index = NULL;
	size_t i;
	json_t *m;

	TRY(store_index(c->s, &index, e));
	json_array_foreach(json_object_get(index, "manifests"), i, m)
		enqueue(c, digest_of(m));
	return 0;
}

/* containers/ID/image holds the digest of a kept container's manifest. */
static int root_container(struct collect *c, int dirfd, const char *id,
			  struct err *e)
{
	auto_free char *path = xasprintf("%s/image", id), *text = NULL;
	int r = file_read(dirfd, path, 256, &text, NULL, e);

	if (r < 0)
		return names_nothing(r) || r == -ENOTDIR ? 0 : r;
	text[strcspn(text, "\n")] = '\0';
	enqueue(c, text);
	return 0;
}

/* A lease whose writer lives names roots; a dead one's file goes. */
static int root_lease(struct collect *c, int dirfd, const char *name,
		      struct err *e)
{
	auto_close int fd = -1;
	auto_free char *text = NULL;
	char *save, *line;

	if (!has_suffix(name, ".lease"))
		return 0;
	fd = openat(dirfd, name, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open lease %s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		unlinkat(dirfd, name, 0);
		return 0;
	}
	TRY(fd_read_all(fd, name, 1 << 20, &text, NULL, e));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		set_add(c->blobs, line);
		set_add(c->layers, line);
	}
	return 0;
}

/* cache/KEY names the layer of a build's step. */
static int root_cache(struct collect *c, int dirfd, const char *name,
		      struct err *e)
{
	auto_json json_t *doc = NULL;
	int r = json_read_file(dirfd, name, &doc, e);
	const char *blob;

	if (r < 0)
		return names_nothing(r) ? 0 : r;
	blob = json_string_value(json_object_get(doc, "blob"));
	if (blob)
		set_add(c->blobs, blob);
	if (digest_of(doc)) {
		set_add(c->blobs, digest_of(doc));
		set_add(c->layers, digest_of(doc));
	}
	return 0;
}

/* ---- walking the store's folders ---- */

/* Visit every entry but dot files; a folder that is not there has none. */
static int each_entry(struct collect *c, int at, const char *folder,
		      visit_fn *fn, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = openat(at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *ent;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 :
		       err_sys(e, "read %s/%s", c->s->path, folder);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_sys(e, "read %s/%s", c->s->path, folder);
	}
	while ((ent = readdir(d)))
		if (ent->d_name[0] != '.')
			TRY(fn(c, dirfd(d), ent->d_name, e));
	return 0;
}

/* ---- under the lock: out of sight ---- */

static int drop_blob(struct collect *c, int dirfd, const char *name,
		     struct err *e)
{
	auto_free char *digest = xasprintf("sha256:%s", name);
	struct stat st;

	if (set_has(c->blobs, digest) || fstatat(dirfd, name, &st, 0) < 0)
		return 0;
	if (unlinkat(dirfd, name, 0) < 0)
		return err_sys(e, "remove blob %s", name);
	c->freed += st.st_size;
	return 0;
}

/* What somebody stands on is locked, and stays. */
static int hide_layer(struct collect *c, int maps_fd, const char *name,
		      struct err *e)
{
	auto_free char *digest = xasprintf("sha256:%s", name), *to = NULL;
	auto_close int fd = -1;
	char hex[17];

	if (strchr(name, '.') || set_has(c->layers, digest))
		return 0;
	fd = openat(maps_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 0;
	random_hex(hex, 8);
	to = xasprintf("%s.%s.rm", name, hex);
	/* first: who unpacks it anew meanwhile makes a link of its own */
	layer_sync_forget(maps_fd, name);
	if (renameat(maps_fd, name, maps_fd, to) < 0)
		return err_sys(e, "remove layer %s", name);
	return 0;
}

static int hide_layers(struct collect *c, int layers_fd, const char *map,
		       struct err *e)
{
	return each_entry(c, layers_fd, map, hide_layer, e);
}

/* ---- without the lock: what dead processes, or we just now, left ---- */

static bool is_old(const struct stat *st, time_t seconds)
{
	return time(NULL) - st->st_mtime >= seconds;
}

static bool is_empty(int dirfd, const char *name)
{
	auto_dir DIR *d = NULL;
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = 0;

	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && n <= 2 && readdir(d))
		n++;
	return d && n <= 2; /* . and .. */
}

/* Whoever makes a folder locks it next; we must not come in between. */
static bool may_be_new(int dirfd, const char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || is_old(&st, FRESH_S))
		return false;
	return !has_suffix(name, ".rm") && is_empty(dirfd, name);
}

static bool is_remains(const char *name)
{
	return has_suffix(name, ".tmp") || has_suffix(name, ".rm");
}

/* A folder's lock, when its maker is dead; else -1. */
static int lock_remains(int dirfd, const char *name)
{
	auto_close int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY |
						O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ||
	    may_be_new(dirfd, name, fd))
		return -1;
	return steal_fd(fd);
}

/* The first failure is told at the end: one bad tree keeps no other. */
static int sweep_layer(struct collect *c, int maps_fd, const char *name,
		       struct err *e)
{
	auto_close int fd = is_remains(name) ? lock_remains(maps_fd, name) : -1;

	if (has_suffix(name, LAYER_UNSYNCED))
		layer_sync_settle(maps_fd, name);
	if (fd < 0 || layer_remove(maps_fd, name, e) == 0)
		return 0;
	if (!c->failed.code) {
		err_wrap(e, "remove layer %.12s", name);
		c->failed = *e;
	}
	return 0;
}

static int sweep_layers(struct collect *c, int layers_fd, const char *map,
			struct err *e)
{
	return each_entry(c, layers_fd, map, sweep_layer, e);
}

/* Temporary folders, and parts that nobody came back for. */
static int sweep_incoming(struct collect *c UNUSED, int dirfd,
			  const char *name, struct err *e)
{
	auto_close int fd = -1;
	struct stat st;

	if (is_remains(name)) {
		fd = lock_remains(dirfd, name);
		return fd < 0 ? 0 : tree_remove(dirfd, name, e);
	}
	if (has_suffix(name, ".lease"))
		return 0;
	fd = openat(dirfd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && is_old(&st, PART_KEPT_S) &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dirfd, name, 0);
	return 0;
}

/* A replacement of index.json whose writer died. */
static int sweep_root(struct collect *c UNUSED, int dirfd, const char *name,
		      struct err *e UNUSED)
{
	struct stat st;

	if (has_suffix(name, ".tmp") &&
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && is_old(&st, PART_KEPT_S))
		unlinkat(dirfd, name, 0);
	return 0;
}

/* ---- removing a layer ---- */

int layer_remove(int maps_fd, const char *name, struct err *e)
{
	struct err ignored;
	struct idmap map;
	bool known = layer_map_read(maps_fd, &map, &ignored) == 0;

	return remove_mapped(maps_fd, name, known ? &map : NULL, e);
}

/* ---- the collection ---- */

static int find_roots(struct collect *c, struct err *e)
{
	TRY(root_index(c, e));
	TRY(each_entry(c, c->s->fd, "containers", root_container, e));
	TRY(each_entry(c, c->s->fd, "incoming", root_lease, e));
	TRY(each_entry(c, c->s->fd, "cache", root_cache, e));
	for (size_t i = 0; i < c->queue.n; i++)
		TRY(keep_manifest(c, c->queue.v[i], e));
	return 0;
}

static int collect_locked(struct collect *c, struct err *e)
{
	auto_close int lock = dir_open(c->s->fd, "blobs", e);

	if (lock < 0)
		return lock;
	if (flock(lock, LOCK_EX) < 0)
		return err_sys(e, "lock %s/blobs", c->s->path);
	TRY(find_roots(c, e));
	TRY(each_entry(c, c->s->fd, "blobs/sha256", drop_blob, e));
	return each_entry(c, c->s->fd, "layers", hide_layers, e);
}

static int collect(struct collect *c, struct err *e)
{
	TRY(collect_locked(c, e));
	TRY(each_entry(c, c->s->fd, "layers", sweep_layers, e));
	TRY(each_entry(c, c->s->fd, "incoming", sweep_incoming, e));
	TRY(each_entry(c, c->s->fd, ".", sweep_root, e));
	if (c->failed.code)
		*e = c->failed;
	return -c->failed.code;
}

int store_collect(const struct store *s, uint64_t *ret_freed, struct err *e)
{
	struct collect c = {
		.s = s, .blobs = json_object(), .layers = json_object(),
		.seen = json_object(),
	};
	int r = collect(&c, e);

	json_decref(c.blobs);
	json_decref(c.layers);
	json_decref(c.seen);
	strv_release(&c.queue);
	if (ret_freed)
		*ret_freed = c.freed;
	return r;
}
