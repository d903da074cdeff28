#ifndef RL_ROOTPATH_H
#define RL_ROOTPATH_H
/*
 * rootpath.h - paths inside a root filesystem that somebody else wrote.
 *
 * Every lookup is openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
 * from the root's fd: absolute symlinks and ".." stay inside.
 */
#include "core/base/err.h"

#include <sys/stat.h>

/* openat2 below `root`.  -ENOENT and friends as the kernel says. */
int root_open(int root, const char *path, int flags, struct err *e);
/* The same for a relative path without a link in any place.  -1 and errno. */
int root_open_plain(int root, const char *path, int flags);
/* The same, and nothing that another mount covers. */
int root_open_same(int root, const char *path, int flags);
/*
 * An O_PATH fd of `path`, made with its parents (0755, root) if missing: a
 * folder, or with `file` an empty file.
 */
int root_make(int root, const char *path, bool file, struct err *e);
/*
 * The same for a folder directly below the root that must be one: -ELOOP
 * when it is a symlink.
 */
int root_make_real(int root, const char *path, struct err *e);
/* mkdir -p inside; *ret_fd is an O_PATH fd of the last folder. */
int root_mkdir(int root, const char *path, mode_t mode, struct err *e);

#endif
