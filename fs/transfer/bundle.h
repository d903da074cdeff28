#ifndef RL_BUNDLE_H
#define RL_BUNDLE_H
/*
 * bundle.h - the files of an image archive, wherever they are: a folder, or
 * a tar read into temporary files.
 *
 * No name in an archive is ever used as a path: its files are kept under
 * numbers, and found by comparing names.
 */
#include "fs/store.h"

struct bundle_file {
	char *name;   /* cleaned, as in the archive */
	char *link;   /* a link's target, or NULL */
	int   number; /* of its temporary file */
};

struct bundle {
	int   dir;    /* the OCI folder, or the temporary one */
	char *temp;   /* name of the temporary folder, or NULL */
	struct bundle_file *files;
	size_t n;
};
#define BUNDLE_INIT { .dir = -1 }

/* Open a folder, or read an archive (tar, also gzip or zstd) from `fd`. */
int bundle_open_dir(const char *path, struct bundle *ret, struct err *e);
int bundle_read(const struct store *s, int fd, struct bundle *ret,
		struct err *e);
/* Open a member by its name.  -ENOENT. */
int bundle_open_file(const struct bundle *b, const char *name, struct err *e);
bool bundle_has(const struct bundle *b, const char *name);
void bundle_release(const struct store *s, struct bundle *b);

#endif
