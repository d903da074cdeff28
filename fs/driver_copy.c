/* driver_copy.c - a tree of its own: the layers copied on one another. */
#include "fs/driver.h"

#include "core/base/file.h"
#include "core/copy.h"
#include "core/mount.h"

#include <stdio.h>
#include <sys/xattr.h>

#define OPAQUE_XATTR "user.overlay.opaque"

/*
 * Theory of operation: layers are laid down from the lowest up.  Folders
 * wait in a queue of paths relative to both trees, so depth costs no stack.
 */
struct copy {
	int from, to;      /* the layer's root, the new tree's root */
	struct strv queue; /* folders still to be copied */
};

static int copy_regular(struct copy *c, const char *path, const struct stat *st,
			struct err *e)
{
	auto_close int in = openat(c->from, path,
				   O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_close int out = openat(c->to, path, O_WRONLY | O_CREAT | O_EXCL |
				    O_NOFOLLOW | O_CLOEXEC, 0600);

	if (in < 0 || out < 0)
		return err_sys(e, "copy %s", path);
	TRY(copy_data(in, out, e));
	return copy_attributes(in, out, st, e);
}

static bool opaque(int from, const char *path)
{
	auto_close int fd = openat(from, path, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);
	char v;

	return fd >= 0 && fgetxattr(fd, OPAQUE_XATTR, &v, 1) == 1 && v == 'y';
}

static int copy_folder(struct copy *c, const char *path, const struct stat *st,
		       struct err *e)
{
	auto_close int in = -1, out = -1;
	struct stat old;

	if (fstatat(c->to, path, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (!S_ISDIR(old.st_mode) || opaque(c->from, path)))
		TRY(tree_remove(c->to, path, e));
	if (mkdirat(c->to, path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, "create the folder %s", path);
	in = openat(c->from, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	out = openat(c->to, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0 || out < 0)
		return err_sys(e, "open the folder %s", path);
	strv_add(&c->queue, path);
	return copy_attributes(in, out, st, e);
}

static int copy_entry(struct copy *c, const char *path, struct err *e)
{
	struct stat st;

	if (fstatat(c->from, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "look at %s", path);
	if (S_ISDIR(st.st_mode))
		return copy_folder(c, path, &st, e);
	TRY(tree_remove(c->to, path, e));
	if (S_ISCHR(st.st_mode) && st.st_rdev == 0)
		return 0; /* a whiteout: removed is what it says */
	if (S_ISREG(st.st_mode))
		return copy_regular(c, path, &st, e);
	return copy_special(c->from, path, c->to, path, &st, e);
}

static int copy_children(struct copy *c, const char *folder, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = openat(c->from, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			O_CLOEXEC);
	struct dirent *ent;

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return err_sys(e, "open the folder %s", folder);
	while ((ent = readdir(d))) {
		auto_free char *path = NULL;

		if (streq(ent->d_name, ".") || streq(ent->d_name, ".."))
			continue;
		path = streq(folder, ".") ?
			       xstrdup(ent->d_name) :
			       xasprintf("%s/%s", folder, ent->d_name);
		TRY(copy_entry(c, path, e));
	}
	return 0;
}

static int copy_layer(int from, int to, struct err *e)
{
	struct copy c = { .from = from, .to = to };
	int r = 0;

	strv_add(&c.queue, ".");
	while (r >= 0 && c.queue.n > 0) {
		auto_free char *folder = c.queue.v[--c.queue.n];

		c.queue.v[c.queue.n] = NULL;
		r = copy_children(&c, folder, e);
	}
	strv_release(&c.queue);
	return r;
}

static int copy_all(struct rootfs *r, int to, struct err *e)
{
	int *layers, code = 0;
	struct stat st;

	TRY(driver_open_layers(r, &layers, e));
	for (size_t i = r->layers.n; i-- > 0 && code == 0;)
		code = copy_layer(layers[i], to, e);
	if (code == 0 && r->layers.n && fstat(layers[0], &st) == 0 &&
	    fchmod(to, st.st_mode & 07777) < 0)
		code = err_sys(e, "set the mode of the root folder");
	for (size_t i = 0; i < r->layers.n; i++)
		close(layers[i]);
	free(layers);
	return code;
}

static int copy_mount(struct rootfs *r, int *ret_fd, struct err *e)
{
	auto_free char *path = xasprintf("%s/upper", r->path);
	auto_close int dir = dir_open(AT_FDCWD, r->path, e);
	auto_close int to = dir < 0 ? -1 : dir_open(dir, "upper", e);

	if (to < 0)
		return -e->code;
	/* a container that starts again has its copy already */
	if (faccessat(dir, "copied", F_OK, 0) < 0) {
		TRY(copy_all(r, to, e));
		TRY(file_create(dir, "copied", "", 0600, e));
	}
	*ret_fd = mount_clone(AT_FDCWD, path, false, e);
	return *ret_fd < 0 ? *ret_fd : 0;
}

const struct driver_ops driver_copy = {
	.name = "copy", .mount = copy_mount,
};
