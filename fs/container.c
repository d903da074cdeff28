/* container.c - containers' folders, names and remains. */
#include "fs/container.h"

#include "core/base/file.h"
#include "core/idmap.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/wait.h>

void container_release(struct container *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->dir);
	free(c->path);
	free(c->name);
	*c = (struct container)CONTAINER_INIT;
}

/* ---- names ---- */

static const char *const left[] = {
	"amber", "bold", "brisk", "calm", "clever", "crisp", "deft", "eager",
	"early", "fair", "fleet", "fresh", "gentle", "glad", "keen", "kind",
	"light", "lively", "lucid", "mellow", "neat", "nimble", "patient",
	"plain", "proud", "quick", "quiet", "ready", "rustic", "sharp",
	"silent", "sleek", "smooth", "sober", "solid", "steady", "sunny",
	"swift", "warm", "wise",
};
static const char *const right[] = {
	"babbage", "bartik", "boole", "church", "curry", "diffie", "dijkstra",
	"engelbart", "floyd", "goldberg", "hamilton", "hamming", "hoare",
	"hopper", "iverson", "johnson", "kay", "kernighan", "knuth", "lamport",
	"lamarr", "liskov", "lovelace", "mccarthy", "milner", "minsky",
	"morris", "naur", "perlis", "ritchie", "shannon", "spence", "stallman",
	"tarjan", "thompson", "turing", "wilkes", "wilkinson", "wirth", "zuse",
};

static char *make_up_name(void)
{
	uint16_t r[2];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		abort();
	return xasprintf("%s_%s", left[r[0] % ARRAY_LEN(left)],
			 right[r[1] % ARRAY_LEN(right)]);
}

static bool name_valid(const char *s)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return strlen(s) >= 2 && strlen(s) < 200 && !strchr("_.-", *s) &&
	       strspn(s, chars) == strlen(s);
}

/*
 * A link holds the first digits of an ID: up to 59 bytes fit the inode, and
 * a block on the disk costs ten times as much to free as all the rest.
 */
#define LINK_DIGITS 56

/* Is this folder's container there?  One of *.rm needs its process. */
static bool lives(int containers, const char *dir)
{
	auto_close int fd = -1;

	if (!has_suffix(dir, ".rm"))
		return true;
	fd = openat(containers, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0;
}

/* Is the container that a name points at still there? */
static bool name_taken(int containers, const char *link)
{
	auto_dir DIR *d = NULL;
	char target[80];
	ssize_t n = readlinkat(containers, link, target, sizeof(target) - 1);
	struct dirent *ent;

	if (n < 0)
		return false;
	d = fdopendir(openat(containers, ".",
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	while (d && (ent = readdir(d)))
		if (strncmp(ent->d_name, target, n) == 0)
			return lives(containers, ent->d_name);
	return false;
}

/* symlink(2) makes the claim; it fails for all but one of several. */
static int claim(int containers, const char *name, const char *id,
		 struct err *e)
{
	auto_free char *link = xasprintf(".names/%s", name);
	auto_free char *digits = xstrndup(id, LINK_DIGITS);

	for (int i = 0; i < 3; i++) {
		if (symlinkat(digits, containers, link) == 0)
			return 0;
		if (errno == ENOENT)
			TRY(mkdir_parents(containers, ".names", 0700, e));
		else if (errno != EEXIST)
			return err_sys(e, "claim the name %s", name);
		else if (name_taken(containers, link))
			break;
		else
			unlinkat(containers, link, 0);
	}
	return err_set(e, EEXIST, "Conflict. The container name \"%s\" is "
		       "already in use (choose another --name)", name);
}

static int claim_name(int containers, const char *name, const char *id,
		      char **ret, struct err *e)
{
	if (name) {
		if (!name_valid(name))
			return err_set(e, EINVAL, "Invalid container name (%s), "
				       "only [a-zA-Z0-9][a-zA-Z0-9_.-]+ are "
				       "allowed", name);
		TRY(claim(containers, name, id, e));
		*ret = xstrdup(name);
		return 0;
	}
	for (int i = 0; i < 20; i++) {
		auto_free char *made = make_up_name();

		if (claim(containers, made, id, e) == 0) {
			*ret = steal_ptr(made);
			return 0;
		}
		if (e->code != EEXIST)
			return -e->code;
	}
	return -e->code;
}

/* ---- life ---- */

void container_plan(const struct store *s, const char *id,
		    struct container *ret)
{
	ret->dir = xasprintf("%s.rm", id);
	ret->path = xasprintf("%s/containers/%s", s->path, ret->dir);
}

int container_create(const struct store *s, const char *id, const char *name,
		     struct container *ret, struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);
	auto_close int fd = -1;

	if (containers < 0)
		return containers;
	if (mkdirat(containers, ret->dir, 0700) < 0)
		return err_sys(e, "create %s", ret->path);
	fd = dir_open(containers, ret->dir, e);
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, "lock %s", ret->path);
	ret->fd = steal_fd(fd);
	TRY(claim_name(containers, name, id, &ret->name, e));
	if (mkdirat(ret->fd, "upper", 0755) < 0 ||
	    mkdirat(ret->fd, "work", 0700) < 0)
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

/* Under a temporary name first, so that nobody sees half of it. */
static int make_mountpoints(int containers, struct err *e)
{
	auto_free char *temp = temp_name("mountpoints");
	auto_free char *dir = xasprintf("%s.rm", temp);
	auto_close int fd = -1;

	if (mkdirat(containers, dir, 0755) < 0)
		return err_sys(e, "create the folder %s", dir);
	fd = dir_open(containers, dir, e);
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fchmod(fd, 0755) < 0)
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

	if (faccessat(s->fd, "containers/.mountpoints", F_OK, 0) < 0) {
		containers = dir_make(s->fd, "containers", 0700, e);
		if (containers < 0)
			return containers;
		TRY(make_mountpoints(containers, e));
	}
	*ret = xasprintf("%s/containers/.mountpoints", s->path);
	return 0;
}

int container_keep(const struct store *s, struct container *c,
		   const char *manifest_digest, const char *record,
		   struct err *e)
{
	auto_free char *from = xasprintf("containers/%s", c->dir);
	auto_free char *to = xstrndup(from, strlen(from) - strlen(".rm"));

	TRY(file_create(c->fd, "name", c->name, 0600, e));
	if (manifest_digest)
		TRY(file_create(c->fd, "image", manifest_digest, 0600, e));
	TRY(file_create(c->fd, "container.json", record, 0600, e));
	if (renameat(s->fd, from, s->fd, to) < 0)
		return err_sys(e, "keep the container");
	c->dir[strlen(c->dir) - strlen(".rm")] = '\0';
	c->path[strlen(c->path) - strlen(".rm")] = '\0';
	return 0;
}

int container_ended(struct container *c, int exit_code, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text),
			 "{\"Status\":\"exited\",\"ExitCode\":%d}\n", exit_code);

	return file_replace(c->fd, "state.json", text, n, 0600, e);
}

