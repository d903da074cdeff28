/* mount.c - the executor of mounts: by fd, below a root that is not ours. */
#include "core/mount.h"

#include "core/base/file.h"
#include "core/copy_up.h"
#include "core/rootpath.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

int mount_attr(int fd, uint64_t set, uint64_t clear, uint64_t propagation,
	       bool recursive, struct err *e)
{
	struct mount_attr a = {
		.attr_set = set, .attr_clr = clear, .propagation = propagation,
	};

	/* one of three, so the others go: mount_setattr(2) */
	if (set & MOUNT_ATTR__ATIME)
		a.attr_clr |= MOUNT_ATTR__ATIME;
	if (mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
			  &a, sizeof(a)) < 0)
		return err_sys(e, "change mount attributes");
	return 0;
}

/* The kernel explains failed mounts in the fs context's log: fsopen(2). */
static int mount_error(int fs, const char *what, struct err *e)
{
	int code = errno;
	char log[200];
	ssize_t n = read(fs, log, sizeof(log) - 1);

	errno = code;
	err_sys(e, "mount %s", what);
	if (n > 2) {
		size_t len = strlen(e->text);

		log[n] = '\0';
		log[strcspn(log, "\n")] = '\0';
		snprintf(e->text + len, sizeof(e->text) - len, " (%s)", log + 2);
	}
	return -code;
}

static int configure(int fs, const char *option)
{
	auto_free char *key = xstrdup(option);
	char *value = strchr(key, '=');

	if (!value)
		return fsconfig(fs, FSCONFIG_SET_FLAG, key, NULL, 0);
	*value++ = '\0';
	return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0);
}

