#ifndef RL_MOUNT_TEXT_H
#define RL_MOUNT_TEXT_H
/*
 * mount_text.h - what users write for mounts: -v, --mount, --tmpfs.
 *
 * Grammar and messages follow docker's; only bind and tmpfs mounts are here.
 */
#include "core/mount.h"

/* -v SOURCE:DEST[:MODE,...].  A relative SOURCE starts with a dot. */
int mount_text_volume(const char *text, struct mount_list *l, struct err *e);
/* --mount type=bind|tmpfs,key=value,... (CSV). */
int mount_text_mount(const char *text, struct mount_list *l, struct err *e);
/* --tmpfs DEST[:options]. */
int mount_text_tmpfs(const char *text, struct mount_list *l, struct err *e);

#endif
