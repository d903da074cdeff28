/* layer.c - unpacked layers: names, locks, and asking for missing ones. */
#include "fs/layer.h"

#include "core/base/file.h"
#include "core/base/proc.h"
#include "fs/layer_sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>

/* FNV-1a, 64 bits: the name only has to tell one user's few maps apart. */
static uint64_t hash_text(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

void layer_map_name(const struct idmap *map, char buf[static 24])
{
	auto_free char *text = NULL;

	if (map->kind == IDMAP_SINGLE) {
		snprintf(buf, 24, "one");
		return;
	}
	text = idmap_save(map);
	snprintf(buf, 24, "%016" PRIx64, hash_text(text));
}

int layer_map_read(int maps_fd, struct idmap *ret, struct err *e)
{
	auto_free char *text = NULL;

	TRY(file_read(maps_fd, ".idmap", 1 << 16, &text, NULL, e));
	return idmap_load(text, ret, e);
}

int layer_dir_open(const struct store *s, const struct idmap *map,
		   struct err *e)
{
	char name[24], path[40];
	auto_close int fd = -1;
	auto_free char *text = NULL;

	layer_map_name(map, name);
	snprintf(path, sizeof(path), "layers/%s", name);
	fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return steal_fd(fd);
	fd = dir_make(s->fd, path, 0700, e);
	if (fd < 0)
		return fd;
	text = idmap_save(map);
	TRY(file_replace(fd, ".idmap", text, strlen(text), 0600, e));
	return steal_fd(fd);
}

/* Torn by a power loss: out of sight, to be unpacked anew. */
static int discard_torn(int maps_fd, int fd, const char *name, struct err *e)
{
	auto_free char *to = NULL;
	char hex[17];

	random_hex(hex, 8);
	to = xasprintf("%s.%s.rm", name, hex);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 ||
	    renameat(maps_fd, name, maps_fd, to) < 0)
		return err_sys(e, "discard layer %.12s, which a power loss may "
			       "have torn", name);
	layer_sync_forget(maps_fd, name);
	return err_set(e, ENOENT, "layer %.12s was not on the disk yet", name);
}

int layer_open(int maps_fd, const char *diff_id, struct err *e)
{
	auto_close int fd = -1;
	struct stat st;

	if (!digest_valid(diff_id))
		return err_set(e, EINVAL, "'%.80s' is not a diff_id", diff_id);
	fd = openat(maps_fd, diff_id + 7, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "open layer %.19s", diff_id);
	/* locked by somebody else: it is being removed */
	if (flock(fd, LOCK_SH | LOCK_NB) < 0 || fstat(fd, &st) < 0 ||
	    st.st_nlink == 0)
		return err_set(e, ENOENT, "layer %.19s is being removed",
			       diff_id);
	if (!layer_sync_trusted(maps_fd, diff_id + 7))
		return discard_torn(maps_fd, fd, diff_id + 7, e);
	return steal_fd(fd);
}

int layer_unpack_missing(const struct store *s, const struct image *img,
			 const struct idmap *map, struct err *e)
{
	auto_free char *helper = proc_helper_path("rl-transfer");
	auto_free char *text = idmap_save(map), *out = NULL;
	char *argv[] = { helper, "unpack", "--store", s->path,
			 (char *)img->manifest_digest, NULL };
	int rc = proc_capture(argv, text, 1 << 16, &out, NULL, e);

	if (rc < 0)
		return err_wrap(e, "unpack the image (rl-transfer belongs "
				"beside rl or in %s)", RL_LIBEXEC);
	if (rc > 0)
		return err_set(e, EIO, "the image could not be unpacked (pull "
			       "or load it again)");
	return 0;
}
