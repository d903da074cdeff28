/* layer_stack.c - opening every layer of an image. */
#include "fs/layer_stack.h"

#include "fs/layer.h"

/* Unpacking makes all that are missing: one try. */
static int open_one(const struct store *s, const struct image *img,
		    const struct idmap *map, int maps, const char *id,
		    struct err *e)
{
	int fd = layer_open(maps, id, e);

	if (fd != -ENOENT)
		return fd;
	TRY(layer_unpack_missing(s, img, map, e));
	return layer_open(maps, id, e);
}

int layer_stack_open(const struct store *s, const struct image *img,
		     const struct idmap *map, struct layer_stack *ret,
		     struct err *e)
{
	auto_close int maps = layer_dir_open(s, map, e);
	char name[24];

	if (maps < 0)
		return maps;
	layer_map_name(map, name);
	for (size_t i = img->n_layers; i-- > 0;) {
		const char *id = img->layers[i].diff_id;
		int fd = open_one(s, img, map, maps, id, e);

		if (fd < 0)
			return fd;
		ret->locks = xrealloc(ret->locks, ret->n_locks + 1,
				      sizeof(int));
		ret->locks[ret->n_locks++] = fd;
		strv_printf(&ret->paths, "%s/layers/%s/%s", s->path, name,
			    id + strlen("sha256:"));
	}
	return 0;
}

void layer_stack_release(struct layer_stack *st)
{
	for (size_t i = 0; i < st->n_locks; i++)
		close(st->locks[i]);
	free(st->locks);
	strv_release(&st->paths);
	*st = (struct layer_stack){ 0 };
}
