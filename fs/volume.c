/* volume.c - making, finding, locking and removing volumes. */
#include "fs/volume.h"

#include "core/base/file.h"
#include "core/volume_name.h"
#include "fs/remove.h"
#include "fs/volume_use.h"

#include <stdio.h>
#include <sys/file.h>
#include <time.h>

void volume_release(struct volume *v)
{
	free(v->name);
	free(v->path);
	json_decref(v->about);
	*v = (struct volume){ 0 };
}

static int open_volumes(const struct store *s, struct err *e)
{
	return dir_make(s->fd, "volumes", 0700, e);
}

static int no_such(const char *name, struct err *e)
{
	return err_set(e, ENOENT, "get %.80s: no such volume", name);
}

/* ---- what a volume is to be ---- */

/* Of the kernel's mounts, a user can have the bind: a folder of the host. */
static int check_options(const struct strv *options, struct err *e)
{
	const char *type = env_get(options, "type");
	const char *o = env_get(options, "o"), *device = env_get(options,
								 "device");

	for (size_t i = 0; i < options->n; i++)
		if (!skip_prefix(options->v[i], "type=") &&
		    !skip_prefix(options->v[i], "o=") &&
		    !skip_prefix(options->v[i], "device="))
			return err_set(e, EINVAL, "invalid option: \"%.40s\" "
				       "(it is type=none, o=bind or "
				       "device=/PATH)", options->v[i]);
	if (!options->n)
		return 0;
	if (!streq(o, "bind") || !device || *device != '/' ||
	    (type && !streq(type, "none") && !streq(type, "bind")))
		return err_set(e, ENOTSUP, "a volume without root can stand for "
			       "a folder of the host only: -o type=none -o "
			       "o=bind -o device=/PATH (for a tmpfs, give the "
			       "container --tmpfs)");
	return 0;
}

/* "KEY=VALUE" entries as an object, or null for none. */
static json_t *map(const struct strv *l)
{
	json_t *o = l && l->n ? json_object() : json_null();

	for (size_t i = 0; l && i < l->n; i++) {
		size_t n = strcspn(l->v[i], "=");
		auto_free char *key = xstrndup(l->v[i], n);

		json_object_set_new(o, key, json_string(
			l->v[i][n] ? l->v[i] + n + 1 : ""));
	}
	return o;
}

