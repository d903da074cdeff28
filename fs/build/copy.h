#ifndef RL_BUILD_COPY_H
#define RL_BUILD_COPY_H
/*
 * copy.h - COPY and ADD: files of a context, a stage or an image become files
 * of a root filesystem.
 *
 *	copy_find.c    names and patterns -> what there is
 *	copy_list.c    what it is, for the cache's key
 *	copy_tree.c    files and folders, as they are
 *	copy.c         each source to its place
 *	copy_unpack.c  ADD's archives
 *
 * Sources are looked up with their context as the root, destinations with
 * the image's: neither "..", nor a link leads out of it.
 */
#include "fs/dockerfile/chmod.h"
#include "fs/dockerfile/dockerfile.h"
#include "fs/dockerfile/ignore.h"
#include "fs/transfer/digest.h"

/* A file that was downloaded. */
struct build_fetched {
	int  fd;    /* at its start */
	char *name;
};

struct build_copy {
	const struct df_copy *copy; /* expanded */
	char *dest;                 /* absolute, clean */
	bool  into;                 /* it is to be a folder */
	bool  owned;                /* --chown */
	uid_t uid;
	gid_t gid;
	bool  keep_owner; /* not a context's: who owns a source owns the copy */
	bool  note_owner; /* there is one id: owners are written down */
	bool  moded;      /* --chmod */
	struct chmod mode;
	const char *root_path; /* where the root is mounted, for archives */
	bool  unpack;     /* archives, of the context */
	bool  unpack_fetched;
	const struct ignore *ignore; /* of the context; NULL: none */
	struct ignore exclude;       /* --exclude */
	struct build_fetched *fetched;
	size_t n_fetched;
};

/* Free all it holds, and close the files. */
void build_copy_release(struct build_copy *c);

/*
 * Hash the files that it would copy from the folder `source`: names, modes,
 * owners, bytes.  -ENOENT: one is not there.
 */
int build_copy_list(const struct build_copy *c, int source, struct digest *d,
		    struct err *e);
/* Copy them.  Runs as root of the container's user namespace. */
int build_copy_run(const struct build_copy *c, int source, int root,
		   struct err *e);
/* The folder c->dest, made if it is missing.  The same. */
int build_copy_folder(const struct build_copy *c, int root, struct err *e);

#endif
