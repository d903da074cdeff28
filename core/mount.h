#ifndef RL_MOUNT_H
#define RL_MOUNT_H
/*
 * mount.h - mounts as data, and the executor that puts them in place.
 *
 * Everything is mounted by fd (fsopen(2), open_tree(2), move_mount(2)), and
 * every destination is resolved by openat2(2) with RESOLVE_IN_ROOT below the
 * new root, so no symlink in an image leads a mount astray and nothing can
 * be swapped between the check and the mount.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <sys/mount.h>

enum mount_kind {
	MOUNT_FS,   /* a new instance of fstype */
	MOUNT_BIND, /* source, a path of the host */
	MOUNT_TEXT, /* a file with `source` as its text, on a tmpfs of ours */
};

/* What to do when the kernel refuses a new instance. */
enum mount_fallback {
	MOUNT_FALLBACK_NONE, /* fail */
	MOUNT_FALLBACK_BIND, /* bind the host's at the same path */
	MOUNT_FALLBACK_SKIP, /* leave it out */
	MOUNT_FALLBACK_TRY,  /* bind, or leave it out */
};

struct mount {
	enum mount_kind kind;
	char    *fstype;          /* MOUNT_FS */
	char    *source;
	char    *dest;            /* absolute, inside */
	mode_t   mode;            /* MOUNT_TEXT; 0: 0644 */
	uid_t    uid;             /* the same: whose it is */
	gid_t    gid;
	struct strv data;         /* "key=value" or "flag", for the filesystem */
	uint64_t attr_set;        /* MOUNT_ATTR_* */
	uint64_t propagation;     /* MS_SHARED, MS_SLAVE, ...; 0: private */
	bool     recursive;       /* rbind */
	bool     recursive_attr;  /* attr_set reaches the sub-mounts */
	bool     make_source;     /* -v: a missing host path becomes a folder */
	bool     dev;             /* device nodes and links go in here */
	bool     given;           /* asked for: it replaces a default one */
	/*
	 * MOUNT_BIND of a volume: its name, "" for one that is to be made; then
	 * the layers above fill in the source, FOLDER/_data.  NULL: no volume.
	 */
	char    *volume;
	char    *subpath;         /* below the source; NULL: all of it */
	/*
	 * MOUNT_BIND of an image: its name; then the layers above fill in its
	 * unpacked layers, the uppermost first.  NULL: no image.
	 */
	char    *image;
	struct strv layers;
	char    *upper;           /* FOLDER with upper/ and work/ to write to */
	struct strv labels;       /* "KEY=VALUE", of a volume that is made */
	struct strv options;      /* the same, of its driver */
	bool     copy_up;         /* core/copy_up.h */
	/* ---- what only the OCI runtime-spec has ---- */
	uint64_t attr_clear;      /* MOUNT_ATTR_*; what is locked stays */
	uint64_t rec_set, rec_clear; /* the same, of the sub-mounts too */
	bool     keep_mode;       /* MOUNT_FS: its root as the folder there */
	bool     tmp_copy_up;     /* MOUNT_FS: filled with what is there */
	bool     idmap, idmap_recursive;
	int      idmap_fd;        /* a user namespace, or 0: that we are in */
	enum mount_fallback fallback;
};

struct mount_list {
	struct mount *m;
	size_t n;
};

/* Free every mount; the list is empty after. */
void mount_list_release(struct mount_list *l);
/* Append a mount; the pointer is good until the next append. */
struct mount *mount_list_fs(struct mount_list *l, const char *fstype,
			    const char *dest, uint64_t attr);
struct mount *mount_list_bind(struct mount_list *l, const char *source,
			      const char *dest);
struct mount *mount_list_text(struct mount_list *l, const char *text,
			      const char *dest);
/* A given mount of the volume `name` ("": one to be made), copied up. */
struct mount *mount_list_volume(struct mount_list *l, const char *name,
				const char *dest);
/* The mount on `dest`, or NULL. */
struct mount *mount_list_find(const struct mount_list *l, const char *dest);
/* Drop every mount on `dest`. */
void mount_list_drop(struct mount_list *l, const char *dest);
/*
 * Make way for a given mount: a default one on `dest` is dropped, a given
 * one is -EEXIST.
 */
int mount_list_claim(struct mount_list *l, const char *dest, struct err *e);
/*
 * Bring the given mounts and our files, which follow the default ones, into
 * mounting order: what is nearer to the root first, else as they are.
 */
void mount_list_sort(struct mount_list *l);
/* What a mount shows, in a word, for the eye: "tmpfs", "/etc", "volume x". */
char *mount_describe(const struct mount *m);
/* A path without "//", "/./", "/../" and a last "/", as text; caller frees. */
char *mount_clean_path(const char *path);

/*
 * Read one option word (mount(8) names: ro, nosuid, rbind, rslave, size=...)
 * into the mount.  What is no known flag becomes filesystem data.
 */
int mount_parse_option(struct mount *m, const char *word, struct err *e);

/* The executor's view: made by init, used by each step. */
struct mount_ctx {
	int root;  /* O_PATH of the new root, once it is mounted */
	int spare; /* a tmpfs of ours: MOUNT_TEXT's files, an empty folder */
	size_t n_texts;
	bool has_empty;
};

#define MOUNT_CTX_INIT { .root = -1, .spare = -1 }

/*
 * Make the spare tmpfs and attach it to `at`, a folder of the host's tree,
 * with which it leaves at pivot_root: closing a mount that was never
 * attached makes the kernel wait for an RCU grace period.
 */
int mount_make_spare(struct mount_ctx *c, int at, const char *name,
		     struct err *e);

/* Put one mount in place. */
int mount_apply(struct mount_ctx *c, const struct mount *m, struct err *e);
/* Open a host path to be mounted: a detached clone of it. */
int mount_clone(int dirfd, const char *path, bool recursive, struct err *e);
/* Make a detached mount of a new filesystem instance. */
int mount_new(const char *fstype, const char *source, const struct strv *data,
	      uint64_t attr, struct err *e);
/* Attach a detached mount to an O_PATH fd. */
int mount_attach(int mount_fd, int target_fd, const char *name, struct err *e);
/* mount_setattr(2) on what an fd names. */
int mount_attr(int fd, uint64_t set, uint64_t clear, uint64_t propagation,
	       bool recursive, struct err *e);

/* Cover a path with nothing; what is not there needs no cover. */
int mount_mask(struct mount_ctx *c, const char *path, struct err *e);
/* Make a path read-only; what is not there is left alone. */
int mount_readonly(struct mount_ctx *c, const char *path, struct err *e);

#endif
