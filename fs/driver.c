/* driver.c - the ladder of root filesystem drivers. */
#include "fs/driver.h"

#include <fcntl.h>

const struct driver_ops *const driver_ladder[] = {
	&driver_overlay, &driver_fuse, &driver_copy, NULL,
};

const struct driver_ops *driver_find(const char *name)
{
	if (streq(name, "fuse"))
		name = driver_fuse.name;
	for (size_t i = 0; driver_ladder[i]; i++)
		if (streq(driver_ladder[i]->name, name))
			return driver_ladder[i];
	return NULL;
}

int driver_open_layers(const struct rootfs *r, int **ret, struct err *e)
{
	int *fds = xcalloc(r->layers.n, sizeof(int));

	for (size_t i = 0; i < r->layers.n; i++) {
		fds[i] = open(r->layers.v[i],
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fds[i] < 0) {
			err_sys(e, "open the layer %s", r->layers.v[i]);
			while (i-- > 0)
				close(fds[i]);
			free(fds);
			return -e->code;
		}
	}
	*ret = fds;
	return 0;
}
