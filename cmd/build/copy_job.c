/* copy_job.c - COPY, as root of the id map's namespace. */
#include "cmd/build/copy_job.h"

#include "core/base/file.h"
#include "core/container_user.h"
#include "core/mount.h"
#include "core/rootpath.h"
#include "fs/build/config.h"

#include <sys/mman.h>
#include <sys/mount.h>

#define USER_FILE_MAX (4 << 20)

static int attach_tree(const struct step *s, int tree, int at, struct err *e)
{
	TRY(mount_attach(tree, at, s->c.path, e));
	return dir_open(tree, ".", e);
}

static int open_root(struct step *s, int at, struct err *e)
{
	auto_close int tree = -1;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	TRY(driver_overlay.mount(&s->rootfs, &tree, e));
	return attach_tree(s, tree, at, e);
}

/* Overlayfs wants two at least. */
static int stack(const struct strv *layers, struct err *e)
{
	auto_strv struct strv data = { 0 };
	struct rootfs r = { .layers = *layers };
	int *fds, tree;

	TRY(driver_open_layers(&r, &fds, e));
	for (size_t i = 0; i < layers->n; i++)
		strv_printf(&data, "lowerdir+=/proc/self/fd/%d", fds[i]);
	strv_add(&data, "userxattr");
	tree = mount_new("overlay", "overlay", &data, 0, e);
	for (size_t i = 0; i < layers->n; i++)
		close(fds[i]);
	free(fds);
	return tree;
}

int step_mount_layers(const struct step *s, const struct strv *layers, int at,
		      struct err *e)
{
	auto_free char *nothing = xasprintf("%s/upper", s->c.path);
	auto_close int tree = layers->n > 1 ? stack(layers, e) :
		mount_clone(AT_FDCWD, layers->n ? layers->v[0] : nothing,
			    false, e);

	return tree < 0 ? tree : attach_tree(s, tree, at, e);
}

/* ---- --chown ---- */

/* "" for what is no regular file of a sane size. */
static char *user_file(int root, const char *path)
{
	struct err ignored;
	auto_close int fd = root_open(root, path, O_RDONLY | O_NONBLOCK |
				      O_NOCTTY, &ignored);
	char *text = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    fd_read_all(fd, path, USER_FILE_MAX, &text, NULL, &ignored) < 0)
		return xstrdup("");
	return text;
}

/* Numbers, or names of the image's own files. */
static int find_owner(struct build_copy *c, int root, struct err *e)
{
	static const struct strv none;
	const char *text = c->copy->chown;
	auto_free char *passwd = NULL, *group = NULL;
	struct container_user u = { 0 };

	if (!text)
		return 0;
	passwd = user_file(root, "/etc/passwd");
	group = user_file(root, "/etc/group");
	TRY(container_user_resolve(text, &none, passwd, group, &u, e));
	c->owned = true;
	c->uid = u.uid;
	/* a number alone is the group's number, too */
	c->gid = text[strspn(text, "0123456789")] ? u.gid : u.uid;
	container_user_release(&u);
	return 0;
}

/* ---- the children ---- */

static int copy_inside(void *arg, struct err *e)
{
	struct copy_job *j = arg;
	auto_close int at = dir_open(AT_FDCWD, j->s->c.path, e);
	auto_close int root = -1, src = -1;

	TRY(at);
	root = open_root(j->s, at, e);
	TRY(root);
	j->c.root_path = j->s->c.path;
	TRY(find_owner(&j->c, root, e));
	if (j->context >= 0)
		return build_copy_run(&j->c, j->context, root, e);
	src = step_mount_layers(j->s, j->layers, at, e);
	TRY(src);
	return build_copy_run(&j->c, src, root, e);
}

/* A list that a child makes; `ret` is memory of both. */
struct listing {
	struct copy_job *j;
	char *ret;
};

static int list_inside(void *arg, struct err *e)
{
	struct listing *l = arg;
	struct step *s = l->j->s;
	auto_close int at = dir_open(AT_FDCWD, s->c.path, e), src = -1;
	struct digest d;
	int r;

	TRY(at);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_sys(e, "cut the mounts off the host's");
	src = step_mount_layers(s, l->j->layers, at, e);
	TRY(src);
	digest_init(&d);
	r = build_copy_list(&l->j->c, src, &d, e);
	digest_final(&d, l->ret);
	return r;
}

static int make_folder(void *arg, struct err *e)
{
	struct copy_job *j = arg;
	auto_close int at = dir_open(AT_FDCWD, j->s->c.path, e);
	auto_close int root = -1;

	TRY(at);
	root = open_root(j->s, at, e);
	TRY(root);
	TRY(find_owner(&j->c, root, e));
	return build_copy_folder(&j->c, root, e);
}

int step_run_inside(struct step *s, int (*fn)(void *arg, struct err *e),
		    void *arg, struct err *e)
{
	struct idmap_child child;

	TRY(idmap_start_inside(&s->b->map, fn, arg, &child, e));
	return idmap_wait_inside(&child, e);
}

int copy_job_run(struct copy_job *j, struct err *e)
{
	return step_run_inside(j->s, copy_inside, j, e);
}

int copy_job_list(struct copy_job *j, char ret[static DIGEST_MAX],
		  struct err *e)
{
	char *shared = mmap(NULL, DIGEST_MAX, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct listing l = { j, shared };
	int r;

	if (shared == MAP_FAILED)
		return err_sys(e, "map memory");
	r = step_run_inside(j->s, list_inside, &l, e);
	memcpy(ret, shared, DIGEST_MAX);
	munmap(shared, DIGEST_MAX);
	return r;
}

/* As docker and buildah do it, it belongs to the USER. */
int workdir_job_run(struct step *s, struct err *e)
{
	const char *user = json_string_value(json_object_get(json_object_get(
		s->st->doc, "config"), "User"));
	struct df_copy copy = { .chown = user && *user ? (char *)user :
							 NULL };
	struct copy_job j = { .s = s, .c = {
		.copy = &copy, .note_owner = s->b->map.kind == IDMAP_SINGLE,
	} };
	int r;

	j.c.dest = build_config_path(s->st->doc, ".");
	r = step_run_inside(s, make_folder, &j, e);
	free(j.c.dest);
	return r;
}
