/* disk_usage.c - count the blocks of a tree. */
#include "cmd/disk_usage.h"

#include <fts.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct walk {
	const char *path;
	uint64_t bytes;
	bool refused; /* some folder could not be read */
};

/* fts keeps no stack of ours and no fd a level: depth costs nothing. */
static int walk(struct walk *w, struct err *e)
{
	char *paths[] = { (char *)w->path, NULL };
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	FTSENT *ent;

	if (!tree)
		return err_sys(e, "read %s", w->path);
	w->bytes = 0;
	w->refused = false;
	while ((ent = fts_read(tree))) {
		const struct stat *st = ent->fts_statp;

		w->refused |= ent->fts_info == FTS_DNR;
		if (ent->fts_info == FTS_DP || ent->fts_info == FTS_NS ||
		    ent->fts_info == FTS_ERR)
			continue;
		if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
			w->bytes += (uint64_t)st->st_blocks * 512;
		else
			w->bytes += (uint64_t)st->st_blocks * 512 /
				    st->st_nlink;
	}
	fts_close(tree);
	return 0;
}

static int walk_inside(void *arg, struct err *e)
{
	return walk(arg, e);
}

/* The child of idmap_run_inside answers through shared memory. */
static int walk_mapped(const char *path, const struct idmap *map,
		       struct walk *ret, struct err *e)
{
	struct walk *shared = mmap(NULL, sizeof(*shared),
				   PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	if (shared == MAP_FAILED)
		return err_sys(e, "map a page of memory");
	shared->path = path;
	r = idmap_run_inside(map, walk_inside, shared, e);
	if (r == 0)
		*ret = *shared;
	munmap(shared, sizeof(*shared));
	return r;
}

int disk_usage(const char *path, const struct idmap *map, uint64_t *bytes,
	       struct err *e)
{
	struct walk w = { .path = path };
	struct err ignored;

	TRY(walk(&w, e));
	/* Where that cannot be done, what was readable is the answer. */
	if (w.refused && map)
		walk_mapped(path, map, &w, &ignored);
	*bytes += w.bytes;
	return 0;
}
