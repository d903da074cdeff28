/* rootpath.c - openat2 lookups that cannot leave a root. */
#include "core/rootpath.h"

#include "core/base/file.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

static int open_in(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	/* EAGAIN: a rename raced with "..", openat2(2) says to try again */
	do
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

int root_open(int root, const char *path, int flags, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", flags, 0);

	return fd < 0 ? err_sys(e, "open %s in the root filesystem", path) : fd;
}

/*
 * One missing component at a time: each is made below the fd of its parent,
 * which RESOLVE_IN_ROOT has placed inside.
 */
static int make_missing(int root, const char *path, mode_t mode, struct err *e)
{
	auto_free char *p = xstrdup(path);
	char *s = p;

	while (*s == '/')
		s++;
	for (;;) {
		auto_close int parent = -1;
		char *name = s, saved;
		int fd;

		s += strcspn(s, "/");
		saved = *s;
		*s = '\0';
		fd = open_in(root, p, O_PATH | O_DIRECTORY, 0);
		if (fd < 0 && errno == ENOENT) {
			char *cut = name > p ? name - 1 : name, c = *cut;

			if (name > p)
				*cut = '\0';
			parent = open_in(root, name > p && *p ? p : "/",
					 O_PATH | O_DIRECTORY, 0);
			if (name > p)
				*cut = c;
			if (parent < 0 ||
			    (mkdirat(parent, name, mode) < 0 && errno != EEXIST))
				return err_sys(e, "create the folder %s", p);
			fd = open_in(root, p, O_PATH | O_DIRECTORY, 0);
		}
		if (fd < 0)
			return err_sys(e, "open the folder %s", p);
		*s = saved;
		while (*s == '/')
			s++;
		if (!*s)
			return fd;
		close(fd);
	}
}

int root_mkdir(int root, const char *path, mode_t mode, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", O_PATH | O_DIRECTORY, 0);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open the folder %s", path);
	return make_missing(root, path, mode, e);
}

static int make_file(int root, const char *path, struct err *e)
{
	auto_free char *dir = xstrdup(path);
	auto_close int parent = -1;
	char *slash = strrchr(dir, '/');
	int fd;

	if (!slash || !slash[1])
		return err_set(e, EINVAL, "'%s' names no file", path);
	*slash = '\0';
	parent = root_mkdir(root, dir, 0755, e);
	if (parent < 0)
		return parent;
	fd = openat(parent, slash + 1,
		    O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && errno != EEXIST)
		return err_sys(e, "create the file %s", path);
	if (fd >= 0)
		close(fd);
	fd = open_in(root, path, O_PATH, 0);
	if (fd < 0 && errno == ENOENT) {
		/* a dangling symlink: make what it points at, inside */
		fd = open_in(root, path, O_RDONLY | O_CREAT, 0644);
		if (fd >= 0) {
			close(fd);
			fd = open_in(root, path, O_PATH, 0);
		}
	}
	return fd < 0 ? err_sys(e, "open %s in the root filesystem", path) : fd;
}

int root_make(int root, const char *path, bool file, struct err *e)
{
	int fd = open_in(root, *path ? path : "/", O_PATH, 0);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return err_sys(e, "open %s in the root filesystem", path);
	return file ? make_file(root, path, e) : root_mkdir(root, path, 0755, e);
}
