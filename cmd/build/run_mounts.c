/* run_mounts.c - RUN --mount: bind, cache, tmpfs, secret, ssh. */
#include "cmd/build/run_life.h"

#include "core/base/file.h"
#include "fs/build/config.h"

#include <sys/file.h>
#include <sys/mount.h>

#define SECRETS "/run/secrets"
#define AGENT "/run/buildkit/ssh_agent.0"

/* ---- where they go ---- */

/* "secrets/x" of target=secrets/x, or NULL: that is where the id is from. */
static const char *id_of(const struct df_mount *m)
{
	const char *slash = m->target ? strrchr(m->target, '/') : NULL;

	return m->id ? m->id : slash ? slash + 1 : m->target ? m->target :
	       "default";
}

static char *target_of(const struct step *s, const struct df_mount *m)
{
	if (m->target)
		return build_config_path(s->st->doc, m->target);
	if (m->kind == DF_MOUNT_SECRET)
		return xasprintf(SECRETS "/%s", id_of(m));
	return xstrdup(m->kind == DF_MOUNT_SSH ? AGENT : "/");
}

void run_mount_points(const struct step *s, struct strv *ret)
{
	const struct df_run *r = &s->in->run;

	for (size_t i = 0; i < r->n_mounts; i++)
		strv_take(ret, target_of(s, &r->mounts[i]));
}

/* ---- secrets ---- */

static int add_secret(struct run_life *l, const struct df_mount *m,
		      struct err *e)
{
	auto_free char *text = NULL, *target = target_of(l->s, m);
	const char *id = id_of(m);
	struct mount *t;
	size_t n = 0;

	TRY(secret_read(l->s->b->o, id, &text, &n, e));
	if (!text && m->required)
		return err_set(e, ENOENT, "secret %s: not found (--secret "
			       "id=%s,src=FILE gives it)", id, id);
	if (!text)
		return 0;
	if (strlen(text) != n)
		return err_set(e, EINVAL, "secret %s: it has bytes of value "
			       "zero", id);
	if (m->env)
		strv_printf(&l->spec.env, "%s=%s", m->env, text);
	if (m->env && !m->target)
		return 0;
	t = mount_list_text(&l->spec.mounts, text, target);
	t->given = true;
	t->mode = m->mode_set ? m->mode : 0400;
	t->uid = m->uid;
	t->gid = m->gid;
	return 0;
}

static int add_agent(struct run_life *l, const struct df_mount *m,
		     struct err *e)
{
	const char *id = m->id ? m->id : "default";
	auto_free char *path = ssh_socket(l->s->b->o, id);
	auto_free char *target = target_of(l->s, m);

	if (!path && m->required)
		return err_set(e, ENOENT, "no SSH key \"%s\" is given (--ssh "
			       "%s hands in the agent's socket)", id, id);
	if (!path)
		return 0;
	mount_list_bind(&l->spec.mounts, path, target)->given = true;
	strv_printf(&l->spec.env, "SSH_AUTH_SOCK=%s", target);
	return 0;
}

/* ---- caches ---- */

/* A private one that another build has makes way for the next. */
static int open_cache(const struct store *s, const char *id, int sharing,
		      char **ret_path, struct err *e)
{
	for (int i = 0;; i++) {
		auto_free char *path = xasprintf("cache-mounts/%.32s.%d",
						 id + 7, i);
		auto_close int fd = -1;

		TRY(mkdir_parents(s->fd, path, 0755, e));
		fd = dir_open(s->fd, path, e);
		TRY(fd);
		if (flock(fd, sharing == DF_SHARED ? LOCK_SH :
			  sharing == DF_LOCKED ? LOCK_EX :
			  LOCK_EX | LOCK_NB) == 0) {
			*ret_path = steal_ptr(path);
			return steal_fd(fd);
		}
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(e, "lock a cache");
	}
}

/* STORE/cache-mounts/HASH.N, one an id; its lock goes with this process. */
static int add_cache(struct run_life *l, const struct df_mount *m,
		     struct err *e)
{
	const struct store *s = &l->s->b->store;
	auto_free char *target = target_of(l->s, m), *path = NULL;
	auto_free char *whole = NULL;
	char id[DIGEST_MAX] = "";
	struct mount *b;
	int fd;

