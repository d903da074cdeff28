/* bundle.c - an image archive's files, kept by number. */
#include "fs/transfer/bundle.h"

#include "core/base/file.h"
#include "core/rootpath.h"
#include "fs/transfer/bundle_worker.h"

#include <stdio.h>
#include <sys/file.h>

#define LINKS_MAX 8

int bundle_open_dir(const char *path, struct bundle *ret, struct err *e)
{
	ret->dir = dir_open(AT_FDCWD, path, e);
	return ret->dir < 0 ? ret->dir : 0;
}

/* The file of a name, at the end of its links: its number, or -1. */
static ssize_t find(const struct bundle *b, const char *name)
{
	for (int depth = 0; depth < LINKS_MAX; depth++) {
		size_t i = 0;

		while (i < b->n && !streq(b->files[i].name, name))
			i++;
		if (i == b->n)
			return -1;
		if (!*b->files[i].link)
			return i;
		name = b->files[i].link;
	}
	return -1;
}

static int open_number(const struct bundle *b, const char *name,
		       struct err *e)
{
	ssize_t i = find(b, name);
	char number[24];
	int fd;

	if (i < 0)
		return err_set(e, ENOENT, "the archive has no file '%.100s'",
			       name);
	snprintf(number, sizeof(number), "%zd", i);
	fd = openat(b->dir, number, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
				    O_CLOEXEC);
	return fd < 0 ? err_sys(e, "open a file of the archive") : fd;
}

int bundle_open_file(const struct bundle *b, const char *name, struct err *e)
{
	auto_close int fd = -1;
	struct stat st;

	fd = b->temp ? open_number(b, name, e) :
		       root_open(b->dir, name, O_RDONLY | O_NONBLOCK, e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(e, "look at '%.100s'", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "'%.100s' is no regular file", name);
	return steal_fd(fd);
}

int bundle_link(const struct bundle *b, const char *name, int dirfd,
		const char *to, struct err *e)
{
	char number[24];

	snprintf(number, sizeof(number), "%zd", find(b, name));
	if (linkat(b->dir, number, dirfd, to, 0) < 0 && errno != EEXIST)
		return err_sys(e, "store '%.100s'", name);
	return 0;
}

bool bundle_has(const struct bundle *b, const char *name)
{
	struct err ignored;
	auto_close int fd = bundle_open_file(b, name, &ignored);

	return fd >= 0;
}

void bundle_release(const struct store *s, struct bundle *b)
{
	struct err ignored;

	if (b->temp)
		tree_remove(s->fd, b->temp, &ignored);
	if (b->dir >= 0)
		close(b->dir);
	free(b->files);
	free(b->index);
	free(b->temp);
	*b = (struct bundle)BUNDLE_INIT;
}

/* ---- the confined reader's index ---- */

static int read_index(struct bundle *b, struct err *e)
{
	size_t len = 0;
	const char *p, *end;

	/* file_read adds a NUL, so the last field ends whatever it holds */
	TRY(file_read(b->dir, "index", BUNDLE_INDEX_MAX, &b->index, &len, e));
	p = b->index;
	end = p + len;
	b->files = xcalloc(BUNDLE_FILES_MAX, sizeof(*b->files));
	while (p < end && b->n < BUNDLE_FILES_MAX) {
		struct bundle_file *f = &b->files[b->n++];

		f->name = p;
		p += strlen(p) + 1;
		f->link = p < end ? p : "";
		p += strlen(f->link) + 1;
	}
	return 0;
}

int bundle_read(const struct store *s, struct unpacker *u, int fd,
		struct bundle *ret, struct err *e)
{
	ret->temp = temp_name("incoming/load");
	if (mkdirat(s->fd, ret->temp, 0700) < 0)
		return err_sys(e, "create a temporary folder in %s", s->path);
	ret->dir = dir_open(s->fd, ret->temp, e);
	if (ret->dir < 0)
		return ret->dir;
	if (flock(ret->dir, LOCK_EX) < 0)
		return err_sys(e, "lock %s", ret->temp);
	TRY(unpack_bundle(u, ret->temp, ret->dir, fd, e));
	return read_index(ret, e);
}
