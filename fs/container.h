#ifndef RL_CONTAINER_H
#define RL_CONTAINER_H
/*
 * container.h - a container's folder in the store.
 *
 *	containers/ID/      a container that stays: image, name,
 *	                    container.json, state.json, upper/ work/
 *	containers/ID.rm/   one that goes with its process (--rm), is not
 *	                    complete yet, or is being removed
 *	containers/.mountpoints/  shared by all of them
 *	containers/.names/NAME -> the first 56 digits of ID
 *
 * The folder's fd is flock'ed by its supervisor, so a lock that can be had
 * means that nobody is there any more; every *.rm without an owner belongs
 * to whoever comes next.
 */
#include "fs/store.h"

struct container {
	int   fd;   /* locked; -1: none */
	char *dir;  /* "ID" or "ID.rm" */
	char *path; /* absolute */
	char *name;
};
#define CONTAINER_INIT { .fd = -1 }

/* Only name its folder: `dir` and `path`. */
void container_plan(const struct store *s, const char *id,
		    struct container *ret);
/*
 * Make that folder, ID.rm, with upper/ and work/, and claim `name` (NULL: one is made up).
 * -EEXIST: the name is taken.
 */
int container_create(const struct store *s, const char *id, const char *name,
		     struct container *ret, struct err *e);
/*
 * A folder with nothing but mount points for what every container mounts: as
 * the lowest layer, it saves making them anew in each upper folder.  Made at
 * the first call; *ret is its path, the caller's to free.
 */
int container_mountpoints(const struct store *s, char **ret, struct err *e);
/*
 * It is complete and stays: write its record (JSON text, container.json) and
 * rename ID.rm to ID.
 */
int container_keep(const struct store *s, struct container *c,
		   const char *manifest_digest, const char *record,
		   struct err *e);
/* Record how a kept container ended. */
int container_ended(struct container *c, int exit_code, struct err *e);
/*
 * Remove the folder and the name; files of mapped ids are removed in the
 * user namespace `userns_fd` (-1: a new one with the user's default map).
 */
int container_remove(const struct store *s, struct container *c,
		     int userns_fd, struct err *e);
void container_release(struct container *c);
/* Remove what dead processes left. */
int container_sweep(const struct store *s, struct err *e);

#endif
