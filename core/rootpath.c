/* rootpath.c - openat2 lookups that cannot leave a root. */
#include "core/rootpath.h"

#include "core/base/file.h"

#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

static int open_how(int root, const char *path, int flags, mode_t mode,
		    uint64_t resolve)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	int fd;

	/* EAGAIN: a rename raced with "..", openat2(2) says to try again */
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

static int open_in(int root, const char *path, int flags, mode_t mode)
{
	return open_how(root, path, flags, mode, 0);
}

int root_open(int root, const char *path, int flags, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", flags, 0);

	return fd < 0 ? err_sys(e, "open %s in the root filesystem", path) : fd;
}

int root_open_plain(int root, const char *path, int flags)
{
	return open_how(root, path, flags, 0, RESOLVE_NO_SYMLINKS);
}

int root_open_same(int root, const char *path, int flags)
{
	return open_how(root, path, flags, 0,
			RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
}

/* ---- what is missing is made ---- */

/* A path on its way, and what is to be at its end. */
struct walk {
	int root;
	char *path;
	bool file;
	mode_t mode; /* of folders that are made */
};

#define LINKS_MAX 40 /* as many as the kernel follows */

static int make_one(const struct walk *w, int parent, const char *name,
		    bool file, struct err *e)
{
	int fd;

	if (!file) {
		if (mkdirat(parent, name, w->mode) == 0 || errno == EEXIST)
			return 0;
		return err_sys(e, "create the folder %s", w->path);
	}
	fd = openat(parent, name,
		    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return err_sys(e, "create the file %s", w->path);
	return 0;
}

/*
 * The component path[start, end) is missing, or a symlink to what is missing:
 * make it below the fd of its parent, which RESOLVE_IN_ROOT has placed
 * inside.  A symlink takes the place of the path so far: 1, walk again.
 */
static int step(struct walk *w, size_t start, size_t end, struct err *e)
{
	auto_free char *above = xstrndup(w->path, start);
	auto_free char *name = xstrndup(w->path + start, end - start);
	const char *rest = w->path + end;
	auto_close int parent = open_in(w->root, start ? above : "/",
					O_PATH | O_DIRECTORY, 0);
	char link[4096];
	struct statfs fs;
	ssize_t n;
	char *path;

	if (parent < 0)
		return err_sys(e, "open the folder %s", above);
	/* links in there are no paths, and nothing can be made */
	if (fstatfs(parent, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		return err_set(e, ENOENT, "%s in the root filesystem: there is "
			       "no such file", w->path);
	n = readlinkat(parent, name, link, sizeof(link));
	if (n < 0)
		return make_one(w, parent, name,
				w->file && !rest[strspn(rest, "/")], e);
	if (n == sizeof(link))
		return err_set(e, ENAMETOOLONG, "the link %s", w->path);
	path = xasprintf("%s%.*s%s", *link == '/' ? "" : above, (int)n, link,
			 rest);
	free(w->path);
	w->path = path;
	return 1;
}

/* One component at a time.  1: a symlink was taken up, walk again. */
static int walk(struct walk *w, int *ret_fd, struct err *e)
{
	size_t start = strspn(w->path, "/"), end;

	for (;; start = end + strspn(w->path + end, "/")) {
		auto_free char *prefix = NULL;
		bool last;
		int fd, r;

		end = start + strcspn(w->path + start, "/");
		last = !w->path[end + strspn(w->path + end, "/")];
		prefix = xstrndup(w->path, end);
		r = open_in(w->root, *prefix ? prefix : "/",
			    O_PATH | (last && w->file ? 0 : O_DIRECTORY), 0);
		if (r < 0 && errno == ENOENT) {
			r = step(w, start, end, e);
			if (r != 0)
				return r;
			r = open_in(w->root, prefix, O_PATH, 0);
		}
		if (r < 0)
			return err_sys(e, "open %s in the root filesystem",
				       w->path);
		fd = r;
		if (last) {
			*ret_fd = fd;
			return 0;
		}
		close(fd);
	}
}

static int make(int root, const char *path, bool file, mode_t mode,
		struct err *e)
{
	struct walk w = { root, xstrdup(path), file, mode };
	int fd = -1, r = 1;

	for (int i = 0; i < LINKS_MAX && r == 1; i++)
		r = walk(&w, &fd, e);
	free(w.path);
	if (r == 1)
		return err_set(e, ELOOP, "%s in the root filesystem: too many "
			       "symbolic links", path);
	return r < 0 ? r : fd;
}

int root_mkdir(int root, const char *path, mode_t mode, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", O_PATH | O_DIRECTORY, 0);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open the folder %s", path);
	return make(root, path, false, mode, e);
}

int root_make(int root, const char *path, bool file, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", O_PATH, 0);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open %s in the root filesystem", path);
	return make(root, path, file, 0755, e);
}

int root_make_real(int root, const char *path, struct err *e)
{
	int fd;

	/* mkdir(2) follows no link in the last place */
	if (mkdirat(root, path + strspn(path, "/"), 0755) < 0 &&
	    errno != EEXIST)
		return err_sys(e, "create the folder %s", path);
	fd = open_how(root, path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return err_sys(e, "%s in the root filesystem is not a folder",
			       path);
	return fd;
}
