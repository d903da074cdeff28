/* run_mounts.c - RUN --mount: bind, cache, tmpfs, secret, ssh. */
#include "cmd/build/run_life.h"

#include "core/base/file.h"
#include "fs/build/config.h"
#include "fs/build/copy_hide.h"

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

char *run_mount_target(const struct step *s, const struct df_mount *m)
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
		strv_take(ret, run_mount_target(s, &r->mounts[i]));
}

/* ---- secrets ---- */

static int add_secret(struct run_life *l, const struct df_mount *m,
		      struct err *e)
{
	auto_free char *text = NULL, *target = run_mount_target(l->s, m);
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
	auto_free char *target = run_mount_target(l->s, m);

	if (!path && m->required)
		return err_set(e, ENOENT, "no SSH key \"%s\" is given (--ssh "
			       "%s hands in the agent's socket)", id, id);
	if (!path)
		return 0;
	mount_list_bind(&l->spec.mounts, path, target)->given = true;
	strv_printf(&l->spec.env, "SSH_AUTH_SOCK=%s", target);
	return 0;
}

/* ---- what is there ---- */

/*
 * A folder that goes with the step, but is not in its own, over which the
 * container's root is mounted.
 */
static int make_scratch(struct run_life *l, struct container **ret,
			struct err *e)
{
	if (l->n_scratch == ARRAY_LEN(l->scratch))
		return err_set(e, E2BIG, "too many bind mounts");
	*ret = &l->scratch[l->n_scratch];
	TRY(build_folder_make(l->s->b, *ret, e));
	l->n_scratch++;
	return 0;
}

/* rw: what is written goes to such a folder.  *m has its layers. */
static int make_writable(struct run_life *l, const struct df_mount *df,
			 struct mount *m, struct err *e)
{
	struct container *c = NULL;

	m->attr_set = df->readonly ? MOUNT_ATTR_RDONLY : 0;
	if (df->readonly)
		return 0;
	TRY(make_scratch(l, &c, e));
	m->upper = xstrdup(c->path);
	return 0;
}

/* What the ignore file leaves out is hidden by a layer of whiteouts. */
static int hide_ignored(struct run_life *l, const struct ignore *g, int folder,
			struct mount *m, struct err *e)
{
	struct container *c = NULL;
	auto_close int out = -1;
	bool some = false;

	if (g->n == 0)
		return 0;
	TRY(make_scratch(l, &c, e));
	out = dir_open(c->fd, "upper", e);
	TRY(out);
	TRY(copy_hide(g, folder, out, &some, e));
	if (some)
		strv_printf(&m->layers, "%s/upper", c->path);
	return 0;
}

static int add_folder(struct run_life *l, const struct df_mount *m, int folder,
		      const struct ignore *g, const char *target,
		      struct err *e)
{
	auto_free char *fd_name = xasprintf("/proc/self/fd/%d", folder);
	auto_free char *path = realpath(fd_name, NULL);
	struct mount *b;

	if (!path)
		return err_sys(e, "find the folder of the context");
	b = mount_list_bind(&l->spec.mounts, path, target);
	b->given = true;
	b->subpath = m->source ? xstrdup(m->source) : NULL;
	TRY(hide_ignored(l, g, folder, b, e));
	if (!m->readonly || b->layers.n) {
		b->image = xstrdup(m->from ? m->from : "the context");
		strv_add(&b->layers, path);
	}
	return make_writable(l, m, b, e);
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
	b->subpath = m->source ? xstrdup(m->source) : NULL;
	return make_writable(l, m, b, e);
}

int run_life_from(struct run_life *l, const char *name,
		  struct build_from **ret, struct err *e)
{
	if (l->n_from == ARRAY_LEN(l->from))
		return err_set(e, E2BIG, "too many mounts from stages");
	*ret = &l->from[l->n_from++];
	return build_from_open(l->s->b, l->s->st, name, *ret, e);
}

static int add_bind(struct run_life *l, const struct df_mount *m,
		    struct err *e)
{
	auto_free char *target = run_mount_target(l->s, m);
	struct build_from *from = NULL;

	if (!m->from && l->s->b->context < 0)
		return err_set(e, ENOENT, "there is no context to mount");
	if (!m->from)
		return add_folder(l, m, l->s->b->context, &l->s->b->ignore,
				  target, e);
	TRY(run_life_from(l, m->from, &from, e));
	return from->stage ? add_stage(l, m, from, target, e) :
			     add_folder(l, m, from->folder, &from->ignore,
					target, e);
}

static int add_tmpfs(struct run_life *l, const struct df_mount *m)
{
	auto_free char *target = run_mount_target(l->s, m);
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
		return run_life_cache(l, m, e);
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
