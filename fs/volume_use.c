/* volume_use.c - reading containers' records for the volumes they mount. */
#include "fs/volume_use.h"

#include "core/base/file.h"

#include <sys/file.h>

static void add_user(json_t *by_name, const char *name, const char *id)
{
	json_t *list = json_object_get(by_name, name);

	if (!list) {
		list = json_array();
		json_object_set_new(by_name, name, list);
	}
	json_array_append_new(list, json_string(id));
}

static void add_mounts(json_t *by_name, const json_t *record)
{
	const char *id = json_string_value(json_object_get(record, "Id"));
	json_t *m;
	size_t i;

	json_array_foreach(json_object_get(record, "Mounts"), i, m) {
		const char *name = json_string_value(json_object_get(m, "Name"));

		if (id && name && *name)
			add_user(by_name, name, id);
	}
}

/*
 * One that goes with its process (ID.rm) is there as long as that has it
 * locked, which it does since before its record was written.
 */
static bool is_dead(int containers, const char *dir)
{
	auto_close int fd = -1;

	if (!has_suffix(dir, ".rm"))
		return false;
	fd = openat(containers, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0;
}

int volume_users_read(const struct store *s, struct volume_users *ret,
		      struct err *e)
{
	auto_json json_t *by_name = json_object();
	auto_dir DIR *d = NULL;
	int fd = dir_make(s->fd, "containers", 0700, e);
	struct dirent *ent;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	while (d && (ent = readdir(d))) {
		auto_free char *path = xasprintf("%s/container.json",
						 ent->d_name);
		auto_json json_t *record = NULL;
		struct err ignored;

		if (ent->d_name[0] != '.' &&
		    json_read_file(dirfd(d), path, &record, &ignored) == 0 &&
		    !is_dead(dirfd(d), ent->d_name))
			add_mounts(by_name, record);
	}
	ret->by_name = steal_ptr(by_name);
	return 0;
}

void volume_users_release(struct volume_users *u)
{
	json_decref(u->by_name);
	u->by_name = NULL;
}

const json_t *volume_users_find(const struct volume_users *u, const char *name)
{
	return json_object_get(u->by_name, name);
}
