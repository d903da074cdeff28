/* copy_up.c - the image's files become the first content of a volume. */
#include "core/copy_up.h"

#include "core/base/file.h"
#include "core/copy.h"
#include "core/rootpath.h"

#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>

/*
 * Theory of operation: beside the volume's _data, where no container reaches,
 * is the file `copy-up` while a copy is made.  Its lock is that of the copier,
 * others wait; it has a byte in it from before the first file is copied until
 * after the last.  So one that is found with a byte and without an owner is a
 * copy that was cut off, and whoever comes next goes on with it: what is
 * there is kept, as files come into the volume by rename(2), whole.
 */
#define MARK "copy-up"
#define PART "copy-up.part"
#define LINKS_MAX 4096 /* of hard links that are kept as such */

struct link {
	dev_t dev;
	ino_t ino;
	char *path; /* in the volume */
};

struct copy_up {
	int from;   /* the image's folder */
	int to;     /* _data */
	int folder; /* what _data is in */
	struct strv queue; /* folders still to be copied: depth costs no stack */
	struct link *links;
	size_t n_links;
};

static char *path_of(const char *folder, const char *name)
{
	return streq(folder, ".") ? xstrdup(name) :
				    xasprintf("%s/%s", folder, name);
}

/* ---- one entry ---- */

/* An earlier name of the same file: 1 when it could be linked. */
static int link_file(struct copy_up *c, const char *path, int out,
		     const char *name, const struct stat *st)
{
	for (size_t i = 0; i < c->n_links; i++) {
		auto_free char *old = xstrdup(c->links[i].path);
		auto_free char *base = xstrdup(c->links[i].path);
		auto_close int dir = -1;

		if (c->links[i].dev != st->st_dev ||
		    c->links[i].ino != st->st_ino)
			continue;
		dir = root_open_plain(c->to, dirname(old), O_PATH | O_DIRECTORY);
		return dir >= 0 &&
		       linkat(dir, basename(base), out, name, 0) == 0;
	}
	if (c->n_links < LINKS_MAX) {
		c->links = xrealloc(c->links, c->n_links + 1,
				    sizeof(*c->links));
		c->links[c->n_links++] = (struct link){ st->st_dev, st->st_ino,
							xstrdup(path) };
	}
	return 0;
}

/* Into its place at once; what came there meanwhile stays. */
static int put_part(struct copy_up *c, int out, const char *name,
		    struct err *e)
{
	int r = renameat2(c->folder, PART, out, name, RENAME_NOREPLACE);

	if (r < 0 && errno == EINVAL) /* not every filesystem has that */
		r = linkat(c->folder, PART, out, name, 0);
	if (r < 0 && errno != EEXIST)
		return err_sys(e, "create %s", name);
	unlinkat(c->folder, PART, 0);
	return 0;
}

static int copy_file(struct copy_up *c, int in_dir, int out_dir,
		     const char *name, struct err *e)
{
	auto_close int in = openat(in_dir, name, O_RDONLY | O_NOFOLLOW |
				   O_NONBLOCK | O_CLOEXEC);
	auto_close int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return err_sys(e, "open %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "%s changed while it was copied",
			       name);
	unlinkat(c->folder, PART, 0);
	out = openat(c->folder, PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
		     O_CLOEXEC, 0600);
	if (out < 0)
		return err_sys(e, "create %s", PART);
	TRY(copy_data(in, out, e));
	TRY(copy_attributes(in, out, &st, e));
	return put_part(c, out_dir, name, e);
}

