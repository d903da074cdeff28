#ifndef RL_MOUNT_TEXT_H
#define RL_MOUNT_TEXT_H
/*
 * mount_text.h - what users write for mounts: -v, --mount, --tmpfs.
 *
 * Grammar and messages follow docker's.  Each call appends one given mount; a
 * second one at the same place is "Duplicate mount point".
 */
#include "core/mount.h"

/* -v [SOURCE:]DEST[:MODE,...].  A folder starts with / or a dot, anything
 * else names a volume. */
int mount_text_volume(const char *text, struct mount_list *l, struct err *e);
/* --mount type=volume|bind|tmpfs|image,key=value,... (CSV). */
int mount_text_mount(const char *text, struct mount_list *l, struct err *e);
/* --tmpfs DEST[:options]. */
int mount_text_tmpfs(const char *text, struct mount_list *l, struct err *e);

/* ---- what they share ---- */

#define MOUNT_TMPFS_ATTR \
	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* An absolute path of the host for a source as typed; caller frees. */
char *mount_host_path(const char *source);
/* -EINVAL for "~/x": it would be a folder named "~".  `what`: the option. */
int mount_check_tilde(const char *what, const char *source, struct err *e);
/*
 * The place in the container, absolute and clean; caller frees.  `what` and
 * `text` are the option and its value, for messages.
 */
int mount_text_dest(const char *what, const char *text, const char *dest,
		    char **ret, struct err *e);

#endif
