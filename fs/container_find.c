/* container_find.c - containers that are there: found, listed, locked, read. */
#include "fs/container.h"
#include "fs/container_name.h"

#include "core/base/file.h"

#include <poll.h>
#include <stdio.h>
#include <sys/file.h>

#define ID_DIGITS 64

static bool is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

/* "ID" or "ID.rm"; the rest of the folder is not containers'. */
static bool is_container(const char *dir)
{
	size_t n = strlen(dir);

	return (n == ID_DIGITS || (n == ID_DIGITS + 3 && has_suffix(dir, ".rm"))) &&
	       is_hex(dir, ID_DIGITS);
}

/* With --rm it has no file `name`: its record has the one it began with. */
static char *read_name(const struct container *c)
{
	auto_json json_t *record = NULL;
	struct err ignored;
	const char *name = NULL;
	char *text;

	if (file_read(c->fd, "name", 4096, &text, NULL, &ignored) == 0)
		return text;
	if (container_record(c, &record, &ignored) == 0)
		json_str(record, "Name", &name, &ignored);
	return xstrdup(name ? name : "");
}

/*
 * Open it, unless it is no whole container: one of *.rm needs an owner, and
 * is about to go or to come without a record.
 */
static int open_container(const struct store *s, int containers,
			  const char *dir, struct container *ret)
{
	auto_close int fd = openat(containers, dir,
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || faccessat(fd, "container.json", F_OK, 0) < 0)
		return -ENOENT;
	if (has_suffix(dir, ".rm") && flock(fd, LOCK_SH | LOCK_NB) == 0) {
		flock(fd, LOCK_UN);
		return -ENOENT;
	}
	*ret = (struct container)CONTAINER_INIT;
	snprintf(ret->id, sizeof(ret->id), "%.*s", ID_DIGITS, dir);
	ret->dir = xstrdup(dir);
	ret->path = xasprintf("%s/containers/%s", s->path, dir);
	ret->fd = steal_fd(fd);
	ret->name = read_name(ret);
	return 0;
}

int container_each(const struct store *s,
		   int (*fn)(struct container *c, void *arg, struct err *e),
		   void *arg, struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = dir_open(s->fd, "containers", e);
	struct dirent *ent;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	d = fdopendir(fd);
	while (d && (ent = readdir(d))) {
		auto_container struct container c = CONTAINER_INIT;

		if (is_container(ent->d_name) &&
		    open_container(s, fd, ent->d_name, &c) == 0)
			TRY(fn(&c, arg, e));
	}
	return 0;
}

struct listing {
	struct container *c;
	size_t n;
};

static int add_to_list(struct container *c, void *arg, struct err *e UNUSED)
{
	struct listing *l = arg;

	l->c = xrealloc(l->c, l->n + 1, sizeof(*c));
	l->c[l->n++] = *c;
	*c = (struct container)CONTAINER_INIT;
	return 0;
}

int container_list(const struct store *s, struct container **ret,
		   size_t *ret_n, struct err *e)
{
	struct listing l = { 0 };
	int code = container_each(s, add_to_list, &l, e);

	*ret = l.c;
	*ret_n = l.n;
	return code;
}

void container_list_free(struct container *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		container_release(&list[i]);
	free(list);
}

/* The folder whose ID begins with these digits. */
static int find_digits(const struct store *s, int containers,
		       const char *digits, struct container *ret,
		       struct err *e)
{
	auto_dir DIR *d = fdopendir(openat(containers, ".", O_RDONLY |
					   O_DIRECTORY | O_CLOEXEC));
	struct dirent *ent;
	bool found = false;

	while (d && (ent = readdir(d))) {
		struct container c;

		if (!is_container(ent->d_name) ||
		    !skip_prefix(ent->d_name, digits) ||
		    open_container(s, containers, ent->d_name, &c) < 0)
			continue;
		if (found) {
			container_release(&c);
			container_release(ret);
			return err_set(e, EEXIST, "multiple IDs found with "
				       "provided prefix: %.64s", digits);
		}
		*ret = c;
		found = true;
	}
	return found ? 0 : -ENOENT;
}

int container_find(const struct store *s, const char *name,
		   struct container *ret, struct err *e)
{
	auto_close int containers = openat(s->fd, "containers", O_RDONLY |
					   O_DIRECTORY | O_CLOEXEC);
	char digits[CONTAINER_LINK_DIGITS + 1];
	const char *bare = *name == '/' ? name + 1 : name;
	int code = -ENOENT;

	if (containers >= 0 && strlen(bare) != ID_DIGITS &&
	    container_name_find(containers, bare, digits)) {
		code = find_digits(s, containers, digits, ret, e);
		if (code == 0 && streq(ret->name, bare))
			return 0;
		if (code == 0) /* a link that its container gave up */
			container_release(ret);
		code = -ENOENT;
	}
	if (containers >= 0 && *bare && strlen(bare) <= ID_DIGITS &&
	    is_hex(bare, strlen(bare)))
		code = find_digits(s, containers, bare, ret, e);
	if (code == -ENOENT)
		return err_set(e, ENOENT, "No such container: %.200s", name);
	return code;
}

/* ---- ownership ---- */

/* Readers take the lock for the length of a look (container_state.c). */
#define LOCK_TRIES 20

int container_lock(struct container *c, struct err *e)
{
	struct stat st;

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(c->fd, LOCK_EX | LOCK_NB) < 0) {
			poll(NULL, 0, 1 + i);
			continue;
		}
		if (fstat(c->fd, &st) < 0 || st.st_nlink == 0)
			return err_set(e, ENOENT, "No such container: %s",
				       c->name);
		c->locked = true;
		return 0;
	}
	return err_set(e, EBUSY, "container %s is running, or another command "
		       "works on it", c->name);
}

/* flock(2) has no time limit: look, with growing pauses. */
int container_wait_unlocked(const struct container *c, int ms, struct err *e)
{
	auto_close int fd = openat(c->fd, ".", O_RDONLY | O_DIRECTORY |
					       O_CLOEXEC);
	int nap = 1, waited = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open %s", c->path);
	while (flock(fd, ms < 0 ? LOCK_SH : LOCK_SH | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(e, "wait for %s", c->name);
		if (ms >= 0 && waited >= ms)
			return err_set(e, ETIMEDOUT, "container %s is still "
				       "there", c->name);
		poll(NULL, 0, nap);
		waited += nap;
		nap = nap < 16 ? nap * 2 : nap;
	}
	return 0;
}

/* ---- its files ---- */

int container_record(const struct container *c, json_t **ret, struct err *e)
{
	return json_read_file(c->fd, "container.json", ret, e);
}

int container_idmap(const struct container *c, struct idmap *ret,
		    struct err *e)
{
	auto_json json_t *record = NULL;
	const char *text = NULL;

	TRY(container_record(c, &record, e));
	TRY(json_str(record, "IdMap", &text, e));
	return idmap_load(text ? text : "", ret, e);
}

int container_rename(const struct store *s, struct container *c,
		     const char *name, struct err *e)
{
	auto_close int containers = dir_open(s->fd, "containers", e);
	auto_free char *claimed = NULL;

	if (containers < 0)
		return containers;
	TRY(container_name_claim(containers, name, c->id, &claimed, e));
	TRY(file_replace(c->fd, "name", name, strlen(name), 0600, e));
	container_name_drop(containers, c->name, c->id);
	free(c->name);
	c->name = steal_ptr(claimed);
	return 0;
}