/* ---- removal ---- */

struct doomed {
	int dirfd;
	const char *name;
};

static int remove_doomed(void *arg, struct err *e)
{
	struct doomed *d = arg;

	return tree_remove(d->dirfd, d->name, e);
}

/* In the container's own user namespace, whose owner we are: setns(2). */
static int remove_in(int userns_fd, struct doomed *d, struct err *e)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return err_sys(e, "fork");
	if (pid == 0) {
		struct err ignored;

		if (setns(userns_fd, CLONE_NEWUSER) < 0 ||
		    setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
			_exit(1);
		_exit(remove_doomed(d, &ignored) < 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : err_set(e, EACCES, "remove %s: its files "
					 "belong to mapped ids", d->name);
}

static int remove_dir(int containers, const char *dir, int userns_fd,
		      struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct doomed d = { containers, dir };
	struct idmap map;

	if (tree_remove(containers, dir, e) == 0)
		return 0;
	if (e->code != EACCES && e->code != EPERM)
		return -e->code;
	if (userns_fd >= 0 && remove_in(userns_fd, &d, e) == 0)
		return 0;
	TRY(idmap_choose(&req, &map, e));
	return idmap_run_inside(&map, remove_doomed, &d, e);
}

int container_remove(const struct store *s, struct container *c, int userns_fd,
		     struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);

	if (containers < 0)
		return containers;
	if (c->name) {
		auto_free char *link = xasprintf(".names/%s", c->name);

		unlinkat(containers, link, 0);
	}
	return c->dir ? remove_dir(containers, c->dir, userns_fd, e) : 0;
}

int container_sweep(const struct store *s, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = dir_open(s->fd, "containers", e);
	struct dirent *ent;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	while (d && (ent = readdir(d))) {
		auto_close int dir = -1;
		struct err ignored;

		if (!has_suffix(ent->d_name, ".rm"))
			continue;
		dir = openat(dirfd(d), ent->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && flock(dir, LOCK_EX | LOCK_NB) == 0)
			remove_dir(dirfd(d), ent->d_name, -1, &ignored);
	}
	return 0;
}