static json_t *about(const struct volume_wish *w, bool anonymous)
{
	time_t now = time(NULL);
	json_t *v = json_object(), *labels = map(w->labels);
	char day[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (anonymous) {
		if (json_is_null(labels))
			labels = json_object();
		json_object_set_new(labels, VOLUME_ANONYMOUS, json_string(""));
	}
	json_object_set_new(v, "CreatedAt", json_string(day));
	json_object_set_new(v, "Driver", json_string("local"));
	json_object_set_new(v, "Labels", labels);
	json_object_set_new(v, "Options", map(w->options));
	if (anonymous && w->container)
		json_object_set_new(v, "Container", json_string(w->container));
	if (anonymous && w->auto_remove)
		json_object_set_new(v, "AutoRemove", json_true());
	return v;
}

static int check_wish(const struct volume_wish *w, struct err *e)
{
	if (w->name && *w->name)
		TRY(volume_name_check(w->name, e));
	if (w->driver && *w->driver && !streq(w->driver, "local"))
		return err_set(e, ENOENT, "error looking up volume plugin "
			       "%.80s: plugin \"%.80s\" not found (there is "
			       "only the driver local)", w->driver, w->driver);
	return w->options ? check_options(w->options, e) : 0;
}

/* ---- making ---- */

/* After a lock was waited for, the name may be another folder's, or none. */
static bool is_still(int volumes, const char *name, int fd)
{
	struct stat mine, now;

	return fstat(fd, &mine) == 0 &&
	       fstatat(volumes, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       mine.st_ino == now.st_ino && mine.st_dev == now.st_dev;
}

/*
 * A temporary folder, locked; a sweeper that came in between has taken it
 * away, and we make another.
 */
static int make_temp(int volumes, char **ret_name, struct err *e)
{
	for (;;) {
		auto_free char *name = temp_name("");
		auto_close int fd = -1;

		if (mkdirat(volumes, name, 0700) < 0)
			return err_sys(e, "create a volume");
		fd = openat(volumes, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || flock(fd, LOCK_EX) < 0)
			return err_sys(e, "lock a new volume");
		if (is_still(volumes, name, fd)) {
			*ret_name = steal_ptr(name);
			return steal_fd(fd);
		}
	}
}

static int fill_temp(int fd, const struct volume_wish *w, bool anonymous,
		     struct err *e)
{
	auto_json json_t *v = about(w, anonymous);
	auto_free char *text = json_text(v);

	if (mkdirat(fd, "_data", 0755) < 0 ||
	    fchmodat(fd, "_data", 0755, 0) < 0)
		return err_sys(e, "create a volume's folder");
	/* what goes with its container need not outlive the power */
	if (w->auto_remove)
		return file_create(fd, "volume.json", text, 0600, e);
	return file_replace(fd, "volume.json", text, strlen(text), 0600, e);
}

/* 1: somebody else made one of that name. */
static int make_volume(int volumes, const char *name,
		       const struct volume_wish *w, int *ret_fd, struct err *e)
{
	auto_free char *temp = NULL;
	auto_close int fd = make_temp(volumes, &temp, e);
	bool anonymous = w->anonymous || !w->name || !*w->name;
	int r;

	if (fd < 0)
		return fd;
	r = fill_temp(fd, w, anonymous, e);
	if (r == 0 && renameat(volumes, temp, volumes, name) < 0)
		r = errno == EEXIST || errno == ENOTEMPTY ? 1 :
		    err_sys(e, "create the volume %s", name);
	if (r != 0) {
		struct err ignored;

		tree_remove(volumes, temp, &ignored);
		return r;
	}
	if (flock(fd, LOCK_SH) < 0)
		return err_sys(e, "lock the volume %s", name);
	*ret_fd = steal_fd(fd);
	return 0;
}

/* ---- locks ---- */

static int open_volume(int volumes, const char *name, struct err *e)
{
	struct err ignored;
	int fd = -1;

	errno = ENOENT;
	if (volume_name_check(name, &ignored) == 0)
		fd = openat(volumes, name, O_RDONLY | O_DIRECTORY |
			    O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return no_such(name, e);
	return fd < 0 ? err_sys(e, "open the volume %s", name) : fd;
}

static int use_volume(int volumes, const char *name, int *ret_fd,
		      struct err *e)
{
	for (;;) {
		auto_close int fd = open_volume(volumes, name, e);

		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_SH) < 0)
			return err_sys(e, "lock the volume %s", name);
		if (is_still(volumes, name, fd)) {
			*ret_fd = steal_fd(fd);
			return 0;
		}
	}
}

int volume_create_used(const struct store *s, const struct volume_wish *w,
		       char **ret_name, int *ret_fd, struct err *e)
{
	auto_close int volumes = open_volumes(s, e);
	auto_free char *name = NULL;
	char hex[65];
	int r;

	if (volumes < 0)
		return volumes;
	TRY(check_wish(w, e));
	random_hex(hex, 32);
	name = xstrdup(w->name && *w->name ? w->name : hex);
	do {
		r = use_volume(volumes, name, ret_fd, e);
		if (r == -ENOENT)
			r = make_volume(volumes, name, w, ret_fd, e);
	} while (r == 1);
	TRY(r);
	*ret_name = steal_ptr(name);
	return 0;
}

int volume_create(const struct store *s, const struct volume_wish *w,
		  char **ret_name, struct err *e)
{
	auto_close int fd = -1;

	return volume_create_used(s, w, ret_name, &fd, e);
}

bool volume_is_locked(const struct store *s, const char *name)
{
	auto_free char *path = xasprintf("volumes/%s", name);
	auto_close int fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 &&
	       errno == EWOULDBLOCK;
}

/* ---- reading ---- */

static void read_volume(const struct store *s, int volumes, const char *name,
			struct volume *ret)
{
	auto_free char *path = xasprintf("%s/volume.json", name);
	struct err ignored;
	json_t *v = NULL;

	if (json_read_file(volumes, path, &v, &ignored) < 0 ||
	    !json_is_object(v)) {
		json_decref(v);
		v = json_object();
	}
	ret->name = xstrdup(name);
	ret->path = xasprintf("%s/volumes/%s/_data", s->path, name);
	ret->about = v;
}

int volume_find(const struct store *s, const char *name, struct volume *ret,
		struct err *e)
{
	auto_close int volumes = open_volumes(s, e);
	auto_close int fd = volumes < 0 ? -1 : open_volume(volumes, name, e);

	if (fd < 0)
		return -e->code;
	read_volume(s, volumes, name, ret);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(((const struct volume *)a)->name,
			  ((const struct volume *)b)->name);
}

int volume_list(const struct store *s, struct volume **ret, size_t *ret_n,
		struct err *e)
{
	auto_dir DIR *d = NULL;
	int fd = open_volumes(s, e);
	struct dirent *ent;

	*ret = NULL;
	*ret_n = 0;
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	while (d && (ent = readdir(d))) {
		struct err ignored;

		if (volume_name_check(ent->d_name, &ignored) < 0 ||
		    (ent->d_type != DT_DIR && ent->d_type != DT_UNKNOWN))
			continue;
		*ret = xrealloc(*ret, *ret_n + 1, sizeof(**ret));
		read_volume(s, fd, ent->d_name, &(*ret)[(*ret_n)++]);
	}
	if (*ret_n)
		qsort(*ret, *ret_n, sizeof(**ret), by_name);
	return 0;
}

void volume_list_free(struct volume *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		volume_release(&list[i]);
	free(list);
}

const char *volume_created(const struct volume *v)
{
	const char *t = json_string_value(json_object_get(v->about,
							  "CreatedAt"));

	return t ? t : "";
}

bool volume_is_anonymous(const struct volume *v)
{
	return json_object_get(json_object_get(v->about, "Labels"),
			       VOLUME_ANONYMOUS) != NULL;
}

const char *volume_source(const struct volume *v)
{
	const char *device = json_string_value(json_object_get(
		json_object_get(v->about, "Options"), "device"));

	return device ? device : v->path;
}

/* ---- removing ---- */

/* Whoever only looks (volume_is_locked) has the lock for a moment. */
static int lock_alone(int fd, int tries)
{
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || --tries <= 0)
			return -errno;
		usleep(2000);
	}
	return 0;
}

