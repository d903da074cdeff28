/* driver_dir.c - --rootfs: a folder of the user's is the root filesystem. */
#include "fs/driver.h"

#include "core/mount.h"

#include <fcntl.h>

static int dir_mount(struct rootfs *r, int *ret_fd, struct err *e)
{
	*ret_fd = mount_clone(AT_FDCWD, r->source, true, e);
	if (*ret_fd < 0)
		return *ret_fd;
	return mount_attr(*ret_fd, 0, 0, MS_PRIVATE, true, e);
}

const struct driver_ops driver_dir = {
	.name = "dir", .early = true, .mount = dir_mount,
};
