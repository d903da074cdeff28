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

static int replace(int dirfd, const char *path, const void *data, size_t n,
		   mode_t mode, bool flush, struct err *e)
{
	auto_free char *temp = temp_name(path);
	auto_close int fd = openat(dirfd, temp,
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return err_sys(e, "create %s", temp);
	if (fd_write_all(fd, data, n) < 0 || (flush && fsync(fd) < 0) ||
	    renameat(dirfd, temp, dirfd, path) < 0) {
		err_sys(e, "write %s", path);
		unlinkat(dirfd, temp, 0);
		return -e->code;
	}
	return 0;
}

int file_replace(int dirfd, const char *path, const void *data, size_t n,
		 mode_t mode, struct err *e)
{
	return replace(dirfd, path, data, n, mode, true, e);
}

int file_swap(int dirfd, const char *path, const void *data, size_t n,
	      mode_t mode, struct err *e)
{
	return replace(dirfd, path, data, n, mode, false, e);
}

int file_poke(int dirfd, const char *path, const char *text, struct err *e)
{
	auto_close int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);

	if (fd < 0)
		return err_sys(e, "open %s", path);
	if (write(fd, text, n) != (ssize_t)n)
		return err_sys(e, "write '%.*s' to %s",
			       (int)strcspn(text, "\n"), text, path);
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
 * there is no recursion and the fds held are few.  Each visit to a folder
 * removes what can be removed at once (files, empty folders) and stops at
 * the first folder that has something in it, which is visited next.  At
 * LEVELS deep a folder is moved to the top instead, under a fresh name.
 */
#define LEVELS 16

struct removal {
	int  fd[LEVELS];
	char name[LEVELS][256]; /* of fd[i], in fd[i - 1] */
	int  depth;
	_Alignas(8) char buf[16384]; /* of getdents64(2) */
};

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

/* 0: it is gone; -ENOTEMPTY: a folder to look into; else the errno. */
static int remove_entry(int fd, const struct dirent64 *ent)
{
	bool opened = false;

	for (;;) {
		if (ent->d_type != DT_DIR && unlinkat(fd, ent->d_name, 0) == 0)
			return 0;
		if ((ent->d_type == DT_DIR || errno == EISDIR) &&
		    unlinkat(fd, ent->d_name, AT_REMOVEDIR) == 0)
			return 0;
		if (errno == ENOENT)
			return 0;
		if (errno == EEXIST)
			return -ENOTEMPTY;
		if (errno != EACCES || opened || fchmod(fd, 0700) < 0)
			return -errno;
		opened = true;
	}
}

/*
 * Remove what goes at once.  1 and its name in `sub` when a folder has to be
 * visited, 0 when nothing else was seen; *ret_seen: there was anything.
 */
static int clear_folder(struct removal *r, char *sub, bool *ret_seen,
			struct err *e)
{
	int fd = r->fd[r->depth];
	ssize_t n;

	*ret_seen = false;
	*sub = '\0';
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "read a folder to remove");
	while ((n = getdents64(fd, r->buf, sizeof(r->buf))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *ent = (void *)(r->buf + at);
			int code;

			at += ent->d_reclen;
			if (is_dot(ent->d_name))
				continue;
			*ret_seen = true;
			code = remove_entry(fd, ent);
			if (code == -ENOTEMPTY)
				snprintf(sub, 256, "%s", ent->d_name);
			else if (code < 0)
				return err_set(e, -code, "remove %s: %s",
					       ent->d_name, strerror(-code));
		}
		/* far from full: that was all, and rmdir(2) will tell */
		if (n < (ssize_t)sizeof(r->buf) / 2)
			break;
	}
	if (n < 0)
		return err_sys(e, "read a folder to remove");
	return *sub != '\0';
}

static int go_down(struct removal *r, const char *sub, struct err *e)
{
	int fd;

	if (r->depth + 1 == LEVELS) {
		char fresh[33];

		random_hex(fresh, 16);
		if (fchmodat(r->fd[r->depth], sub, 0700, 0) == 0 &&
		    renameat(r->fd[r->depth], sub, r->fd[0], fresh) == 0)
			return 0;
		return errno == ENOENT ? 0 : err_sys(e, "remove %s", sub);
	}
	fd = open_for_removal(r->fd[r->depth], sub);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(e, "remove %s", sub);
	r->fd[++r->depth] = fd;
	memcpy(r->name[r->depth], sub, sizeof(r->name[0]));
	return 0;
}

/*
 * A folder that shows nothing and still is not empty (NFS keeps open files
 * so) must not hold us for ever.
 */
static int remove_empty(int dirfd, const char *name, bool seen, struct err *e)
{
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (seen && (errno == ENOTEMPTY || errno == EEXIST))
		return 1;
	return err_sys(e, "remove %s", name);
}

/* `dirfd` and `name` are where the top of the tree is. */
static int remove_all(struct removal *r, int dirfd, const char *name,
		      struct err *e)
{
	char sub[256];
	bool seen;

	for (;;) {
		int code = clear_folder(r, sub, &seen, e);

		if (code == 0 && r->depth == 0) {
			code = remove_empty(dirfd, name, seen, e);
			if (code == 0)
				return 0;
		} else if (code == 0) {
			close(r->fd[r->depth--]);
			code = remove_empty(r->fd[r->depth],
					    r->name[r->depth + 1], seen, e);
		} else if (code == 1) {
			code = go_down(r, sub, e);
		}
		if (code < 0)
			return code;
	}
}

int tree_remove(int dirfd, const char *name, struct err *e)
{
	auto_free struct removal *r = NULL;
	int code;

	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTDIR && unlinkat(dirfd, name, 0) == 0)
		return 0;
	r = xmalloc(sizeof(*r));
	r->depth = 0;
	r->fd[0] = open_for_removal(dirfd, name);
	if (r->fd[0] < 0)
		return errno == ENOENT ? 0 : err_sys(e, "remove %s", name);
	code = remove_all(r, dirfd, name, e);
	for (int i = 0; i <= r->depth; i++)
		close(r->fd[i]);
	return code;
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
