#ifndef RL_VOLUME_H
#define RL_VOLUME_H
/*
 * volume.h - volumes: folders of the store that outlive containers.
 *
 *	volumes/NAME/_data         what containers see
 *	volumes/NAME/volume.json   CreatedAt, Driver, Labels, Options, and of an
 *	                           anonymous one: Container, AutoRemove
 *	volumes/NAME/copy-up       its first content is being made (core/copy_up.h)
 *	volumes/.HEX.tmp, .HEX.rm  half made, half removed: swept (no name
 *	                           begins with a dot)
 *
 * A volume's folder is flock'ed: shared by each process that has it in use (a
 * supervisor, as long as its container runs), alone by who removes it.  So
 * one that is locked is in use; so is one that the record of a container
 * names (fs/volume_use.h).
 */
#include "core/base/json.h"
#include "fs/store.h"

/* docker's mark of a volume that was made without a name. */
#define VOLUME_ANONYMOUS "com.docker.volume.anonymous"

struct volume {
	char   *name;
	char   *path;  /* of its _data, or the folder it stands for */
	json_t *about; /* volume.json; an empty object where it cannot be read */
};

/* Free what it holds. */
void volume_release(struct volume *v);
static inline void auto_volume_p(struct volume *v) { volume_release(v); }
#define auto_volume __attribute__((cleanup(auto_volume_p)))

/* What a volume is to be. */
struct volume_wish {
	const char *name;           /* NULL or "": 64 random digits */
	bool anonymous;             /* such a name, of an earlier start */
	const char *driver;         /* NULL: local, the only one */
	const struct strv *labels;  /* "KEY=VALUE"; NULL: none */
	const struct strv *options; /* type=none, o=bind, device=/PATH: that
				     * folder instead of one of ours */
	const char *container;      /* of an anonymous one: for whom */
	bool auto_remove;           /* it goes when nobody has it in use */
};

/*
 * Make a volume; one of that name may be there and stays as it is.  *ret_name
 * is the caller's to free.
 */
int volume_create(const struct store *s, const struct volume_wish *w,
		  char **ret_name, struct err *e);
/* The same, and have it in use: *ret_fd holds the lock. */
int volume_create_used(const struct store *s, const struct volume_wish *w,
		       char **ret_name, int *ret_fd, struct err *e);
/* Read one.  -ENOENT: "get NAME: no such volume". */
int volume_find(const struct store *s, const char *name, struct volume *ret,
		struct err *e);
/* All of them, by name: v2 before v10. */
int volume_list(const struct store *s, struct volume **ret, size_t *ret_n,
		struct err *e);
void volume_list_free(struct volume *list, size_t n);
/* "2026-01-02T03:04:05Z", or "" where it is not known.  Borrowed. */
const char *volume_created(const struct volume *v);
bool volume_is_anonymous(const struct volume *v);
/* The folder that is mounted: its own, or the one its options name. */
const char *volume_source(const struct volume *v);
/* Does some process have it in use? */
bool volume_is_locked(const struct store *s, const char *name);

/*
 * Lock it for removal.  -EBUSY: "volume is in use", by a process; -ENOENT.
 * What the records say is asked after this.
 */
int volume_lock(const struct store *s, const char *name, int *ret_fd,
		struct err *e);
/* Remove one that is locked so, whoever owns its files. */
int volume_remove_locked(const struct store *s, const char *name, int fd,
			 struct err *e);
/* Both, if no record of a container names it.  -EBUSY with their IDs. */
int volume_remove(const struct store *s, const char *name, struct err *e);
/*
 * Remove what dead processes left: half of a volume, and volumes that were
 * to go with their container.
 */
void volume_sweep(const struct store *s);

#endif
