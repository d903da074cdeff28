#ifndef RL_DOCKERFILE_FIND_H
#define RL_DOCKERFILE_FIND_H
/*
 * find.h - the Dockerfile of a context, and its ignore file.
 */
#include "fs/dockerfile/dockerfile.h"
#include "fs/dockerfile/ignore.h"

/*
 * Read and parse a file of an open folder: `path`, or with NULL "Dockerfile",
 * else "Containerfile", of it.  *ret_path is what was found (caller frees).
 * -ENOENT names what was looked for; -EFBIG: DOCKERFILE_MAX.
 */
int dockerfile_read(int dirfd, const char *path, char **ret_path,
		    struct dockerfile *ret, struct err *e);
/*
 * The patterns for a context: DOCKERFILE.dockerignore beside the Dockerfile
 * (`dirfd`, `path`), else .dockerignore, else .containerignore in `context`.
 * None of them: no patterns.  The Dockerfile and the ignore file themselves
 * can be left out by it and are, for COPY.
 */
int ignore_read(int dirfd, const char *path, int context, struct ignore *ret,
		struct err *e);

#endif
