#ifndef RL_BUILD_COPY_PARTS_H
#define RL_BUILD_COPY_PARTS_H
/*
 * copy_parts.h - what the files of copy.h share.
 */
#include "fs/build/copy.h"

#include <sys/stat.h>

#define COPY_DEPTH_MAX 200
#define COPY_OVERRIDE "user.containers.override_stat"

/* A source that is there. */
struct copy_source {
	char *path;  /* clean, in the context; "" is all of it */
	size_t keep; /* --parents: where the part that is kept begins */
};

struct copy_sources {
	struct copy_source *v;
	size_t n;
};

/* All that COPY names.  -ENOENT: nothing of a name without a wildcard. */
int copy_find(const struct build_copy *c, int source,
	      struct copy_sources *ret, struct err *e);
void copy_sources_release(struct copy_sources *l);
static inline void auto_copy_sources_p(struct copy_sources *l)
{
	copy_sources_release(l);
}
#define auto_copy_sources __attribute__((cleanup(auto_copy_sources_p)))

/* The names in an open folder, in order. */
int copy_names(int fd, struct strv *ret, struct err *e);
/* "folder/name", or "name" in the first folder.  Caller frees. */
char *copy_join(const char *folder, const char *name);

/*
 * A place in a source: `path` in the context, `below` what was named in it
 * (which --exclude is about).
 */
struct copy_place {
	const char *path, *below;
	int depth;
};

enum copy_wanted {
	COPY_NO,
	COPY_BELOW, /* not itself: a folder that an exception is in */
	COPY_YES,
};

/* By the ignore file and by --exclude. */
enum copy_wanted copy_wanted(const struct build_copy *c,
			     const struct copy_place *p);
/* Call `fn` for each name in an open folder, with its place. */
int copy_each(int fd, const struct copy_place *p,
	      int (*fn)(void *arg, int dir, const char *name,
			const struct copy_place *p, struct err *e),
	      void *arg, struct err *e);

/* What is in the folder `in` into the folder `out`. */
int copy_tree(const struct build_copy *c, int in, const struct copy_place *p,
	      int out, struct err *e);
/* The file `name` of a folder, with all below it, as `as` in `out`. */
int copy_entry(const struct build_copy *c, int dir, const char *name,
	       const struct copy_place *p, int out, const char *as,
	       struct err *e);
/* An open file. */
int copy_file(const struct build_copy *c, int in, const struct stat *st,
	      int out, const char *as, struct err *e);
/* Does a copy of a file have this attribute too? */
bool copy_takes_xattr(const char *name);
/* Owner and mode that a copy of `st` gets; `in` may have owners noted. */
int copy_finish(const struct build_copy *c, int in, int fd,
		const struct stat *st, struct err *e);

/*
 * Is the file an archive?  1: it became files below the folder `path`; 0: it
 * is none, or a file that is only compressed.
 */
int copy_unpack(const struct build_copy *c, int in, int root,
		const char *path, struct err *e);
/* The folder at `path`, made if it is missing, open for use. */
int copy_open_folder(const struct build_copy *c, int root, const char *path,
		     struct err *e);

#endif
