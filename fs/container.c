/* container.c - containers' folders, names and remains. */
#include "fs/container.h"
#include "fs/container_name.h"
#include "fs/remove.h"
#include "fs/runroot.h"

#include "core/base/file.h"
#include "core/base/time.h"

#include <stdio.h>
#include <sys/file.h>

void container_release(struct container *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->dir);
	free(c->path);
	free(c->name);
	*c = (struct container)CONTAINER_INIT;
}

/* ---- life ---- */

void container_plan(const struct store *s, const char *id,
		    struct container *ret)
{
	snprintf(ret->id, sizeof(ret->id), "%s", id);
	ret->dir = xasprintf("%s.rm", id);
	ret->path = xasprintf("%s/containers/%s", s->path, ret->dir);
}

/*
 * Whoever sweeps may take a folder for a dead one's before it is locked, and
 * holds the lock while it removes it: then another one is made.
 */
#define CREATE_TRIES 100

/* -EAGAIN: it was swept. */
static int make_folder(int containers, struct container *c, struct err *e)
{
	auto_close int fd = -1;

	if (mkdirat(containers, c->dir, 0700) < 0)
		return errno == EEXIST ? -EAGAIN :
					 err_sys(e, "create %s", c->path);
	fd = dir_open(containers, c->dir, e);
	if (fd == -ENOENT)
		return -EAGAIN;
	if (fd < 0) {
		unlinkat(containers, c->dir, AT_REMOVEDIR);
		return fd;
	}
	if (flock(fd, LOCK_EX) < 0)
		return err_sys(e, "lock %s", c->path);
	if (mkdirat(fd, "upper", 0755) < 0)
		return errno == ENOENT ? -EAGAIN :
			err_sys(e, "create a folder in %s", c->path);
	c->fd = steal_fd(fd);
	c->locked = true;
	return 0;
}

int container_create(const struct store *s, const char *name,
		     struct container *ret, struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);
	int code = -EAGAIN;

	if (containers < 0)
		return containers;
	for (int i = 0; i < CREATE_TRIES && code == -EAGAIN; i++)
		code = make_folder(containers, ret, e);
	if (code == -EAGAIN)
		return err_set(e, EAGAIN, "create %s: it is swept each time",
			       ret->path);
	TRY(code);
	TRY(container_name_claim(containers, name, ret->id, &ret->name, e));
	if (mkdirat(ret->fd, "work", 0700) < 0)
		return err_sys(e, "create a folder in %s", ret->path);
	return 0;
}

static int fill_mountpoints(int fd, struct err *e)
{
	static const char *const dirs[] = { "proc", "sys", "dev", "etc" };
	static const char *const files[] = {
		"etc/hosts", "etc/hostname", "etc/resolv.conf",
	};

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (mkdirat(fd, dirs[i], 0700) < 0 ||
		    fchmodat(fd, dirs[i], 0755, 0) < 0)
			return err_sys(e, "create the mount point %s", dirs[i]);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		TRY(file_create(fd, files[i], "", 0600, e));
		if (fchmodat(fd, files[i], 0644, 0) < 0)
			return err_sys(e, "create the mount point %s", files[i]);
	}
	return 0;
}

/*
 * Under a temporary name first, so that nobody sees half of it.  -ENOENT: it
 * was swept.
 */
static int make_mountpoints(int containers, struct err *e)
{
	auto_free char *temp = temp_name("mountpoints");
	auto_free char *dir = xasprintf("%s.rm", temp);
	auto_close int fd = -1;

	if (mkdirat(containers, dir, 0755) < 0)
		return err_sys(e, "create the folder %s", dir);
	fd = dir_open(containers, dir, e);
	if (fd < 0) {
		unlinkat(containers, dir, AT_REMOVEDIR);
		return fd;
	}
	if (flock(fd, LOCK_EX) < 0 || fchmod(fd, 0755) < 0)
		return err_sys(e, "lock the folder %s", dir);
	TRY(fill_mountpoints(fd, e));
	if (renameat(containers, dir, containers, ".mountpoints") == 0)
		return 0;
	if (errno != EEXIST && errno != ENOTEMPTY)
		return err_sys(e, "create the folder .mountpoints");
	return tree_remove(containers, dir, e);
}

int container_mountpoints(const struct store *s, char **ret, struct err *e)
{
	auto_close int containers = -1;
	int r = -ENOENT;

	if (faccessat(s->fd, "containers/.mountpoints", F_OK, 0) < 0) {
		containers = dir_make(s->fd, "containers", 0700, e);
		if (containers < 0)
			return containers;
		for (int i = 0; i < CREATE_TRIES && r == -ENOENT; i++)
			r = make_mountpoints(containers, e);
		TRY(r);
	}
	*ret = xasprintf("%s/containers/.mountpoints", s->path);
	return 0;
}

