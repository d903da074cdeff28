/* prune.c - rl builder prune: the build cache goes. */
#include "cmd/cmd.h"

#include "core/base/file.h"
#include "fs/build/cache.h"
#include "fs/build/copy_parts.h"
#include "fs/remove.h"

#include <stdio.h>
#include <sys/file.h>

extern const struct cmd cmd_builder_prune;

struct prune_options {
	bool force, all;
};

static const struct opt prune_options[] = {
	OPT_ROW(OPT_BOOL, struct prune_options, all, "all", 'a', NULL,
		"all records (that is what is removed: no effect)"),
	OPT_ROW(OPT_BOOL, struct prune_options, force, "force", 'f', NULL,
		"do not ask (nothing is asked: no effect)"),
	OPT_END,
};

/* A cache mount that a build has is locked: it stays. */
static int remove_mount(int dir, const char *name, const struct idmap *map,
			struct err *e)
{
	auto_close int fd = openat(dir, name, O_RDONLY | O_DIRECTORY |
				   O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "open %s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? 0 : err_sys(e, "lock %s", name);
	return remove_mapped(dir, name, map, e);
}

static int remove_mounts(const struct store *s, struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	auto_strv struct strv names = { 0 };
	auto_close int dir = -1;
	struct idmap map;

	dir = openat(s->fd, "cache-mounts", O_RDONLY | O_DIRECTORY |
		     O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? 0 :
					 err_sys(e, "open the cache mounts");
	TRY(idmap_choose(&req, &map, e));
	TRY(copy_names(dir, &names, e));
	for (size_t i = 0; i < names.n; i++)
		TRY(remove_mount(dir, names.v[i], &map, e));
	return 0;
}

static int prune(void *opts UNUSED, int argc UNUSED, char **argv UNUSED,
		 struct err *e)
{
	auto_store struct store s = STORE_INIT;
	auto_free char *size = NULL;
	uint64_t freed = 0;
	size_t n;

	TRY(store_open(&s, e));
	TRY(build_cache_clear(&s, &n, e));
	TRY(remove_mounts(&s, e));
	TRY(store_collect(&s, &freed, e));
	size = format_size(freed);
	printf("Deleted build cache objects: %zu\n"
	       "Total reclaimed space: %s\n", n, size);
	return 0;
}

const struct cmd cmd_builder_prune = {
	.name = "builder prune",
	.args = "[OPTIONS]",
	.help = "remove the build cache",
	.example = "rl builder prune -f",
	.opts = prune_options,
	.opts_size = sizeof(struct prune_options),
	.run = prune,
};
