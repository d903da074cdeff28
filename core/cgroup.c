/* cgroup.c - a container's control group: the ladder, limits, the end. */
#include "core/cgroup.h"

#include "core/base/file.h"

#include <stdio.h>
#include <sys/file.h>

static const struct cgroup_ops *const ladder[] = {
	&cgroup_delegated, &cgroup_systemd,
};

/* ---- making ---- */

/*
 * Between mkdir and flock somebody who sweeps may have taken it for one that
 * was left behind: then it is not there any more.
 */
static int lock(const char *path, int *ret_fd, struct err *e)
{
	auto_close int fd = -1;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "make the cgroup %s", path);
	fd = cgroup_open(path, e);
	if (fd < 0)
		return fd == -ENOENT ? -EAGAIN : fd;
	/* one who sweeps holds it for a moment only */
	if (flock(fd, LOCK_EX) < 0)
		return err_sys(e, "lock the cgroup %s", path);
	if (access(path, F_OK) < 0)
		return err_set(e, EAGAIN, "the cgroup %s was swept", path);
	*ret_fd = steal_fd(fd);
	return 0;
}

/* Remove what others left, beside ours: theirs are unlocked and empty. */
static void sweep(const char *path)
{
	auto_free char *parent = xstrndup(path, strrchr(path, '/') - path);
	auto_dir DIR *d = opendir(parent);
	struct dirent *n;

	while (d && (n = readdir(d))) {
		auto_close int fd = -1;

		if (!skip_prefix(n->d_name, "rl-"))
			continue;
		fd = openat(dirfd(d), n->d_name,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		    cgroup_number(fd, "cgroup.events", "populated") == 0)
			cgroup_remove(dirfd(d), n->d_name);
	}
}

static int climb(const struct cgroup_ops *ops, const struct cgroup_wish *w,
		 struct cgroup *ret, struct err *e)
{
	auto_free char *path = NULL;
	int r = -EAGAIN;

	TRY(ops->make(w, &path, e));
	for (int i = 0; r == -EAGAIN && i < 8; i++)
		r = lock(path, &ret->fd, e);
	TRY(r);
	if (ops == &cgroup_delegated)
		sweep(path);
	ret->path = steal_ptr(path);
	ret->ops = ops;
	return 0;
}

int cgroup_make(const struct cgroup_wish *w, struct cgroup *ret,
		struct err *e)
{
	auto_str struct str why = { 0 };

	TRY(cgroup_check_version(e));
	for (size_t i = 0; i < ARRAY_LEN(ladder); i++) {
		if (climb(ladder[i], w, ret, e) == 0)
			return 0;
		str_printf(&why, "%s%s: %s", i ? "; " : "", ladder[i]->name,
			   e->text);
	}
	return err_set(e, ENOTSUP, "%s", str_text(&why));
}

/* ---- limits ---- */

static bool has_file(int fd, const char *file)
{
	return faccessat(fd, file, F_OK, 0) == 0;
}

/* Does the group, or one near it, have the controller? */
static bool has_controller(int fd, const char *file, const char *name,
			   char **ret_all)
{
	struct err ignored;

	free(steal_ptr(*ret_all));
	if (file_read(fd, file, 4096, ret_all, NULL, &ignored) < 0)
		return false;
	(*ret_all)[strcspn(*ret_all, "\n")] = '\0';
	return cgroup_has_word(*ret_all, name);
}

/* A file of a controller that is there, or of every group. */
static int no_file(const struct resource_write *w, struct err *e)
{
	return err_set(e, EOPNOTSUPP, "this kernel has no file %s: its %s "
		       "controller cannot do that", w->file, w->controller);
}

static int missing(int fd, const struct resource_write *w, struct err *e)
{
	auto_free char *have = NULL;

	if (streq(w->controller, "cgroup") ||
	    has_controller(fd, "cgroup.controllers", w->controller, &have))
		return no_file(w, e);
	if (has_controller(fd, "../cgroup.controllers", w->controller, &have))
		return err_set(e, EPERM, "the %s controller cannot be passed on "
			       "to the container: another user's process is "
			       "in the cgroup that rl was started in",
			       w->controller);
	if (!has_controller(AT_FDCWD, CGROUP_ROOT "/cgroup.controllers",
			    w->controller, &have) && have)
		return err_set(e, ENODEV, "there is no %s controller in "
			       CGROUP_ROOT "/cgroup.controllers",
			       w->controller);
	has_controller(fd, "cgroup.controllers", w->controller, &have);
	return err_set(e, ENOENT, "the %s controller is not delegated to this "
		       "user (these are: %s)", w->controller,
		       have && *have ? have : "none");
}

int cgroup_limit(int fd, const struct resource_plan *p, struct err *e)
{
	size_t at = 0;

	return cgroup_limit_from(fd, p, &at, e);
}

int cgroup_limit_from(int fd, const struct resource_plan *p, size_t *at,
		      struct err *e)
{
	bool before = false;

	for (; *at < p->n; ++*at) {
		const struct resource_write *w = &p->w[*at];
		bool there = has_file(fd, w->file);

		if (!there && (w->optional || (w->stands_in && before))) {
			before = false;
			continue;
		}
		if (!there)
			return missing(fd, w, e);
		if (file_poke(fd, w->file, w->text, e) < 0)
			return err_wrap(e, "limit %s to '%s'", w->file,
					w->text);
		before = true;
	}
	return 0;
}

/* ---- the end ---- */

void cgroup_release(struct cgroup *g)
{
	if (g->fd >= 0)
		close(g->fd);
	free(g->path);
	*g = (struct cgroup)CGROUP_INIT;
}

/* A scope is its manager's, and goes when the supervisor, in it, has gone. */
void cgroup_end(struct cgroup *g)
{
	struct err ignored;

	if (!g->path)
		return;
	if (cgroup_remove(AT_FDCWD, g->path) < 0 &&
	    cgroup_kill(g->fd, &ignored) == 0)
		cgroup_remove(AT_FDCWD, g->path);
	cgroup_release(g);
}

int cgroup_of_program(const char *path, pid_t first, struct err *e)
{
	auto_free char *file = xasprintf("/proc/%d/cgroup", (int)first);
	auto_free char *own = NULL, *text = NULL, *on = NULL;
	int fd = cgroup_open(path, e);
	const char *line;
	struct err ignored;

	if (fd < 0)
		return fd;
	if (file_read(fd, "cgroup.subtree_control", 4096, &on, NULL,
		      &ignored) < 0 || *on == '\n' || !*on)
		return fd;
	close(fd);
	TRY(file_read(AT_FDCWD, file, 65536, &text, NULL, e));
	line = strstr(text, "0::/");
	if (!line)
		return err_set(e, ENOENT, "the container is in no cgroup");
	own = xasprintf(CGROUP_ROOT "%.*s", (int)strcspn(line + 3, "\n"),
			line + 3);
	/* it is still below its own */
	line = skip_prefix(own, path);
	if (!line || (*line && *line != '/'))
		return err_set(e, EPERM, "the container left its cgroup");
	return cgroup_open(own, e);
}