int container_describe(struct container *c, const char *manifest_digest,
		       const char *record, struct err *e)
{
	if (manifest_digest)
		TRY(file_create(c->fd, "image", manifest_digest, 0600, e));
	TRY(file_create(c->fd, "name", c->name, 0600, e));
	return file_create(c->fd, "container.json", record, 0600, e);
}

int container_keep(const struct store *s, struct container *c, struct err *e)
{
	auto_free char *from = xasprintf("containers/%s", c->dir);
	auto_free char *to = xstrndup(from, strlen(from) - strlen(".rm"));

	if (renameat(s->fd, from, s->fd, to) < 0)
		return err_sys(e, "keep the container");
	c->dir[strlen(c->dir) - strlen(".rm")] = '\0';
	c->path[strlen(c->path) - strlen(".rm")] = '\0';
	return 0;
}

int64_t container_clock(const struct store *s)
{
	static const char mark[] = "containers/.mountpoints";
	struct timespec set[2] = { { .tv_nsec = UTIME_OMIT } };
	int64_t now = time_now(), last = 0;
	struct stat st;

	if (fstatat(s->fd, mark, &st, 0) == 0)
		last = st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
	if (now <= last)
		now = last + 1;
	set[1] = (struct timespec){ now / NS_PER_S, now % NS_PER_S };
	utimensat(s->fd, mark, set, 0);
	return now;
}

/* ---- removal ---- */

/* `userns_fd` is of its user namespace, -1: it has none any more. */
static int remove_dir(int containers, const struct container *c,
		      const char *dir, int userns_fd, struct err *e)
{
	struct idmap map;
	bool known;

	if (userns_fd >= 0 &&
	    remove_in_userns(containers, dir, userns_fd, e) == 0)
		return 0;
	known = c->fd >= 0 && container_idmap(c, &map, e) == 0;
	return remove_mapped(containers, dir, known ? &map : NULL, e);
}

/* Out of sight first: half removed, it is nobody's container any more. */
static int hide(int containers, struct container *c, struct err *e)
{
	char *hidden;

	if (has_suffix(c->dir, ".rm"))
		return 0;
	hidden = xasprintf("%s.rm", c->dir);
	if (renameat(containers, c->dir, containers, hidden) < 0) {
		free(hidden);
		return err_sys(e, "remove the container %s", c->dir);
	}
	free(c->dir);
	c->dir = hidden;
	return 0;
}

int container_doom(const struct store *s, struct container *c, struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);

	if (containers < 0)
		return containers;
	TRY(hide(containers, c, e));
	free(c->path);
	c->path = xasprintf("%s/containers/%s", s->path, c->dir);
	return 0;
}

/* The one we know it by, and the one that somebody gave it since. */
static void drop_names(int containers, const struct container *c)
{
	auto_free char *name = NULL;
	struct err ignored;

	if (c->name)
		container_name_drop(containers, c->name, c->id);
	if (file_read(c->fd, "name", 4096, &name, NULL, &ignored) == 0 &&
	    !(c->name && streq(c->name, name)))
		container_name_drop(containers, name, c->id);
}

/* Of one that wrote nothing, no folder needs to be read. */
static void remove_empty(int fd)
{
	unlinkat(fd, "work/work", AT_REMOVEDIR);
	unlinkat(fd, "work", AT_REMOVEDIR);
	unlinkat(fd, "upper", AT_REMOVEDIR);
}

int container_remove(const struct store *s, struct container *c, int userns_fd,
		     struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);

	if (containers < 0)
		return containers;
	if (!c->dir)
		return 0;
	TRY(hide(containers, c, e));
	drop_names(containers, c);
	remove_empty(c->fd);
	return remove_dir(containers, c, c->dir, userns_fd, e);
}

int container_sweep(const struct store *s, const struct container *own,
		    struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = dir_open(s->fd, "containers", e);
	struct dirent *ent;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	while (d && (ent = readdir(d))) {
		auto_container struct container c = CONTAINER_INIT;
		struct err ignored;

		if (!has_suffix(ent->d_name, ".rm") ||
		    (own && streq(ent->d_name, own->dir)))
			continue;
		c.fd = openat(dirfd(d), ent->d_name,
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (c.fd < 0 ||
		    flock(c.fd, LOCK_EX | LOCK_NB) < 0)
			continue;
		snprintf(c.id, sizeof(c.id), "%.64s", ent->d_name);
		/* its state need not say that there is one */
		runroot_drop_socket(c.id);
		drop_names(dirfd(d), &c);
		remove_dir(dirfd(d), &c, ent->d_name, -1, &ignored);
	}
	return 0;
}
