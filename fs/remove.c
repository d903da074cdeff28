/* remove.c - what mapped ids own goes by the root of their namespace. */
#include "fs/remove.h"

#include "core/base/file.h"

struct doomed {
	int dirfd;
	const char *name;
};

static int remove_doomed(void *arg, struct err *e)
{
	struct doomed *d = arg;

	return tree_remove(d->dirfd, d->name, e);
}

int remove_mapped(int dirfd, const char *name, const struct idmap *map,
		  struct err *e)
{
	struct idmap_request req = { .mode = USERNS_AUTO };
	struct doomed d = { dirfd, name };
	struct idmap own;

	if (tree_remove(dirfd, name, e) == 0)
		return 0;
	if (e->code != EACCES && e->code != EPERM)
		return -e->code;
	if (!map)
		TRY(idmap_choose(&req, &own, e));
	return idmap_run_inside(map ? map : &own, remove_doomed, &d, e);
}