static int lock_to_remove(const struct store *s, const char *name, int tries,
			  int *ret_fd, struct err *e)
{
	auto_close int volumes = open_volumes(s, e);
	auto_close int fd = volumes < 0 ? -1 : open_volume(volumes, name, e);

	if (fd < 0)
		return -e->code;
	if (lock_alone(fd, tries) < 0)
		return err_set(e, EBUSY, "remove %s: volume is in use (by a "
			       "container that runs)", name);
	if (!is_still(volumes, name, fd))
		return no_such(name, e);
	*ret_fd = steal_fd(fd);
	return 0;
}

int volume_lock(const struct store *s, const char *name, int *ret_fd,
		struct err *e)
{
	return lock_to_remove(s, name, 5, ret_fd, e);
}

/*
 * Out of sight first.  Who waits for the lock may have it shared then, to see
 * that the name is gone; a sweeper, which wants it alone, may not.
 */
int volume_remove_locked(const struct store *s, const char *name, int fd,
			 struct err *e)
{
	auto_close int volumes = open_volumes(s, e);
	char hex[17], temp[32];

	if (volumes < 0)
		return volumes;
	random_hex(hex, 8);
	snprintf(temp, sizeof(temp), ".%s.rm", hex);
	if (renameat(volumes, name, volumes, temp) < 0)
		return err_sys(e, "remove the volume %s", name);
	flock(fd, LOCK_SH);
	if (remove_mapped(volumes, temp, NULL, e) < 0)
		return err_wrap(e, "remove the volume %s", name);
	return 0;
}

static int in_use(const char *name, const json_t *ids, struct err *e)
{
	auto_str struct str list = { 0 };
	json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
		str_printf(&list, "%s%s", i ? ", " : "", json_string_value(id));
	return err_set(e, EBUSY, "remove %s: volume is in use - [%.300s]", name,
		       str_text(&list));
}

/* Who uses it is asked in any case, to be named. */
int volume_remove(const struct store *s, const char *name, struct err *e)
{
	auto_volume_users struct volume_users users = { 0 };
	auto_close int fd = -1;
	const json_t *ids;
	int r = volume_lock(s, name, &fd, e);

	if (r < 0 && r != -EBUSY)
		return r;
	TRY(volume_users_read(s, &users, e));
	ids = volume_users_find(&users, name);
	if (ids)
		return in_use(name, ids, e);
	return r < 0 ? r : volume_remove_locked(s, name, fd, e);
}

/* ---- sweeping ---- */

static void sweep_remains(int volumes, const char *name)
{
	auto_close int fd = openat(volumes, name, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);
	struct err ignored;

	if ((has_suffix(name, ".tmp") || has_suffix(name, ".rm")) && fd >= 0 &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_mapped(volumes, name, NULL, &ignored);
}

/* Nobody has it in use: its container, which was to take it along, is dead. */
static void sweep_orphan(const struct store *s, const char *name)
{
	auto_close int fd = -1;
	struct err ignored;

	if (lock_to_remove(s, name, 1, &fd, &ignored) < 0)
		return;
	close(steal_fd(fd));
	volume_remove(s, name, &ignored);
}

static void sweep_orphans(const struct store *s)
{
	struct volume *list;
	struct err ignored;
	size_t n;

	if (volume_list(s, &list, &n, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (json_is_true(json_object_get(list[i].about, "AutoRemove")))
			sweep_orphan(s, list[i].name);
	volume_list_free(list, n);
}

void volume_sweep(const struct store *s)
{
	auto_dir DIR *d = NULL;
	struct err ignored;
	struct dirent *ent;
	int fd = open_volumes(s, &ignored);

	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (ent = readdir(d)))
		if (ent->d_name[0] == '.')
			sweep_remains(dirfd(d), ent->d_name);
	sweep_orphans(s);
}
