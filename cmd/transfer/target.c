/* target.c - results that appear whole. */
#include "cmd/transfer/target.h"

#include "core/base/file.h"

#include <signal.h>
#include <stdio.h>

static void target_release(struct target *t)
{
	free(t->folder);
	free(t->name);
	free(t->temp);
	if (t->dir >= 0)
		close(t->dir);
}
#define auto_target __attribute__((cleanup(target_release)))

static int target_open(const char *path, struct target *t, struct err *e)
{
	auto_free char *copy = xstrdup(path), *hidden = NULL;
	char *slash;

	for (size_t n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	slash = strrchr(copy, '/');
	t->name = xstrdup(slash ? slash + 1 : copy);
	if (slash)
		slash[slash == copy] = '\0';
	t->folder = xstrdup(slash ? copy : ".");
	t->dir = dir_open(AT_FDCWD, t->folder, e);
	if (t->dir < 0)
		return err_wrap(e, "the folder of '%s'", path);
	hidden = xasprintf(".%.200s", t->name);
	t->temp = temp_name(hidden);
	return 0;
}

typedef int fill_fn(const struct target *t, target_fn *fn, void *arg,
		    struct err *e);

static int fill_file(const struct target *t, target_fn *fn, void *arg,
		     struct err *e)
{
	auto_close int fd = openat(t->dir, t->temp, O_WRONLY | O_CREAT |
				   O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, "create %s/%s", t->folder, t->temp);
	TRY(fn(arg, fd, e));
	return fsync(fd) < 0 ? err_sys(e, "write %s/%s", t->folder, t->name) :
			       0;
}

static int fill_folder(const struct target *t, target_fn *fn, void *arg,
		       struct err *e)
{
	auto_close int dir = -1;

	if (mkdirat(t->dir, t->temp, 0755) < 0)
		return err_sys(e, "create %s/%s", t->folder, t->temp);
	dir = dir_open(t->dir, t->temp, e);
	if (dir < 0)
		return dir;
	TRY(fn(arg, dir, e));
	return syncfs(dir) < 0 ? err_sys(e, "write %s/%s", t->folder,
					 t->name) : 0;
}

/*
 * Signals that end us are held back until the half is removed or the whole
 * renamed; export_blob() stops for them.
 */
static int target_fill(const struct target *t, fill_fn *fill, target_fn *fn,
		       void *arg, struct err *e)
{
	struct err ignored;
	sigset_t ends, old;
	int r;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &old);
	r = fill(t, fn, arg, e);
	if (r == 0 && renameat(t->dir, t->temp, t->dir, t->name) < 0)
		r = err_sys(e, "write %s/%s", t->folder, t->name);
	if (r < 0)
		tree_remove(t->dir, t->temp, &ignored);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

static int write_whole(const char *path, fill_fn *fill, target_fn *fn,
		       void *arg, struct err *e)
{
	auto_target struct target t = { .dir = -1 };

	TRY(target_open(path, &t, e));
	return target_fill(&t, fill, fn, arg, e);
}

/* A device, a pipe: nothing to rename. */
static int write_into(const char *path, target_fn *fn, void *arg,
		      struct err *e)
{
	auto_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(e, "open %s", path);
	return fn(arg, fd, e);
}

int target_folder(const char *path, target_fn *fn, void *arg, struct err *e)
{
	return write_whole(path, fill_folder, fn, arg, e);
}

int target_file(const char *path, const char *verb, target_fn *fn, void *arg,
		struct err *e)
{
	struct stat st;

	if (!path || streq(path, "-")) {
		if (isatty(1))
			return err_set(e, EINVAL, "cowardly refusing to %s to "
				       "a terminal. Use the -o flag or "
				       "redirect", verb);
		return fn(arg, 1, e);
	}
	if (stat(path, &st) < 0 || S_ISREG(st.st_mode))
		return write_whole(path, fill_file, fn, arg, e);
	if (S_ISDIR(st.st_mode))
		return err_set(e, EISDIR, "'%s' is a folder", path);
	return write_into(path, fn, arg, e);
}
