#ifndef RL_TAR_OUT_H
#define RL_TAR_OUT_H
/*
 * tar_out.h - files written as a tar (pax, where ustar's fields are too
 * small), through libarchive.
 *
 * The tree may be a container's that runs: every folder is opened below the
 * first one without links, what goes meanwhile is left out, and a file that
 * shrinks or grows has the size of the moment it was opened.
 */
#include "core/base/err.h"

/* For tars that may come into any hands. */
#define TAR_OUT_SPARSE (UINT64_C(64) << 20)

#include <sys/stat.h>

struct tar_out_options {
	bool root_owns;  /* all of it belongs to 0:0 */
	bool own_ids;    /* user.containers.override_stat is who owns it */
	/*
	 * Holes that are this many bytes of a file stay holes, in GNU's 1.0
	 * form, which not every tar reads; 0: none do.
	 */
	uint64_t sparse;
	/* With `clamp` nothing is younger than that (s): SOURCE_DATE_EPOCH. */
	bool     clamp;
	int64_t  newest;
};

struct tar_out;

/*
 * In the process' own root, before a container's is entered: load what the C
 * library reads from files when names are converted.
 */
void tar_out_prepare(void);
/* Start one on `fd`, which stays the caller's. */
int tar_out_new(int fd, const struct tar_out_options *o, struct tar_out **ret,
		struct err *e);
void tar_out_free(struct tar_out *t);
/*
 * Add the file `name` of an open folder under the name `as`.  Returns 1 when
 * it is a folder (only that itself is added), 0 otherwise, also when it is
 * gone.  Sockets are left out.
 */
int tar_out_file(struct tar_out *t, int dirfd, const char *name,
		 const char *as, struct err *e);
/*
 * The same with all that is below; `name` may be ".".  With an empty `as` the
 * folder itself is not added, and names begin with what is in it.
 */
int tar_out_tree(struct tar_out *t, int dirfd, const char *name,
		 const char *as, struct err *e);
/* An open file that is no folder. */
int tar_out_fd(struct tar_out *t, int fd, const char *as, struct err *e);
/* An empty file of this name: a whiteout of OCI's layers. */
int tar_out_empty(struct tar_out *t, const char *as, struct err *e);
/* Its end; *ret_bytes (may be NULL) is how long it is. */
int tar_out_end(struct tar_out *t, uint64_t *ret_bytes, struct err *e);

#endif