static int copy_entry(struct copy_up *c, const char *folder, int in, int out,
		      const char *name, struct err *e)
{
	auto_free char *path = path_of(folder, name);
	struct stat st, there;
	int r = 0;

	if (fstatat(in, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, "look at %s", path);
	if (S_ISDIR(st.st_mode)) {
		if (mkdirat(out, name, 0700) < 0 && errno != EEXIST)
			return err_sys(e, "create the folder %s", path);
		strv_add(&c->queue, path);
		return 0;
	}
	if (st.st_nlink > 1 && link_file(c, path, out, name, &st))
		return 0;
	if (fstatat(out, name, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	r = S_ISREG(st.st_mode) ? copy_file(c, in, out, name, e) :
				  copy_special(in, name, out, name, &st, e);
	return r == -EEXIST ? 0 : r < 0 ? err_wrap(e, "%s", path) : 0;
}

/* ---- the tree ---- */

static int copy_folder(struct copy_up *c, const char *path, struct err *e)
{
	auto_close int in = -1, out = -1;
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	struct stat st;

	in = root_open_plain(c->from, path, O_RDONLY | O_DIRECTORY);
	out = root_open_plain(c->to, path, O_RDONLY | O_DIRECTORY);
	if (in < 0 || out < 0 || fstat(in, &st) < 0)
		return err_sys(e, "open the folder %s", path);
	d = fdopendir(dup(in));
	if (!d)
		return err_sys(e, "read the folder %s", path);
	while ((ent = readdir(d)))
		if (!streq(ent->d_name, ".") && !streq(ent->d_name, ".."))
			TRY(copy_entry(c, path, in, out, ent->d_name, e));
	/* last, as new entries change its times */
	return copy_attributes(in, out, &st, e);
}

static int copy_tree(struct copy_up *c, struct err *e)
{
	int r = 0;

	strv_add(&c->queue, ".");
	while (r >= 0 && c->queue.n > 0) {
		auto_free char *path = c->queue.v[--c->queue.n];

		c->queue.v[c->queue.n] = NULL;
		r = copy_folder(c, path, e);
	}
	for (size_t i = 0; i < c->n_links; i++)
		free(c->links[i].path);
	free(c->links);
	strv_release(&c->queue);
	return r;
}

int copy_up_tree(int from, int to, struct err *e)
{
	struct copy_up c = { .from = from, .to = to, .folder = to };

	TRY(copy_tree(&c, e));
	unlinkat(to, PART, 0);
	return 0;
}

/* ---- whether ---- */

static int is_empty(int fd, struct err *e)
{
	auto_dir DIR *d = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY |
					   O_CLOEXEC));
	size_t n = 0;

	if (!d)
		return err_sys(e, "read the volume's folder");
	while (n < 3 && readdir(d))
		n++;
	return n < 3; /* . and .. */
}

/* The locked mark; *ret_torn: of a copy that was cut off. */
static int lock_mark(int folder, bool *ret_torn, struct err *e)
{
	for (;;) {
		auto_close int fd = openat(folder, MARK, O_RDWR | O_CREAT |
					   O_NOFOLLOW | O_CLOEXEC, 0600);
		struct stat st;

		if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0)
			return err_sys(e, "lock the volume's first content");
		*ret_torn = st.st_size > 0;
		if (st.st_nlink > 0)
			return steal_fd(fd);
	}
}

/* Under the mark's lock. */
static int fill(struct copy_up *c, int mark, bool torn, struct err *e)
{
	int empty = is_empty(c->to, e);

	if (empty < 0)
		return empty;
	if (empty || torn) {
		if (fd_write_all(mark, "c", 1) < 0)
			return err_sys(e, "write to the volume's folder");
		TRY(copy_tree(c, e));
		unlinkat(c->folder, PART, 0); /* of the copy before this */
	}
	unlinkat(c->folder, MARK, 0);
	return 0;
}

/* Its content comes first, and then the mark: else we miss who is at it. */
static bool is_settled(const struct copy_up *c)
{
	struct err ignored;

	return is_empty(c->to, &ignored) == 0 &&
	       faccessat(c->folder, MARK, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

static int copy_into(int from, const struct mount *m, struct err *e)
{
	auto_free char *path = xstrdup(m->source);
	auto_close int to = dir_open(AT_FDCWD, m->source, e);
	auto_close int folder = to < 0 ? -1 : dir_open(AT_FDCWD, dirname(path),
						       e);
	struct copy_up c = { .from = from, .to = to, .folder = folder };
	auto_close int mark = -1;
	bool torn = false;

	if (folder < 0)
		return -e->code;
	if (is_settled(&c))
		return 0;
	mark = lock_mark(folder, &torn, e);
	if (mark < 0)
		return mark;
	return fill(&c, mark, torn, e);
}

static int copy_up(int root, const struct mount *m, struct err *e)
{
	auto_close int from = root_open(root, m->dest, O_PATH, e);
	struct stat st;

	if (from == -ENOENT || from == -ENOTDIR)
		return 0; /* it will be made, or the mount tells why not */
	if (from < 0)
		return from;
	if (fstat(from, &st) < 0)
		return err_sys(e, "look at %s in the image", m->dest);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ENOTDIR, "cannot mount volume over existing "
			       "file, file exists %s", m->dest);
	if (m->copy_up && copy_into(from, m, e) < 0)
		return err_wrap(e, "copy the image's %s into the volume %s",
				m->dest, m->volume);
	return 0;
}

int copy_up_volumes(int root, const struct mount_list *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->m[i].volume && !l->m[i].subpath)
			TRY(copy_up(root, &l->m[i], e));
	return 0;
}