	if (m->from || m->uid || m->gid || m->mode_set)
		return err_set(e, EOPNOTSUPP, "--mount=type=cache: from, "
			       "mode, uid and gid are not supported: the "
			       "command can fill the cache and chown it");
	if (l->n_locks == ARRAY_LEN(l->locks))
		return err_set(e, E2BIG, "too many cache mounts");
	build_key_add(id, m->id ? m->id : target);
	fd = open_cache(s, id, m->sharing, &path, e);
	TRY(fd);
	l->locks[l->n_locks++] = fd;
	whole = xasprintf("%s/%s", s->path, path);
	b = mount_list_bind(&l->spec.mounts, whole, target);
	b->given = true;
	b->attr_set = m->readonly ? MOUNT_ATTR_RDONLY : 0;
	return 0;
}

/* ---- what is there ---- */

static int add_folder(struct run_life *l, const struct df_mount *m, int folder,
		      const char *target, struct err *e)
{
	auto_free char *fd_name = xasprintf("/proc/self/fd/%d", folder);
	auto_free char *path = realpath(fd_name, NULL);
	struct mount *b;

	if (!path)
		return err_sys(e, "find the folder of the context");
	b = mount_list_bind(&l->spec.mounts, path, target);
	b->given = true;
	b->attr_set = MOUNT_ATTR_RDONLY;
	b->subpath = m->source ? xstrdup(m->source) : NULL;
	return 0;
}

static int add_stage(struct run_life *l, const struct df_mount *m,
		     struct build_from *from, const char *target,
		     struct err *e)
{
	struct layer_stack *layers = &l->layers[l->n_from - 1];
	struct mount *b;

	TRY(layer_stack_open(&l->s->b->store, &from->stage->img,
			     &l->s->b->map, layers, e));
	if (layers->paths.n == 0)
		return err_set(e, EINVAL, "%s is empty", m->from);
	b = mount_list_bind(&l->spec.mounts, m->from, target);
	b->given = true;
	b->image = xstrdup(m->from);
	strv_extend(&b->layers, strv_list(&layers->paths));
	b->attr_set = MOUNT_ATTR_RDONLY;
	b->subpath = m->source ? xstrdup(m->source) : NULL;
	return 0;
}

static int add_bind(struct run_life *l, const struct df_mount *m,
		    struct err *e)
{
	auto_free char *target = target_of(l->s, m);
	struct build_from *from;

	if (!m->readonly)
		return err_set(e, EOPNOTSUPP, "--mount=type=bind,rw is not "
			       "supported: what is written there would be "
			       "thrown away, copy it instead");
	if (!m->from && l->s->b->context < 0)
		return err_set(e, ENOENT, "there is no context to mount");
	if (!m->from)
		return add_folder(l, m, l->s->b->context, target, e);
	if (l->n_from == ARRAY_LEN(l->from))
		return err_set(e, E2BIG, "too many bind mounts");
	from = &l->from[l->n_from++];
	TRY(build_from_open(l->s->b, l->s->st, m->from, from, e));
	return from->stage ? add_stage(l, m, from, target, e) :
			     add_folder(l, m, from->folder, target, e);
}

static int add_tmpfs(struct run_life *l, const struct df_mount *m)
{
	auto_free char *target = target_of(l->s, m);
	struct mount *t = mount_list_fs(&l->spec.mounts, "tmpfs", target, 0);

	t->given = true;
	if (m->size)
		strv_printf(&t->data, "size=%llu",
			    (unsigned long long)m->size);
	return 0;
}

static int add_mount(struct run_life *l, const struct df_mount *m,
		     struct err *e)
{
	switch (m->kind) {
	case DF_MOUNT_SECRET:
		return add_secret(l, m, e);
	case DF_MOUNT_CACHE:
		return add_cache(l, m, e);
	case DF_MOUNT_BIND:
		return add_bind(l, m, e);
	case DF_MOUNT_TMPFS:
		return add_tmpfs(l, m);
	default:
		return add_agent(l, m, e);
	}
}

int run_life_mounts(struct run_life *l, struct err *e)
{
	const struct df_run *r = &l->s->in->run;

	for (size_t i = 0; i < r->n_mounts; i++)
		TRY(add_mount(l, &r->mounts[i], e));
	if (l->script)
		mount_list_text(&l->spec.mounts, l->script,
				l->argv.v[l->argv.n - 1])->given = true;
	mount_list_sort(&l->spec.mounts);
	return 0;
}
