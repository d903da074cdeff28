#ifndef RL_FILE_H
#define RL_FILE_H
/*
 * file.h - reading, writing and naming files.
 *
 * Every call takes a folder fd first (AT_FDCWD where a plain path is meant);
 * every fd it opens is close-on-exec.  A file is replaced whole or not at
 * all: temporary name in the same folder, fsync, rename.
 */
#include "core/base/err.h"
#include "core/base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

/*
 * Read a regular file of at most `max` bytes; *ret is NUL-terminated and the
 * caller's to free, *ret_len may be NULL.  -EFBIG when it is larger.
 */
int file_read(int dirfd, const char *path, size_t max, char **ret,
	      size_t *ret_len, struct err *e);
/* The same from an open fd, from its current offset to its end. */
int fd_read_all(int fd, const char *name, size_t max, char **ret,
		size_t *ret_len, struct err *e);
/* Write all of it, however short the kernel's writes are. */
int fd_write_all(int fd, const void *data, size_t n);

/* Replace `path` whole: temp name, fsync, rename. */
int file_replace(int dirfd, const char *path, const void *data, size_t n,
		 mode_t mode, struct err *e);
/* The same without fsync: after a power loss the file may be torn. */
int file_swap(int dirfd, const char *path, const void *data, size_t n,
	      mode_t mode, struct err *e);
/* One write(2) to an existing file (proc, sys, cgroup). */
int file_poke(int dirfd, const char *path, const char *text, struct err *e);
/* Create a file with this content; it must not exist. */
int file_create(int dirfd, const char *path, const char *text, mode_t mode,
		struct err *e);

/* mkdir -p of a path the user owns.  An existing folder is fine. */
int mkdir_parents(int dirfd, const char *path, mode_t mode, struct err *e);
/* Open a folder, close-on-exec. */
int dir_open(int dirfd, const char *path, struct err *e);
/* mkdir -p, then open. */
int dir_make(int dirfd, const char *path, mode_t mode, struct err *e);
/*
 * Delete a tree without following links and without recursion in C; what is
 * already gone is not an error.  Folders with no permission are opened up.
 */
int tree_remove(int dirfd, const char *name, struct err *e);

/* A temporary name "PREFIX.XXXXXXXXXXXX" (random hex).  Caller frees. */
char *temp_name(const char *prefix);
/* Fill `buf` with 2*n lower-case hex digits of randomness and a NUL. */
void random_hex(char *buf, size_t n);

DEFINE_AUTO(DIR *, auto_dir, NULL, closedir)
#define auto_dir __attribute__((cleanup(auto_dir_p)))

#endif
