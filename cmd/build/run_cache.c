/* run_cache.c - RUN --mount=type=cache. */
#include "cmd/build/run_life.h"

#include "cmd/build/copy_job.h"
#include "core/base/file.h"
#include "fs/build/copy.h"

#include <sys/file.h>
#include <sys/mount.h>

#define DATA "d"

/* A folder of the store on its way into a container. */
struct cache {
	struct run_life *l;
	const struct df_mount *m;
	struct build_from *from; /* NULL: it begins empty */
	struct strv *layers;     /* of that, if it is a stage */
	int dir;                 /* ours, and locked; */
	int data;                /* DATA in it is whoever's it has to be */
};

/* ---- what a new one has: in a child, as root of the id map ---- */

static int open_source(struct cache *c, struct err *e)
{
	const struct step *s = c->l->s;
	auto_close int at = dir_open(AT_FDCWD, s->c.path, e);

	TRY(at);
	if (!c->layers)
		return dir_open(c->from->folder, ".", e);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	return step_mount_layers(s, c->layers, at, e);
}

static int fill(struct cache *c, struct err *e)
{
	const char *part = c->m->source ? c->m->source : "/";
	struct df_copy copy = { 0 };
	struct build_copy b = {
		.copy = &copy, .dest = "/", .into = true, .keep_owner = true,
		.note_owner = c->l->s->b->map.kind == IDMAP_SINGLE,
	};
	auto_close int src = open_source(c, e);
	int r;

	TRY(src);
	strv_add(&copy.sources, part);
	r = build_copy_run(&b, src, c->data, e);
	strv_release(&copy.sources);
	return r;
}

static int begin_inside(void *arg, struct err *e)
{
	struct cache *c = arg;
	const struct df_mount *m = c->m;

	if (c->from)
		TRY(fill(c, e));
	if ((m->uid || m->gid) && fchown(c->data, m->uid, m->gid) < 0 &&
	    c->l->s->b->map.kind != IDMAP_SINGLE)
		return err_sys(e, "give the cache to %u:%u", m->uid, m->gid);
	if (fchmod(c->data, m->mode_set ? m->mode : 0755) < 0)
		return err_sys(e, "set the mode of the cache");
	return 0;
}

static int find_from(struct cache *c, struct err *e)
{
	struct layer_stack *layers;
	struct run_life *l = c->l;

	if (!c->m->from)
		return 0;
	TRY(run_life_from(l, c->m->from, &c->from, e));
	if (!c->from->stage)
		return 0;
	layers = &l->layers[l->n_from - 1];
	TRY(layer_stack_open(&l->s->b->store, &c->from->stage->img,
			     &l->s->b->map, layers, e));
	c->layers = &layers->paths;
	return 0;
}

/* ---- the folder ---- */

static int lock(const struct cache *c)
{
	return flock(c->dir, c->m->sharing == DF_SHARED ? LOCK_SH :
		     c->m->sharing == DF_LOCKED ? LOCK_EX :
		     LOCK_EX | LOCK_NB);
}

/*
 * In the step's folder until it is filled: what a build that is killed leaves
 * of it goes with that.
 */
static int make(struct cache *c, const char *path, struct err *e)
{
	auto_free char *temp = xasprintf("cache%zu", c->l->n_locks);
	auto_free char *data = xasprintf("%s/" DATA, temp);
	const struct step *s = c->l->s;
	int store = s->b->store.fd, r;

	if (faccessat(store, path, F_OK, 0) == 0)
		return 0;
	TRY(find_from(c, e));
	c->data = dir_make(s->c.fd, data, 0755, e);
	TRY(c->data);
	r = idmap_run_inside(&s->b->map, begin_inside, c, e);
	close(steal_fd(c->data));
	TRY(r);
	/* another build may have been faster */
	if (renameat2(s->c.fd, temp, store, path, RENAME_NOREPLACE) < 0 &&
	    errno != EEXIST)
		return err_sys(e, "create a cache");
	return 0;
}

/* A private one that another build has makes way for the next. */
static int open_cache(struct cache *c, const char *id, char **ret_path,
		      struct err *e)
{
	const struct store *s = &c->l->s->b->store;

	TRY(mkdir_parents(s->fd, "cache-mounts", 0755, e));
	for (int i = 0;; i++) {
		auto_free char *path = xasprintf("cache-mounts/%.32s-%d",
						 id + 7, i);

		do { /* until no prune takes it from under us */
			TRY(make(c, path, e));
			c->dir = dir_open(s->fd, path, e);
		} while (c->dir == -ENOENT);
		TRY(c->dir);
		if (lock(c) == 0) {
			*ret_path = steal_ptr(path);
			return 0;
		}
		close(steal_fd(c->dir));
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(e, "lock a cache");
	}
}

/* STORE/cache-mounts/HASH-N, one an id; its lock goes with this process. */
int run_life_cache(struct run_life *l, const struct df_mount *m,
		   struct err *e)
{
	const struct store *s = &l->s->b->store;
	auto_free char *target = run_mount_target(l->s, m), *path = NULL;
	auto_free char *whole = NULL;
	struct cache c = { .l = l, .m = m };
	char id[DIGEST_MAX] = "";
	struct mount *b;

	if (l->n_locks == ARRAY_LEN(l->locks))
		return err_set(e, E2BIG, "too many cache mounts");
	build_key_add(id, m->id ? m->id : target);
	TRY(open_cache(&c, id, &path, e));
	l->locks[l->n_locks++] = c.dir;
	whole = xasprintf("%s/%s/" DATA, s->path, path);
	b = mount_list_bind(&l->spec.mounts, whole, target);
	b->given = true;
	b->attr_set = m->readonly ? MOUNT_ATTR_RDONLY : 0;
	return 0;
}
