/* container_root.c - a child in a container's root filesystem. */
#include "fs/container_root.h"

#include "core/base/file.h"
#include "core/copy_up.h"
#include "core/mount.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

#define WAIT_MS 10000 /* for another command's copy */

struct visit {
	struct container_root *r;
	int (*fn)(void *arg, int root, struct err *e);
	void *arg;
};

/* ---- what is known of it ---- */

static const char *option(const struct container_root *r, const char *name)
{
	return json_string_value(json_object_get(json_object_get(
		r->record, "Options"), name));
}

static bool has_own_folder(const struct container_root *r)
{
	return json_is_true(json_object_get(json_object_get(
		r->record, "Options"), "rootfs"));
}

static int read_image(struct container_root *r, struct err *e)
{
	auto_free char *digest = NULL;

	TRY(file_read(r->c->fd, "image", 256, &digest, NULL, e));
	digest[strcspn(digest, "\n")] = '\0';
	return image_load(r->s, digest, NULL, &r->image, e);
}

static int read_record(struct container_root *r, struct err *e)
{
	json_t *host;

	TRY(container_record(r->c, &r->record, e));
	host = json_object_get(r->record, "HostConfig");
	r->readonly = json_is_true(json_object_get(host, "ReadonlyRootfs"));
	return container_idmap(r->c, &r->idmap, e);
}

bool container_root_copied(const struct container *c)
{
	return faccessat(c->fd, "copied", F_OK, 0) == 0;
}

static int open_folder(struct container_root *r, struct err *e)
{
	const char *name = json_string_value(json_array_get(
		json_object_get(r->record, "Words"), 0));
	const char *cwd = json_string_value(json_object_get(r->record, "Cwd"));

	if (!name || !cwd)
		return err_set(e, EINVAL, "the record of container %s names no "
			       "folder", r->c->name);
	r->folder = *name == '/' ? xstrdup(name) :
				   xasprintf("%s/%s", cwd, name);
	r->driver = &driver_dir;
	r->rootfs.source = r->folder;
	return 0;
}

static int open_layers(struct container_root *r, struct err *e)
{
	const char *name = option(r, "storage-driver");
	struct err ignored;

	TRY(read_image(r, e));
	TRY(layer_stack_open(r->s, &r->image, &r->idmap, &r->layers, e));
	r->driver = container_root_copied(r->c) ? &driver_copy :
		    name ? driver_find(name) : NULL;
	r->rootfs.layers = r->layers.paths;
	r->rootfs.path = r->c->path;
	container_mountpoints(r->s, &r->mountpoints, &ignored);
	return 0;
}

int container_root_layers(const struct store *s, struct container *c,
			  struct container_root *ret, struct err *e)
{
	ret->s = s;
	ret->c = c;
	TRY(read_record(ret, e));
	if (has_own_folder(ret))
		return err_set(e, EINVAL, "container %s stands on a folder of "
			       "its own (--rootfs): there is no image that it "
			       "could differ from", c->name);
	TRY(read_image(ret, e));
	return layer_stack_open(s, &ret->image, &ret->idmap, &ret->layers, e);
}

/* It runs: 1; it is locked: 0. */
static int take(struct container_root *r, struct err *e)
{
	int code;

	container_state_release(&r->state);
	TRY(container_state_read(r->c, &r->state, e));
	if (container_status_runs(r->state.status)) {
		r->pidfd = container_pidfd(r->c, &r->state, e);
		if (r->pidfd >= 0)
			return 1;
	}
	code = container_lock(r->c, e);
	if (code != -EBUSY)
		return code;
	/* about to start or to end, or in another command's hands */
	code = container_wait_unlocked(r->c, 100, e);
	return code == -ETIMEDOUT || code == 0 ? -EAGAIN : code;
}

int container_root_open(const struct store *s, struct container *c,
			bool with_mounts, struct container_root *ret,
			struct err *e)
{
	int code = -EAGAIN;

	ret->s = s;
	ret->c = c;
	ret->with_mounts = with_mounts;
	TRY(read_record(ret, e));
	for (int ms = 0; ms < WAIT_MS && code == -EAGAIN; ms += 100)
		code = take(ret, e);
	if (code == -EAGAIN)
		return err_set(e, EBUSY, "container %s is in another command's "
			       "hands", c->name);
	if (code != 0)
		return code < 0 ? code : 0;
	return has_own_folder(ret) ? open_folder(ret, e) :
				     open_layers(ret, e);
}

void container_root_release(struct container_root *r)
{
	if (r->pidfd >= 0)
		close(r->pidfd);
	layer_stack_release(&r->layers);
	image_release(&r->image);
	container_state_release(&r->state);
	json_decref(r->record);
	free(r->mountpoints);
	free(r->folder);
	*r = (struct container_root)CONTAINER_ROOT_INIT;
}

/* ---- one that runs ---- */

static int become_root(const struct idmap *map, struct err *e)
{
	bool one = map->kind == IDMAP_SINGLE;
	uid_t uid = one ? map->uid.e[0].inside : 0;
	gid_t gid = one ? map->gid.e[0].inside : 0;

	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return err_sys(e, "become root inside");
	return 0;
}

