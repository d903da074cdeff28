/* file.c - reading, writing, naming and removing files. */
#include "core/base/file.h"

#include <stdio.h>
#include <sys/random.h>

int fd_read_all(int fd, const char *name, size_t max, char **ret,
		size_t *ret_len, struct err *e)
{
	auto_str struct str b = { 0 };
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "read %s", name);
		if (b.len + n > max)
			return err_set(e, EFBIG,
				       "%s is larger than %zu bytes", name, max);
		str_add(&b, chunk, n);
	}
	if (ret_len)
		*ret_len = b.len;
	*ret = str_steal(&b);
	return 0;
}

int file_read(int dirfd, const char *path, size_t max, char **ret,
	      size_t *ret_len, struct err *e)
{
	auto_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
					       O_NONBLOCK);

	if (fd < 0)
		return err_sys(e, "open %s", path);
	return fd_read_all(fd, path, max, ret, ret_len, e);
}

int fd_write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		p += w;
		n -= w;
	}
	return 0;
}

int file_replace(int dirfd, const char *path, const void *data, size_t n,
		 mode_t mode, struct err *e)
{
	auto_free char *temp = temp_name(path);
	auto_close int fd = openat(dirfd, temp,
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return err_sys(e, "create %s", temp);
	if (fd_write_all(fd, data, n) < 0 || fsync(fd) < 0 ||
	    renameat(dirfd, temp, dirfd, path) < 0) {
		err_sys(e, "write %s", path);
		unlinkat(dirfd, temp, 0);
		return -e->code;
	}
	return 0;
}

int file_poke(int dirfd, const char *path, const char *text, struct err *e)
{
	auto_close int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);

	if (fd < 0)
		return err_sys(e, "open %s", path);
	if (write(fd, text, n) != (ssize_t)n)
		return err_sys(e, "write '%.60s' to %s", text, path);
	return 0;
}

int file_create(int dirfd, const char *path, const char *text, mode_t mode,
		struct err *e)
{
	auto_close int fd = openat(dirfd, path,
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return err_sys(e, "create %s", path);
	if (fd_write_all(fd, text, strlen(text)) < 0)
		return err_sys(e, "write %s", path);
	return 0;
}

int mkdir_parents(int dirfd, const char *path, mode_t mode, struct err *e)
{
	auto_free char *p = xstrdup(path);

	if (mkdirat(dirfd, path, mode) == 0 || errno == EEXIST)
		return 0;
	for (char *s = p + (*p == '/'); *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdirat(dirfd, p, mode) < 0 && errno != EEXIST)
			return err_sys(e, "create the folder %s", p);
		*s = '/';
	}
	if (mkdirat(dirfd, path, mode) < 0 && errno != EEXIST)
		return err_sys(e, "create the folder %s", path);
	return 0;
}

int dir_open(int dirfd, const char *path, struct err *e)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_sys(e, "open the folder %s", path) : fd;
}

int dir_make(int dirfd, const char *path, mode_t mode, struct err *e)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? err_sys(e, "open the folder %s", path) : fd;
	TRY(mkdir_parents(dirfd, path, mode, e));
	return dir_open(dirfd, path, e);
}

/*
 * Theory of operation: a tree may be deeper than any stack or fd limit, so
 * there is no recursion and no fd per level.  Each pass goes down into the
 * first folder that is not empty, moving every non-empty sub-folder it meets
 * up to the top under a fresh name when it is deep; the loop ends when the
 * top itself is empty.
 */
static int open_for_removal(int dirfd, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags);

	if (fd < 0 && errno == EACCES &&
	    fchmodat(dirfd, name, 0700, 0) == 0)
		fd = openat(dirfd, name, flags);
	return fd;
}

static bool is_dot(const char *name)
{
	return name[0] == '.' &&
	       (!name[1] || (name[1] == '.' && !name[2]));
}

/*
 * Empty the folder `fd`.  Sub-folders that are not empty are renamed into
 * `top` (which is how the tree gets flat).  Returns how many were left there.
 */
static int empty_dir(int top, int fd, bool *ret_again, struct err *e)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (copy < 0 && errno == EACCES && fchmod(fd, 0700) == 0)
		copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return err_sys(e, "open a folder to remove");
	while ((ent = readdir(d))) {
		char hex[33];

		if (is_dot(ent->d_name))
			continue;
		if (ent->d_type != DT_DIR) {
			if (unlinkat(fd, ent->d_name, 0) == 0 || errno == ENOENT)
				continue;
			if (errno == EACCES && fchmod(fd, 0700) == 0 &&
			    unlinkat(fd, ent->d_name, 0) == 0)
				continue;
			if (errno != EISDIR)
				return err_sys(e, "remove %s", ent->d_name);
		}
		if (unlinkat(fd, ent->d_name, AT_REMOVEDIR) == 0 ||
		    errno == ENOENT)
			continue;
		*ret_again = true;
		if (fd == top)
			continue;
		random_hex(hex, 16);
		if (fchmodat(fd, ent->d_name, 0700, 0) < 0 && errno != ENOENT)
			return err_sys(e, "remove %s", ent->d_name);
		if (renameat(fd, ent->d_name, top, hex) < 0 && errno != ENOENT)
			return err_sys(e, "remove %s", ent->d_name);
	}
	return 0;
}

/* One pass over the children of `top`: each is emptied, then removed. */
static int remove_pass(int top, bool *ret_again, struct err *e)
{
	auto_dir DIR *d = NULL;
	struct dirent *ent;
	int copy = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ignored;

	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		return err_sys(e, "open a folder to remove");
	TRY(empty_dir(top, top, ret_again, e));
	while ((ent = readdir(d))) {
		auto_close int fd = -1;

		if (is_dot(ent->d_name))
			continue;
		fd = open_for_removal(top, ent->d_name);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return err_sys(e, "open the folder %s", ent->d_name);
		TRY(empty_dir(top, fd, &ignored, e));
		if (unlinkat(top, ent->d_name, AT_REMOVEDIR) < 0 &&
		    errno != ENOENT && errno != ENOTEMPTY)
			return err_sys(e, "remove %s", ent->d_name);
	}
	return 0;
}

int tree_remove(int dirfd, const char *name, struct err *e)
{
	auto_close int top = -1;
	bool again = true;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		return 0;
	top = open_for_removal(dirfd, name);
	if (top < 0)
		return err_sys(e, "remove %s", name);
	while (again) {
		again = false;
		TRY(remove_pass(top, &again, e));
	}
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_sys(e, "remove %s", name);
	return 0;
}

void random_hex(char *buf, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[64];

	while (n > 0) {
		size_t k = n < sizeof(raw) ? n : sizeof(raw);

		if (getrandom(raw, k, 0) != (ssize_t)k)
			abort();
		for (size_t i = 0; i < k; i++) {
			*buf++ = digits[raw[i] >> 4];
			*buf++ = digits[raw[i] & 15];
		}
		n -= k;
	}
	*buf = '\0';
}

char *temp_name(const char *prefix)
{
	char hex[17];

	random_hex(hex, 8);
	return xasprintf("%s.%s.tmp", prefix, hex);
}