int mount_new(const char *fstype, const char *source, const struct strv *data,
	      uint64_t attr, struct err *e)
{
	auto_close int fs = fsopen(fstype, FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0)
		return err_sys(e, "mount %s", fstype);
	if (source && fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return mount_error(fs, fstype, e);
	for (size_t i = 0; data && i < data->n; i++)
		if (configure(fs, data->v[i]) < 0)
			return mount_error(fs, fstype, e);
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return mount_error(fs, fstype, e);
	fd = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	return fd < 0 ? mount_error(fs, fstype, e) : fd;
}

int mount_clone(int dirfd, const char *path, bool recursive, struct err *e)
{
	int fd = open_tree(dirfd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
			   (recursive ? AT_RECURSIVE : 0) |
			   (*path ? 0 : AT_EMPTY_PATH));

	return fd < 0 ? err_sys(e, "bind %s", path) : fd;
}

int mount_attach(int mount_fd, int target_fd, const char *name, struct err *e)
{
	if (move_mount(mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH |
		       MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return err_sys(e, "mount on %s", name);
	return 0;
}

/* ---- /dev ---- */

static const struct {
	const char *name;
	unsigned int major, minor;
} nodes[] = {
	{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" },
	{ "/proc/kcore", "core" }, { "pts/ptmx", "ptmx" },
};

/* Bind a host's node, after a look that it is the device it should be. */
static int bind_node(int dev, size_t i, struct err *e)
{
	char path[32];
	auto_close int fd = -1;
	struct stat st;

	snprintf(path, sizeof(path), "/dev/%s", nodes[i].name);
	fd = mount_clone(AT_FDCWD, path, false, e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(nodes[i].major, nodes[i].minor))
		return err_set(e, ENODEV, "%s of this host is not the device "
			       "%u:%u", path, nodes[i].major, nodes[i].minor);
	if (mknodat(dev, nodes[i].name, S_IFREG | 0644, 0) < 0)
		return err_sys(e, "create %s", path);
	if (move_mount(fd, "", dev, nodes[i].name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(e, "mount on %s", path);
	return 0;
}

/* `dev` is the tmpfs just attached: nothing of the image's is in it. */
static int fill_dev(int dev, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		TRY(bind_node(dev, i, e));
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (symlinkat(links[i][0], dev, links[i][1]) < 0)
			return err_sys(e, "link /dev/%s", links[i][1]);
	if (mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0 ||
	    mkdirat(dev, "mqueue", 0755) < 0)
		return err_sys(e, "create a folder in /dev");
	return 0;
}

/* ---- one mount ---- */

int mount_make_spare(struct mount_ctx *c, int at, const char *name,
		     struct err *e)
{
	auto_strv struct strv data = { 0 };

	strv_add(&data, "mode=755");
	strv_add(&data, "size=1m");
	c->spare = mount_new("tmpfs", "rl", &data, MOUNT_ATTR_NOSUID |
			     MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, e);
	return c->spare < 0 ? c->spare : mount_attach(c->spare, at, name, e);
}

/* A file of text on the tmpfs that all of them share. */
static int text_file(struct mount_ctx *c, const struct mount *m, struct err *e)
{
	char name[16];

	snprintf(name, sizeof(name), "%zu", c->n_texts++);
	TRY(file_create(c->spare, name, m->source, 0644, e));
	if ((m->uid || m->gid) &&
	    fchownat(c->spare, name, m->uid, m->gid, 0) < 0)
		return err_sys(e, "give %s to %u:%u", m->dest, m->uid, m->gid);
	if (m->mode && fchmodat(c->spare, name, m->mode, 0) < 0)
		return err_sys(e, "set the mode of %s", m->dest);
	return mount_clone(c->spare, name, false, e);
}

/* ---- the layers of an image ---- */

/* Before Linux 6.5 the lower folders are one option, joined by colons. */
static int overlay(const struct mount *m, const int *layers, bool joined,
		   struct err *e)
{
	auto_strv struct strv data = { 0 };
	auto_str struct str all = { 0 };

	str_puts(&all, "lowerdir=");
	for (size_t i = 0; i < m->layers.n; i++) {
		str_printf(&all, "%s/proc/self/fd/%d", i ? ":" : "", layers[i]);
		if (!joined)
			strv_printf(&data, "lowerdir+=/proc/self/fd/%d",
				    layers[i]);
	}
	if (joined)
		strv_add(&data, str_text(&all));
	strv_add(&data, "userxattr");
	if (!m->upper)
		return mount_new("overlay", "overlay", &data,
				 MOUNT_ATTR_RDONLY, e);
	strv_printf(&data, "upperdir=%s/upper", m->upper);
	strv_printf(&data, "workdir=%s/work", m->upper);
	return mount_new("overlay", "overlay", &data, 0, e);
}

static int stack_layers(const struct mount *m, struct err *e)
{
	auto_free int *fds = xcalloc(m->layers.n, sizeof(int));
	size_t n = 0;
	int fd = 0;

	for (; fd >= 0 && n < m->layers.n; n += fd >= 0) {
		fd = dir_open(AT_FDCWD, m->layers.v[n], e);
		if (fd >= 0)
			fds[n] = fd;
	}
	if (fd >= 0)
		fd = overlay(m, fds, false, e);
	if (fd == -EINVAL)
		fd = overlay(m, fds, true, e);
	while (n-- > 0)
		close(fds[n]);
	return fd;
}

/*
 * Of a mount that is not attached no part can be cloned: one with a subpath
 * gets a place on the spare tmpfs, which goes with it at pivot_root.
 */
static int image_part(struct mount_ctx *c, const struct mount *m, int whole,
		      struct err *e)
{
	auto_close int fd = -1, at = -1;
	struct err why;
	char name[24];

	snprintf(name, sizeof(name), "image%zu", c->n_texts++);
	if (mkdirat(c->spare, name, 0755) < 0)
		return err_sys(e, "create a mount point");
	at = dir_open(c->spare, name, e);
	if (at < 0)
		return at;
	TRY(mount_attach(whole, at, m->image, e));
	fd = root_open(whole, m->subpath, O_PATH, &why);
	if (fd < 0)
		return err_set(e, why.code, "cannot access the path '%s' of "
			       "the image %s: %s", m->subpath, m->image,
			       strerror(why.code));
	return mount_clone(fd, "", false, e);
}

static int image_source(struct mount_ctx *c, const struct mount *m,
			struct err *e)
{
	auto_close int whole = m->layers.n == 1 && !m->upper ?
		mount_clone(AT_FDCWD, m->layers.v[0], false, e) :
		stack_layers(m, e);
	auto_close int fd = -1;

	if (whole < 0)
		return err_wrap(e, "mount the image %s", m->image);
	fd = m->subpath ? image_part(c, m, whole, e) : steal_fd(whole);
	if (fd < 0)
		return fd;
	TRY(mount_attr(fd, m->attr_set, 0, MS_PRIVATE, false, e));
	return steal_fd(fd);
}

/* ---- folders ---- */

/*
 * What is below a volume was written by containers: no link and no ".." leads
 * out of it, and what was looked up is what is mounted.
 */
static int clone_subpath(const struct mount *m, struct err *e)
{
	auto_close int top = dir_open(AT_FDCWD, m->source, e);
	auto_close int fd = -1;
	struct err why;

	if (top < 0)
		return top;
	fd = root_open(top, m->subpath, O_PATH, &why);
	if (fd < 0)
		return err_set(e, why.code, "cannot access the path '%s' of "
			       "%s%s: %s", m->subpath, m->volume ?
			       "the volume " : "", m->volume ? m->volume :
			       m->source,
			       strerror(why.code));
	return mount_clone(fd, "", m->recursive, e);
}

static int clone_source(const struct mount *m, struct err *e)
{
	if (m->subpath)
		return clone_subpath(m, e);
	return mount_clone(AT_FDCWD, m->source, m->recursive, e);
}

#define ATIMES (MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME)

/* What times are noted is locked, too; no one is worse off for it. */
static int add_attr(int fd, uint64_t set, uint64_t propagation,
		    bool recursive, struct err *e)
{
	int r = mount_attr(fd, set, 0, propagation, recursive, e);

	if (r == -EPERM && (set & ATIMES))
		r = mount_attr(fd, set & ~(uint64_t)ATIMES, 0, propagation,
			       recursive, e);
	return r;
}

static int bind_source(const struct mount *m, struct err *e)
{
	int fd = clone_source(m, e), r;

	if (fd == -ENOENT && m->make_source) {
		TRY(mkdir_parents(AT_FDCWD, m->source, 0755, e));
		fd = mount_clone(AT_FDCWD, m->source, m->recursive, e);
	}
	if (fd == -ENOENT && !m->volume)
		return err_set(e, ENOENT, "bind source path does not exist: %s",
			       m->source);
	if (fd < 0)
		return fd;
	/*
	 * The host's mounts must not see what is mounted inside, and what a
	 * less privileged mount namespace inherits is locked as it is: flags
	 * can be added, never taken away.
	 */
	r = add_attr(fd, m->attr_set, MS_PRIVATE, m->recursive_attr, e);
	return r < 0 ? r : fd;
}

static int fallback(const struct mount *m, struct err *e)
{
	int fd;

	if (m->fallback == MOUNT_FALLBACK_SKIP)
		return 0;
	fd = mount_clone(AT_FDCWD, m->dest, true, e);
	if (fd == -ENOENT && m->fallback == MOUNT_FALLBACK_TRY)
		return 0;
	if (fd < 0)
		return fd;
	TRY(mount_attr(fd, m->attr_set, 0, MS_PRIVATE, true, e));
	return fd;
}

/* What is set once something was written to it. */
static uint64_t late_attr(const struct mount *m)
{
	return m->keep_mode || m->tmp_copy_up ?
		       m->attr_set & MOUNT_ATTR_RDONLY : 0;
}

/* The detached mount; 0 when it is to be left out. */
static int make(struct mount_ctx *c, const struct mount *m, struct err *e)
{
	int fd;

	switch (m->kind) {
	case MOUNT_TEXT:
		return text_file(c, m, e);
	case MOUNT_BIND:
		return m->image ? image_source(c, m, e) : bind_source(m, e);
	case MOUNT_FS:
		break;
	}
	fd = mount_new(m->fstype, m->source ? m->source : m->fstype, &m->data,
		       m->attr_set & ~late_attr(m), e);
	if (fd < 0 && m->fallback != MOUNT_FALLBACK_NONE)
		return fallback(m, e);
	return fd;
}

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
}

/*
 * Where it goes.  A /proc or /sys that is a symlink could be aimed elsewhere
 * before the paths below it are masked (CVE-2019-19921).
 */
static int target_of(struct mount_ctx *c, const struct mount *m, bool file,
		     struct err *e)
{
	if (m->kind == MOUNT_FS &&
	    (streq(m->dest, "/proc") || streq(m->dest, "/sys")))
		return root_make_real(c->root, m->dest, e);
	return root_make(c->root, m->dest, file, e);
}

/* What an outer namespace locked cannot be taken away: it stays. */
static int clear_attr(int fd, uint64_t clear, bool recursive, struct err *e)
{
	int r = clear ? mount_attr(fd, 0, clear, 0, recursive, e) : 0;

	return r == -EPERM ? 0 : r;
}

static int map_ids(int fd, const struct mount *m, struct err *e)
{
	auto_close int own = m->idmap_fd > 0 ? -1 :
		open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	struct mount_attr a = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = m->idmap_fd > 0 ? m->idmap_fd : own,
	};

	if (mount_setattr(fd, "", AT_EMPTY_PATH |
			  (m->idmap_recursive ? AT_RECURSIVE : 0), &a,
			  sizeof(a)) < 0)
		return err_sys(e, "map the ids of the mount on %s (the "
			       "filesystem must allow it, and be ours)",
			       m->dest);
	return 0;
}

/* Before anybody can see it. */
static int refine(int fd, const struct mount *m, struct err *e)
{
	TRY(clear_attr(fd, m->attr_clear, false, e));
	TRY(clear_attr(fd, m->rec_clear, true, e));
	if (m->rec_set)
		TRY(add_attr(fd, m->rec_set, 0, true, e));
	return m->idmap ? map_ids(fd, m, e) : 0;
}

/* A new filesystem takes after the folder that it covers. */
static int take_after(int fd, int target, const struct mount *m, bool there,
		      struct err *e)
{
	struct stat st;

	if (m->keep_mode && there && (fstat(target, &st) < 0 ||
		      fchmodat(fd, ".", st.st_mode & 07777, 0) < 0))
		return err_sys(e, "set the mode of %s", m->dest);
	if (m->tmp_copy_up && there)
		TRY(copy_up_tree(target, fd, e));
	return late_attr(m) ? mount_attr(fd, late_attr(m), 0, 0, false, e) : 0;
}

static bool is_there(struct mount_ctx *c, const struct mount *m)
{
	struct err ignored;
	auto_close int fd = root_open(c->root, m->dest, O_PATH, &ignored);

	return fd >= 0;
}

int mount_apply(struct mount_ctx *c, const struct mount *m, struct err *e)
{
	auto_close int fd = -1, target = -1;
	int r = make(c, m, e);
	bool there;

	if (r <= 0)
		return r;
	fd = r;
	there = (m->keep_mode || m->tmp_copy_up) && is_there(c, m);
	target = target_of(c, m, m->kind == MOUNT_TEXT ||
			   (m->kind == MOUNT_BIND && is_file(fd)), e);
	if (target < 0)
		return target;
	TRY(refine(fd, m, e));
	TRY(take_after(fd, target, m, there, e));
	TRY(mount_attach(fd, target, m->dest, e));
	if (m->propagation)
		TRY(mount_attr(fd, 0, 0, m->propagation & ~(uint64_t)MS_REC,
			       m->propagation & MS_REC, e));
	return m->dev ? fill_dev(fd, e) : 0;
}

/* ---- masks ---- */

static int empty_mount(struct mount_ctx *c, struct err *e)
{
	auto_close int fd = -1;

	if (!c->has_empty && mkdirat(c->spare, "empty", 0555) < 0)
		return err_sys(e, "create an empty folder");
	c->has_empty = true;
	fd = mount_clone(c->spare, "empty", false, e);
	if (fd < 0)
		return fd;
	TRY(mount_attr(fd, MOUNT_ATTR_RDONLY, 0, 0, false, e));
	return steal_fd(fd);
}

/* /dev/null of the host: checked, as a name may have been swapped. */
static int null_mount(struct err *e)
{
	int fd = mount_clone(AT_FDCWD, "/dev/null", false, e);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(1, 3))
		return fd;
	close(fd);
	return err_set(e, ENODEV, "/dev/null of this host is not the null "
		       "device");
}

int mount_mask(struct mount_ctx *c, const char *path, struct err *e)
{
	auto_close int target = root_open(c->root, path, O_PATH, e);
	auto_close int fd = -1;

	if (target == -ENOENT || target == -ENOTDIR)
		return 0;
	if (target < 0)
		return target;
	fd = is_file(target) ? null_mount(e) : empty_mount(c, e);
	return fd < 0 ? fd : mount_attach(fd, target, path, e);
}

int mount_readonly(struct mount_ctx *c, const char *path, struct err *e)
{
	auto_close int target = root_open(c->root, path, O_PATH, e);
	auto_close int fd = -1;

	if (target == -ENOENT || target == -ENOTDIR)
		return 0;
	if (target < 0)
		return target;
	fd = mount_clone(target, "", true, e);
	if (fd < 0)
		return fd;
	TRY(mount_attr(fd, MOUNT_ATTR_RDONLY, 0, 0, true, e));
	return mount_attach(fd, target, path, e);
}
