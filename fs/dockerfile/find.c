/* find.c - a Dockerfile and its ignore file, looked for by their names. */
#include "fs/dockerfile/find.h"

#include "core/base/file.h"

static int read_one(int dirfd, const char *path, char **ret_path,
		    struct dockerfile *ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t n;

	TRY(file_read(dirfd, path, DOCKERFILE_MAX, &text, &n, e));
	*ret_path = xstrdup(path);
	return dockerfile_parse(path, text, n, ret, e);
}

int dockerfile_read(int dirfd, const char *path, char **ret_path,
		    struct dockerfile *ret, struct err *e)
{
	int r;

	*ret_path = NULL;
	*ret = (struct dockerfile){ 0 };
	if (path)
		return read_one(dirfd, path, ret_path, ret, e);
	r = read_one(dirfd, "Dockerfile", ret_path, ret, e);
	if (r != -ENOENT || *ret_path)
		return r;
	r = read_one(dirfd, "Containerfile", ret_path, ret, e);
	if (r != -ENOENT || *ret_path)
		return r;
	return err_set(e, ENOENT, "neither Dockerfile nor Containerfile is in "
		       "the context: name another with -f FILE");
}

/* 1: it is there. */
static int try_ignore(int dirfd, const char *path, struct ignore *ret,
		      struct err *e)
{
	auto_free char *text = NULL;
	struct err own;
	size_t n;
	int r = file_read(dirfd, path, IGNORE_TEXT_MAX, &text, &n, &own);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0) {
		*e = own;
		return r;
	}
	TRY(ignore_parse(path, text, n, ret, e));
	return 1;
}

int ignore_read(int dirfd, const char *path, int context, struct ignore *ret,
		struct err *e)
{
	auto_free char *beside = path ? xasprintf("%s.dockerignore", path) :
					NULL;
	int r = 0;

	*ret = (struct ignore){ 0 };
	if (beside)
		r = try_ignore(dirfd, beside, ret, e);
	if (r == 0)
		r = try_ignore(context, ".dockerignore", ret, e);
	if (r == 0)
		r = try_ignore(context, ".containerignore", ret, e);
	return r < 0 ? r : 0;
}
