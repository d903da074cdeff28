#ifndef RL_VOLUME_NAME_H
#define RL_VOLUME_NAME_H
/*
 * volume_name.h - the grammar of volumes' names and of paths below them.
 *
 * A name is also a folder's: it never begins with a dot and has no slash.
 */
#include "core/base/err.h"

#define VOLUME_NAME_MAX 255

/* [a-zA-Z0-9][a-zA-Z0-9_.-]+, as docker has it.  -EINVAL, with its words. */
int volume_name_check(const char *name, struct err *e);
/* A relative path without "..": volume-subpath, image-subpath.  -EINVAL. */
int volume_subpath_check(const char *path, struct err *e);

#endif
