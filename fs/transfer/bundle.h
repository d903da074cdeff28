#ifndef RL_BUNDLE_H
#define RL_BUNDLE_H
/*
 * bundle.h - the files of an image archive, wherever they are: a folder, or
 * a tar that a confined process (bundle_worker.h) read into temporary files.
 *
 * No name in an archive is ever used as a path: its files are kept under
 * numbers, and found by comparing names.  What the confined process wrote is
 * not trusted either: only regular files are opened, and their digests are
 * computed here.
 */
#include "fs/store.h"
#include "fs/transfer/unpack.h"

struct bundle_file {
	const char *name; /* cleaned, as in the archive */
	const char *link; /* the name it links to; empty: none */
};

struct bundle {
	int   dir;    /* the OCI folder, or the temporary one */
	char *temp;   /* name of the temporary folder, or NULL */
	char *index;  /* the names' text */
	struct bundle_file *files;
	size_t n;
};
#define BUNDLE_INIT { .dir = -1 }

/* Open a folder, or read an archive (tar, also gzip or zstd) from `fd`. */
int bundle_open_dir(const char *path, struct bundle *ret, struct err *e);
int bundle_read(const struct store *s, struct unpacker *u, int fd,
		struct bundle *ret, struct err *e);
/* Open a member, a regular file, by its name.  -ENOENT. */
int bundle_open_file(const struct bundle *b, const char *name, struct err *e);
bool bundle_has(const struct bundle *b, const char *name);
/*
 * Whether members are files of ours in the store, which may be linked
 * elsewhere, and not the user's own.
 */
static inline bool bundle_is_ours(const struct bundle *b) { return b->temp; }
/* Give a member's file one more name, `to`; one that is there is fine. */
int bundle_link(const struct bundle *b, const char *name, int dirfd,
		const char *to, struct err *e);
void bundle_release(const struct store *s, struct bundle *b);

#endif