/* setns(2): a pidfd names the namespaces. */
static int join(const struct container_root *r, int *ret_root, struct err *e)
{
	if (prctl(PR_SET_DUMPABLE, 0) < 0 ||
	    setns(r->pidfd, CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return err_sys(e, "enter the container's namespaces");
	TRY(become_root(&r->idmap, e));
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "make a mount namespace");
	*ret_root = r->with_mounts ? dir_open(AT_FDCWD, "/", e) :
				     mount_clone(AT_FDCWD, "/", false, e);
	return *ret_root < 0 ? *ret_root : 0;
}

static NORETURN void child(struct visit *v, int report)
{
	auto_close int root = -1;
	struct err e = { 0 };
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	r = join(v->r, &root, &e);
	if (r == 0)
		r = v->fn(v->arg, root, &e);
	if (r < 0 && write(report, &e, sizeof(e)) != sizeof(e))
		_exit(2);
	_exit(r < 0);
}

static int start_running(struct visit *v, struct idmap_child *ret,
			 struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	ret->pid = fork();
	if (ret->pid == 0) {
		close(p[0]);
		child(v, p[1]);
	}
	close(p[1]);
	if (ret->pid > 0) {
		ret->report = p[0];
		return 0;
	}
	err_sys(e, "fork");
	close(p[0]);
	return -e->code;
}

/* ---- one that does not ---- */

static bool never_ran(const struct container_root *r)
{
	return r->state.status == CONTAINER_CREATED && !r->state.started;
}

static int mount_root(struct container_root *r, int *ret_root, struct err *e)
{
	auto_str struct str failures = { 0 };

	if (r->driver)
		return r->driver->mount(&r->rootfs, ret_root, e);
	for (size_t i = 0; driver_ladder[i]; i++) {
		/* of one that ran it would begin from scratch */
		if (driver_ladder[i] == &driver_copy && !never_ran(r))
			continue;
		if (driver_ladder[i]->mount(&r->rootfs, ret_root, e) >= 0)
			return 0;
		str_printf(&failures, "%s%s: %s", failures.len ? "; " : "",
			   driver_ladder[i]->name, e->text);
	}
	return err_set(e, e->code, "mount the root filesystem: %s",
		       str_text(&failures));
}

static const char *member(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* Did `-v` or `--mount` ask for an empty volume there? */
static bool says_nocopy(const struct container_root *r, const char *dest)
{
	static const char *const names[] = { "volume", "mount" };
	const json_t *options = json_object_get(r->record, "Options");
	json_t *v;
	size_t k;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_array_foreach(json_object_get(options, names[i]), k, v) {
			const char *text = json_string_value(v);

			if (text && strstr(text, dest) &&
			    strstr(text, "nocopy"))
				return true;
		}
	return false;
}

/* It starts with what the image has, also when we come before its start. */
static struct mount *add_volume(const struct container_root *r,
				const json_t *m, struct mount_list *l)
{
	const char *source = member(m, "Source");
	struct mount *v = mount_list_volume(l, member(m, "Name"),
					    member(m, "Destination"));

	v->source = xstrdup(source);
	v->copy_up = never_ran(r) && skip_prefix(source, r->s->path) &&
		     has_suffix(source, "/_data") && !says_nocopy(r, v->dest);
	return v;
}

/* One of the record's Mounts; what is not there any more shows nothing. */
static void add_mount(const struct container_root *r, const json_t *m,
		      struct mount_list *l)
{
	bool volume = streq(member(m, "Type"), "volume");
	struct mount *b;

	if ((!volume && !streq(member(m, "Type"), "bind")) ||
	    access(member(m, "Source"), F_OK) < 0)
		return;
	b = volume ? add_volume(r, m, l) :
		     mount_list_bind(l, member(m, "Source"),
				     member(m, "Destination"));
	b->recursive = true;
	if (*member(m, "Subpath"))
		b->subpath = xstrdup(member(m, "Subpath"));
	if (json_is_false(json_object_get(m, "RW")))
		b->attr_set = MOUNT_ATTR_RDONLY;
}

static int apply(const struct mount_list *l, int root, struct err *e)
{
	struct mount_ctx ctx = MOUNT_CTX_INIT;

	ctx.root = root;
	TRY(copy_up_volumes(root, l, e));
	for (size_t i = 0; i < l->n; i++)
		TRY(mount_apply(&ctx, &l->m[i], e));
	return 0;
}

static int add_mounts(const struct container_root *r, int root, struct err *e)
{
	struct mount_list l = { 0 };
	json_t *m;
	size_t i;
	int code;

	json_array_foreach(json_object_get(r->record, "Mounts"), i, m)
		add_mount(r, m, &l);
	code = apply(&l, root, e);
	mount_list_release(&l);
	return code;
}

/* Over a folder that nobody looks at here, so that it can carry mounts. */
static int attach(const struct container_root *r, int tree, int *ret_root,
		  struct err *e)
{
	const char *place = r->driver == &driver_dir ? r->rootfs.source :
						       r->c->path;
	auto_close int at = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (at < 0)
		return err_sys(e, "open %s", place);
	TRY(mount_attach(tree, at, place, e));
	if (r->with_mounts)
		TRY(add_mounts(r, tree, e));
	*ret_root = dir_open(tree, ".", e);
	return *ret_root < 0 ? *ret_root : 0;
}

static int mounted(void *arg, struct err *e)
{
	struct visit *v = arg;
	auto_close int root = -1, tree = -1;

	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	TRY(mount_root(v->r, &tree, e));
	TRY(attach(v->r, tree, &root, e));
	return v->fn(v->arg, root, e);
}

/* ---- either ---- */

int container_root_start(struct container_root *r,
			 int (*fn)(void *arg, int root, struct err *e),
			 void *arg, struct idmap_child *ret, struct err *e)
{
	/* the child's until it ends, and the child has a copy */
	struct visit v = { r, fn, arg };

	fflush(stdout);
	return r->pidfd >= 0 ? start_running(&v, ret, e) :
			       idmap_start_inside(&r->idmap, mounted, &v, ret,
						  e);
}

int container_root_run(struct container_root *r,
		       int (*fn)(void *arg, int root, struct err *e),
		       void *arg, struct err *e)
{
	struct idmap_child c;

	TRY(container_root_start(r, fn, arg, &c, e));
	return idmap_wait_inside(&c, e);
}
