#ifndef RL_CONTAINER_H
#define RL_CONTAINER_H
/*
 * container.h - a container's folder in the store.
 *
 *	containers/ID/      a container that stays: image, name,
 *	                    container.json (what it is, never changed),
 *	                    state.json (fs/container_state.h), container.log,
 *	                    upper/ work/
 *	containers/ID.rm/   the same for one that goes with its process
 *	                    (--rm), is not complete yet, or is being removed
 *	containers/.mountpoints/  shared by all of them
 *	containers/.names/  fs/container_name.h
 *
 * The folder's fd is flock'ed by its supervisor, so a lock that can be had
 * means that nobody is there any more; every *.rm without an owner belongs
 * to whoever comes next.
 */
#include "core/idmap.h"
#include "fs/store.h"

struct container {
	int   fd;   /* its folder; -1: none */
	bool  locked; /* by us, until fd is closed */
	char  id[65];
	char *dir;  /* "ID" or "ID.rm" */
	char *path; /* absolute */
	char *name;
};
#define CONTAINER_INIT { .fd = -1 }

/* Close and free all of it; the folder stays. */
void container_release(struct container *c);
static inline void auto_container_p(struct container *c)
{
	container_release(c);
}
#define auto_container __attribute__((cleanup(auto_container_p)))

/* ---- a new one ---- */

/* Only name its folder: `id`, `dir` and `path`. */
void container_plan(const struct store *s, const char *id,
		    struct container *ret);
/*
 * Make that folder, ID.rm, with upper/ and work/, lock it and claim `name`
 * (NULL: one is made up).  -EEXIST: the name is taken.
 */
int container_create(const struct store *s, const char *name,
		     struct container *ret, struct err *e);
/*
 * A folder with nothing but mount points for what every container mounts: as
 * the lowest layer, it saves making them anew in each upper folder.  Made at
 * the first call; *ret is its path, the caller's to free.
 */
int container_mountpoints(const struct store *s, char **ret, struct err *e);
/*
 * Write what the others read of it: its name, its image's manifest (NULL:
 * none) and its record (JSON text).
 */
int container_describe(struct container *c, const char *manifest_digest,
		       const char *record, struct err *e);
/* From here on it goes with its process: rename ID to ID.rm. */
int container_doom(const struct store *s, struct container *c, struct err *e);
/* It is complete and stays: rename ID.rm to ID. */
int container_keep(const struct store *s, struct container *c, struct err *e);
/*
 * Now, in nanoseconds since 1970, but later than any other container's time
 * of creation: a clock that jumps back changes no order.
 */
int64_t container_clock(const struct store *s);

/* ---- one that is there ---- */

/*
 * Find by name, ID or the unique beginning of an ID.  Its folder is open and
 * not locked.  -ENOENT: "No such container: X"; -EEXIST: several fit.
 */
int container_find(const struct store *s, const char *name,
		   struct container *ret, struct err *e);
/*
 * Call `fn` for each, in no order; *c is released after.  Ends at the first
 * error.  For long lists: no more than one folder is open at a time.
 */
int container_each(const struct store *s,
		   int (*fn)(struct container *c, void *arg, struct err *e),
		   void *arg, struct err *e);
/* All of them, in no order; each is the caller's to release, and the list. */
int container_list(const struct store *s, struct container **ret,
		   size_t *ret_n, struct err *e);
void container_list_free(struct container *list, size_t n);
/*
 * Become its owner, to start, change or remove it: released with the fd.
 * -EBUSY: it runs, or another command works on it.
 */
int container_lock(struct container *c, struct err *e);
/* Wait until it has no owner, at most `ms` (-1: any time).  -ETIMEDOUT. */
int container_wait_unlocked(const struct container *c, int ms, struct err *e);
/* Its container.json.  A new reference. */
int container_record(const struct container *c, json_t **ret, struct err *e);
/* The id map it was made with. */
int container_idmap(const struct container *c, struct idmap *ret,
		    struct err *e);
/* Give it another name.  -EEXIST: that one is taken. */
int container_rename(const struct store *s, struct container *c,
		     const char *name, struct err *e);
/*
 * Remove the folder and the name of one that we own; files of mapped ids are
 * removed in the user namespace `userns_fd` (-1: a new one with its id map).
 */
int container_remove(const struct store *s, struct container *c,
		     int userns_fd, struct err *e);
/* Remove what dead processes left; `own` (or NULL) is no such thing. */
int container_sweep(const struct store *s, const struct container *own,
		    struct err *e);

#endif
