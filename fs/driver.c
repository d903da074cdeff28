/* driver.c - the ladder of root filesystem drivers. */
#include "fs/driver.h"

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
